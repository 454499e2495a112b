#include "trend/interval_method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/stable_order.h"
#include "base/text.h"
#include "stats/bootstrap.h"
#include "stats/covariance.h"
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

Result<Uncertainty> robust(std::vector<double> x, std::vector<double> y,
                           const IntervalOptions& options) {
  sort_by_x(x, y);
  const auto fit = TRY(stats::fit_least_squares(stats::line_design(x), y));
  const auto covariance =
      TRY(stats::covariance(fit, {.kind = error_kind_of(options.method),
                                  .lags = std::min(stats::newey_west_lags(fit.n), fit.n - 1)}));
  return Uncertainty{.slope = stats::coefficient_interval(fit, covariance, 1, options.level),
                     .slope_se = stats::standard_error(covariance, 1)};
}

Result<Uncertainty> bootstrap(std::span<const double> x, std::span<const double> y,
                              const IntervalOptions& options,
                              std::span<const stats::Interval> row_bounds) {
  std::vector<stats::Interval> noise;
  if (options.noise_by_row) {
    noise.assign(row_bounds.begin(), row_bounds.end());
  } else if (options.noise_factor > 1) {
    noise = stats::equal_noise(y.size(), std::log10(options.noise_factor));
  }
  const auto lines = TRY(stats::bootstrap_line(
      x, y, {.resamples = options.resamples, .seed = options.seed, .noise = noise}));
  const auto rule = options.method == IntervalMethod::bca ? stats::BootstrapRule::bca
                                                          : stats::BootstrapRule::percentile;
  return Uncertainty{.slope = lines.slope_interval(options.level, rule)};
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

Result<Uncertainty> uncertainty_of(std::span<const double> x, std::span<const double> y,
                                   const stats::Line& line, const IntervalOptions& options,
                                   std::span<const stats::Interval> row_bounds) {
  if (options.method == IntervalMethod::t) {
    return Uncertainty{.slope = stats::slope_interval(line, options.level),
                       .slope_se = line.slope_se};
  }
  if (is_bootstrap(options.method)) return bootstrap(x, y, options, row_bounds);
  return robust({x.begin(), x.end()}, {y.begin(), y.end()}, options);
}

}  // namespace pfsday::trend
