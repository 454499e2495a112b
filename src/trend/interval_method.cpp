#include "trend/interval_method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/stable_order.h"
#include "base/text.h"
#include "stats/covariance.h"
#include "stats/distributions.h"
#include "stats/least_squares.h"

namespace pfsday::trend {
namespace {

constexpr IntervalMethodNames methods[] = {
    {IntervalMethod::t, "t", "Student's t with n - 2 degrees of freedom"},
    {IntervalMethod::hc0, "hc0", "Student's t on the error HC0"},
    {IntervalMethod::hc1, "hc1", "Student's t on the error HC1"},
    {IntervalMethod::hc2, "hc2", "Student's t on the error HC2"},
    {IntervalMethod::hc3, "hc3", "Student's t on the error HC3"},
    {IntervalMethod::newey_west, "newey-west", "Student's t on the error of Newey and West"},
    {IntervalMethod::percentile, "percentile", "case bootstrap, percentiles"},
    {IntervalMethod::bca, "bca", "case bootstrap, bias-corrected and accelerated"},
    {IntervalMethod::likelihood, "likelihood", "normal, from the likelihood"},
};

stats::ErrorKind error_kind_of(IntervalMethod method) {
  switch (method) {
    case IntervalMethod::hc0:
      return stats::ErrorKind::hc0;
    case IntervalMethod::hc1:
      return stats::ErrorKind::hc1;
    case IntervalMethod::hc2:
      return stats::ErrorKind::hc2;
    case IntervalMethod::hc3:
      return stats::ErrorKind::hc3;
    case IntervalMethod::newey_west:
      return stats::ErrorKind::newey_west;
    default:
      return stats::ErrorKind::classical;
  }
}

/// The same points by x, as Newey and West need them.
void sort_by_x(std::vector<double>& x, std::vector<double>& y) {
  const auto order = stable_order(x.size(), [&](std::size_t i) { return x[i]; });
  std::vector<double> sorted_x, sorted_y;
  for (const std::size_t i : order) {
    sorted_x.push_back(x[i]);
    sorted_y.push_back(y[i]);
  }
  x = std::move(sorted_x);
  y = std::move(sorted_y);
}

}  // namespace

std::span<const IntervalMethodNames> interval_methods() {
  return std::span(methods).first(std::size(methods) - 1);
}

const IntervalMethodNames& names_of(IntervalMethod method) {
  return methods[std::to_underlying(method)];
}

bool is_bootstrap(IntervalMethod method) {
  return method == IntervalMethod::percentile || method == IntervalMethod::bca;
}

Result<IntervalMethod> find_interval_method(std::string_view name) {
  const auto list = interval_methods();
  const auto found = std::ranges::find(list, name, &IntervalMethodNames::name);
  if (found != list.end()) return found->method;
  std::vector<std::string> names;
  for (const IntervalMethodNames& method : list) names.emplace_back(method.name);
  return fail(Code::usage, fmt::format("there is no interval \"{}\"", name),
              "they are: " + join(names, ", "));
}

double LineCovariance::of_height(double x) const {
  const double u = x - center;
  return height + 2 * u * both + u * u * slope;
}

Result<LineCovariance> covariance_of(std::span<const double> x, std::span<const double> y,
                                     const stats::Line& line, IntervalMethod method) {
  const double variance = line.residual_deviation * line.residual_deviation;
  LineCovariance of_line{.center = line.mean_x,
                         .height = variance / static_cast<double>(line.n),
                         .slope = line.slope_se * line.slope_se};
  if (method == IntervalMethod::t) return of_line;
  if (method == IntervalMethod::likelihood) {  // independent of the slope at the mean x
    of_line.height =
        line.intercept_se * line.intercept_se - line.mean_x * line.mean_x * of_line.slope;
    return of_line;
  }
  std::vector<double> u, sorted_y(y.begin(), y.end());
  for (const double place : x) u.push_back(place - line.mean_x);
  sort_by_x(u, sorted_y);
  const auto fit = TRY(stats::fit_least_squares(stats::line_design(u), sorted_y));
  const auto covariance =
      TRY(stats::covariance(fit, {.kind = error_kind_of(method),
                                  .lags = std::min(stats::newey_west_lags(fit.n), fit.n - 1)}));
  of_line.height = covariance(0, 0);
  of_line.slope = covariance(1, 1);
  of_line.both = covariance(0, 1);
  return of_line;
}

Result<stats::LineBootstrap> bootstrap_of(std::span<const double> x, std::span<const double> y,
                                          const IntervalOptions& options,
                                          std::span<const stats::Interval> row_bounds) {
  std::vector<stats::Interval> noise;
  if (options.noise_by_row) {
    noise.assign(row_bounds.begin(), row_bounds.end());
  } else if (options.noise_factor > 1) {
    noise = stats::equal_noise(y.size(), std::log10(options.noise_factor));
  }
  return stats::bootstrap_line(
      x, y, {.resamples = options.resamples, .seed = options.seed, .noise = noise});
}

stats::BootstrapRule rule_of(IntervalMethod method) {
  return method == IntervalMethod::bca ? stats::BootstrapRule::bca
                                       : stats::BootstrapRule::percentile;
}

Result<Uncertainty> uncertainty_of(std::span<const double> x, std::span<const double> y,
                                   const stats::Line& line, const IntervalOptions& options,
                                   std::span<const stats::Interval> row_bounds) {
  if (is_bootstrap(options.method)) {
    const auto lines = TRY(bootstrap_of(x, y, options, row_bounds));
    return Uncertainty{.slope = lines.slope_interval(options.level, rule_of(options.method))};
  }
  const auto covariance = TRY(covariance_of(x, y, line, options.method));
  const double error = std::sqrt(std::max(0.0, covariance.slope));
  const double reach =
      error * stats::student_t_quantile((1 + options.level) / 2,
                                        static_cast<double>(line.degrees_of_freedom()));
  return Uncertainty{.slope = {line.slope - reach, line.slope + reach}, .slope_se = error};
}

}  // namespace pfsday::trend
