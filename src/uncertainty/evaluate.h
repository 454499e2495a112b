// What a sum of products comes to: its middle, its interval, and which inputs make it wide.
//
//   const Evaluation total = evaluate(sum, {.level = 0.9});
//   total.low, total.mid, total.high      // 5 %, 50 %, 95 %
//   total.budget                          // {{"utilization", 0.71}, {"tokens", 0.29}}
//   total.sampled                         // none: exact
//
// A product of log-normal variables is log-normal: with x = product of x_i^p_i, the median of x is
// the product of median_i^p_i and the variance of ln x is the sum of (p_i spread_i)^2, exactly. All
// else is sampled (sample.h): sums, and products with a variable that is not log-normal or is
// clipped.
//
// The budget: of a product of log-normals the share (p_i spread_i)^2 / sum, exactly; sampled, the
// squared correlation of the score of variable i (distribution.h) with ln x, the share that x owes
// to it to first order. What is left over is `unexplained`: the curvature of each, and what two do
// together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "uncertainty/expression.h"

namespace pfsday::uncertainty {

struct Options {
  double level = 0.9;               ///< in (0, 1); equal tails outside
  std::uint64_t seed = 2018;        ///< any
  std::size_t samples = 1'000'000;  ///< from least_samples to most_samples
  std::size_t threads = 1;          ///< the result does not depend on them
};
inline constexpr std::size_t least_samples = 1'000;
inline constexpr std::size_t most_samples = 10'000'000;

/// What part of the variance of the logarithm comes from one variable.
struct Share {
  std::string label = {};
  double share = 0;
};

/// How exact a sampled figure is: the true quantile is within the error of the printed one in 99 of
/// 100 such samples.
struct MonteCarlo {
  std::uint64_t seed = 0;
  std::size_t samples = 0;
  double low_error = 0;
  double mid_error = 0;
  double high_error = 0;
};

struct Evaluation {
  double low = 0;
  double mid = 0;  ///< the median
  double high = 0;
  double level = 0;
  double mean = 0;
  std::vector<Share> budget = {};  ///< largest first; empty: all is known exactly
  double unexplained = 0;
  std::optional<MonteCarlo> sampled = {};  ///< none: exact
};

/// What the sum would be if every variable had its median.
double sum_of_medians(const Expression& sum);

///   domain  sum_of_medians is finite and more than zero
Evaluation evaluate(const Expression& sum, const Options& options = {});

}  // namespace pfsday::uncertainty
