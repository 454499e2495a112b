// What bounds such growth: calculations that others have stated, each with its formula and source.
//
//   for (const Limit& limit : limits()) limit.calculation;
//   longest_useful_months(1.33, 3);   // 8.7: of a training run, while chips and algorithms improve
//
// They are no forecasts of pfsday: each holds as far as the assumptions of its source do.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pfsday::trend {

struct Limit {
  std::string name = {};
  std::string formula = {};
  std::vector<std::string> calculation = {};  ///< with numbers
  std::string source = {};
  std::string url = {};
  std::string caveat = {};
  std::optional<double> flop = {};  ///< the amount at which it binds, where it names one
};

std::vector<Limit> limits();

/// Steps of training at a batch of `ratio` > 0 critical sizes, over the fewest possible: 1 + 1 /
/// ratio.
double steps_over_fewest(double ratio);

/// Examples likewise: 1 + ratio.
double examples_over_fewest(double ratio);

/// Of a run that ends on a given day and uses the hardware and algorithms of the day it begins, the
/// length with most effective compute: d/dL (L h^-L a^-L) = 0 at L = 1 / ln(h a) years, where h and
/// a are the factors per year by which operations per dollar and per result improve; h a > 1.
double longest_useful_months(double hardware_factor, double algorithm_factor);

/// Operations per second, on average.
double rate_over(double operations, double days);

}  // namespace pfsday::trend
