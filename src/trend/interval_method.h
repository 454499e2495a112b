// Ways to an interval of the slope, by name. A fit says which it was.
//
//   const Uncertainty u = TRY(uncertainty_of(x, y, line, {.method = IntervalMethod::hc3}));
//   u.slope, u.slope_se
//
//   t            Student's t with n - 2 degrees of freedom on the classical error
//   hc0 .. hc3   the same on White's error and its corrections (stats/covariance.h)
//   newey-west   the same on errors that may run in time, lags floor(4 (n / 100)^(2/9))
//   percentile   case bootstrap, percentiles of the slopes (stats/bootstrap.h)
//   bca          case bootstrap, bias-corrected and accelerated
// Noise: with a factor f, each y that a resample draws gets a number uniform in -+log10 f, for
// figures known to a factor f either way (Sevilla et al. 2022 take 2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "stats/bootstrap.h"
#include "stats/interval.h"
#include "stats/line.h"

namespace pfsday::trend {

enum class IntervalMethod : std::uint8_t {
  t,
  hc0,
  hc1,
  hc2,
  hc3,
  newey_west,
  percentile,
  bca,
  likelihood,  ///< of a weighted fit, which has no other
};

struct IntervalMethodNames {
  IntervalMethod method = IntervalMethod::t;
  std::string_view name;
  std::string_view text;  ///< for people
};

/// Those of a least-squares fit.
std::span<const IntervalMethodNames> interval_methods();
const IntervalMethodNames& names_of(IntervalMethod method);
bool is_bootstrap(IntervalMethod method);
/// Fault usage, which lists the names.
Result<IntervalMethod> find_interval_method(std::string_view name);

struct IntervalOptions {
  double level = 0.90;  ///< in (0, 1)
  IntervalMethod method = IntervalMethod::t;
  double noise_factor = 1;    ///< of a bootstrap, at least 1
  bool noise_by_row = false;  ///< of a bootstrap: instead, within each row's own interval
  std::size_t resamples = 1000;
  std::uint64_t seed = 2018;
};

struct Uncertainty {
  stats::Interval slope = {};
  std::optional<double> slope_se = {};  ///< of this method; none of a bootstrap
};

/// Variances and covariance of a line's slope and of its height at the mean x.
struct LineCovariance {
  double center = 0;  ///< the mean x
  double height = 0;
  double slope = 0;
  double both = 0;

  double of_height(double x) const;  ///< the variance of the line's height at x
};

/// Under a method that is no bootstrap; `line` is that of least squares through (x[i], y[i]), or
/// the weighted one.
/// Faults: those of stats::covariance.
Result<LineCovariance> covariance_of(std::span<const double> x, std::span<const double> y,
                                     const stats::Line& line, IntervalMethod method);

/// The resamples that the options ask for. `row_bounds`: what noise_by_row may add to each y.
/// Faults: those of stats::bootstrap_line.
Result<stats::LineBootstrap> bootstrap_of(std::span<const double> x, std::span<const double> y,
                                          const IntervalOptions& options,
                                          std::span<const stats::Interval> row_bounds = {});
stats::BootstrapRule rule_of(IntervalMethod method);  ///< of a bootstrap

/// Of the slope of the least-squares line through (x[i], y[i]), by a method other than likelihood.
/// Faults: those of covariance_of and bootstrap_of.
Result<Uncertainty> uncertainty_of(std::span<const double> x, std::span<const double> y,
                                   const stats::Line& line, const IntervalOptions& options,
                                   std::span<const stats::Interval> row_bounds = {});

}  // namespace pfsday::trend
