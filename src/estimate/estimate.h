// An estimate: the amount of compute, how it was reached, and what was assumed.
//
//   const Summand phase{.factors = {{.name = "chips", .value = 2}, ...}};
//   add_up("hardware", {{phase}}, {})->operations.mid
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "estimate/factor.h"
#include "uncertainty/evaluate.h"

namespace pfsday::estimate {

/// An amount of compute in operations; low and high where an interval is stated.
struct Amount {
  std::optional<double> low = {};
  double mid = 0;
  std::optional<double> high = {};
};

struct Source {
  std::string what = {};  ///< "paper", "analysis", "data", ...
  std::string title = {};
  std::string url = {};
};

/// Never a bare double: the amount, how it was reached, and what was assumed.
struct Estimate {
  Amount operations = {};  ///< mid: the median, where there is an interval
  /// How the interval came about; none where all inputs are exact.
  std::optional<uncertainty::Evaluation> interval = {};
  std::string method = {};   ///< counting, hardware, metered, reported; mixed: a sum of several
  std::string formula = {};  ///< with the numbers filled in
  bool complete = true;      ///< if not, a lower bound: a model file has nodes nobody can count
  std::vector<std::string> assumptions = {};
  std::vector<Source> sources = {};
};

/// A product that an estimate is a sum of.
struct Summand {
  std::string method = {};
  std::string label = {};  ///< "pretraining: ", in front of its text; empty where it stands alone
  std::vector<Factor> factors = {};
  std::vector<std::string> assumptions = {};
  bool complete = true;
};

/// At least one summand. The method is that of all summands, or mixed.
///   errors  run_malformed: the sum leaves the range of numbers, or one name stands for different
///           amounts
Result<Estimate> add_up(std::span<const Summand> summands, const uncertainty::Options& options);

}  // namespace pfsday::estimate
