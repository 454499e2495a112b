// What is known of one number: its exact value, or which values are how likely.
//
//   const Distribution tokens = log_normal_between(1, 10);   // 5 % below 1, 5 % above 10
//   tokens.median            // 3.1623 = sqrt(1 x 10)
//   mean(tokens)             // 4.040013
//   quantile(tokens, 0.95)   // 10
//
// Every distribution is a function of one standard normal variable z, the score:
//   log-normal     x = median exp(spread z)
//   logit-normal   x / (1 - x) = median / (1 - median) exp(spread z): a share between 0 and 1
//   uniform        x = median + spread (2 Phi(z) - 1), Phi the normal distribution function
// A clipped one is min(x, most).
#pragma once

#include <optional>

namespace pfsday::uncertainty {

/// The score that 95 % of a standard normal variable stays below.
inline constexpr double score_of_95_percent = 1.6448536269514722;

enum class Shape { exact, log_normal, logit_normal, uniform };

struct Distribution {
  Shape shape = Shape::exact;
  double median = 0;  ///< before clipping; of an exact number, its value
  double spread = 0;  ///< as in the formulas above
  std::optional<double> most = {};

  bool operator==(const Distribution&) const = default;
};

Distribution exactly(double value);

/// 5 % below low, 5 % above high: the logarithm has the mean (ln low + ln high) / 2 and the
/// standard deviation (ln high - ln low) / (2 x 1.6448536269514722). Exact where both are the same.
///   domain  0 < low <= high
Distribution log_normal_between(double low, double high);

/// The narrowest log-normal distribution around this median of which 90 % covers
/// median (1 - share) to median (1 + share): 5 % below the former, 5 % above median / (1 - share).
///   domain  0 <= share < 1
Distribution log_normal_within(double median, double share);

/// A share with this median, and the standard deviation of its logit.
///   domain  0 < median < 1, spread > 0
Distribution logit_normal(double median, double spread);

/// All values from median - spread to median + spread alike; what rounding leaves open.
Distribution uniform(double median, double spread);

/// The value at a score.
double value_at(const Distribution& distribution, double score);

/// probability in (0, 1).
double quantile(const Distribution& distribution, double probability);

/// Of a log-normal distribution that is not clipped: median exp(spread^2 / 2); of an exact number,
/// its value.
double mean(const Distribution& distribution);

/// True where clipping changes more than a millionth of the values.
bool is_clipped(const Distribution& distribution);

/// The share of the values that clipping changes.
double clipped_share(const Distribution& distribution);

}  // namespace pfsday::uncertainty
