#include "trend/line_bounds.h"

#include <cmath>

#include "stats/distributions.h"
#include "stats/random.h"
#include "stats/resampling.h"

namespace pfsday::trend {
namespace {

/// One residual for each resample, from streams that the resamples do not use.
std::vector<double> draw_residuals(std::span<const double> x, std::span<const double> y,
                                   const stats::Line& line, const IntervalOptions& options) {
  double spread = 0;
  for (const double place : x) spread += (place - line.mean_x) * (place - line.mean_x);
  std::vector<double> drawn;
  for (std::size_t i = 0; i < options.resamples; ++i) {
    stats::RandomStream random(options.seed, options.resamples + i);
    const std::size_t row = random.below(x.size());
    const double u = x[row] - line.mean_x;
    const double freedom = 1 - 1 / static_cast<double>(line.n) - u * u / spread;
    // A row that alone settles the line (leverage 1) lies on it.
    drawn.push_back(freedom > 1e-10 ? (y[row] - line.at(x[row])) / std::sqrt(freedom) : 0);
  }
  return drawn;
}

}  // namespace

Result<LineBounds> LineBounds::of(const Fit& fit) {
  std::vector<double> x, y;
  for (const Point& point : fit.points) {
    x.push_back(fit.axis->years(point.date));
    y.push_back(std::log10(point.value));
  }
  LineBounds bounds(fit);
  if (is_bootstrap(fit.interval.method)) {
    const auto noise = fit.errors ? fit.errors->bounds : std::vector<stats::Interval>();
    bounds.resamples_ = TRY(bootstrap_of(x, y, fit.interval, noise));
    bounds.residuals_ = draw_residuals(x, y, fit.line, fit.interval);
  } else {
    bounds.covariance_ = TRY(covariance_of(x, y, fit.line, fit.interval.method));
  }
  return bounds;
}

stats::Interval LineBounds::around(double x, double variance, double level) const {
  const double share = (1 + level) / 2;
  const auto freedom = static_cast<double>(fitted_.degrees_of_freedom());
  const double quantile = method_ == IntervalMethod::likelihood
                              ? stats::normal_quantile(share)
                              : stats::student_t_quantile(share, freedom);
  const double reach = quantile * std::sqrt(variance);
  return {fitted_.at(x) - reach, fitted_.at(x) + reach};
}

stats::Interval LineBounds::line(units::Date date, double level) const {
  const double x = axis_->years(date);
  if (resamples_) return resamples_->height_interval(x, level, rule_of(method_));
  return around(x, covariance_.of_height(x), level);
}

stats::Interval LineBounds::single(units::Date date, double level) const {
  const double x = axis_->years(date);
  if (!resamples_) {
    const double scatter = fitted_.residual_deviation * fitted_.residual_deviation;
    return around(x, scatter + covariance_.of_height(x), level);
  }
  std::vector<double> drawn;
  for (std::size_t i = 0; i < residuals_.size(); ++i) {
    const stats::CenteredLine& line = resamples_->resampled[i];
    drawn.push_back(line.height + line.slope * (x - resamples_->center) + residuals_[i]);
  }
  return stats::percentile_interval(drawn, level);
}

}  // namespace pfsday::trend
