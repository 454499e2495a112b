#include "report/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stats/distributions.h"

namespace pfsday::report {
namespace {

/// The points without those that the variant leaves out.
std::vector<trend::Point> apply(const trend::Variant& variant,
                                const std::vector<trend::Point>& points) {
  std::vector<trend::Point> kept;
  std::ranges::copy_if(points, std::back_inserter(kept), [&](const trend::Point& point) {
    return std::ranges::find(variant.leave_out, point.id) == variant.leave_out.end();
  });
  return kept;
}

std::vector<NamedFit> fit_variants(const FitSource& source, const std::vector<trend::Point>& points,
                                   const trend::FitOptions& options) {
  std::vector<NamedFit> fits;
  for (const trend::Variant& variant : source.variants) {
    const auto kept = apply(variant, points);
    if (kept.size() == points.size()) continue;
    if (auto fit = trend::fit_exponential(kept, options)) {
      fits.push_back({variant.name, std::move(*fit)});
    }
  }
  return fits;
}

std::vector<LeftOut> left_out_of(const FitSource& source,
                                 const std::vector<trend::Decision>& decisions,
                                 const FitRequest& request) {
  std::vector<LeftOut> left_out;
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (decisions[i].verdict == trend::Verdict::in) continue;
    const trend::System& system = source.systems[i];
    left_out.push_back(
        {.name = system.id,
         .date = system.dated ? std::optional(system.date) : std::nullopt,
         .reason = trend::reason_of(decisions[i], request.selection, request.quantity)});
  }
  return left_out;
}

std::string explain_error(const trend::Fit& fit) {
  if (fit.scatter) {
    return fmt::format("standard error of the slope = {:.6g}, from the inverse of X'WX",
                       fit.line.slope_se);
  }
  if (fit.slope_se && *fit.slope_se != fit.line.slope_se) {
    return fmt::format("standard error of the slope = {:.6g}, {}", *fit.slope_se,
                       trend::names_of(fit.interval.method).text);
  }
  return fmt::format("standard error of the slope = {:.6g} / sqrt(sum (x - mean x)^2) = {:.6g}",
                     fit.line.residual_deviation, fit.line.slope_se);
}

/// "slope -+ quantile x error = low to high", or the bounds of a bootstrap.
std::string explain_interval(const trend::Fit& fit) {
  const auto bounds = fmt::format("{:.6g} to {:.6g}", fit.slope.low, fit.slope.high);
  if (!fit.slope_se) return fmt::format("{}, by {}", bounds, text_of_interval(fit.interval));
  if (fit.scatter) {
    const double quantile = stats::normal_quantile((1 + fit.interval.level) / 2);
    return fmt::format("{:.6g} -+ {:.5g} x {:.6g} = {}, where {:.5g} is of the normal distribution",
                       fit.line.slope, quantile, fit.line.slope_se, bounds, quantile);
  }
  const auto freedom = fit.line.degrees_of_freedom();
  const double quantile =
      stats::student_t_quantile((1 + fit.interval.level) / 2, static_cast<double>(freedom));
  return fmt::format(
      "{:.6g} -+ {:.5g} x {:.6g} = {}, where {:.5g} is Student's t with {} degrees of "
      "freedom",
      fit.line.slope, quantile, *fit.slope_se, bounds, quantile, freedom);
}

std::string_view method_of(const trend::Fit& fit) {
  return fit.scatter ? "maximum likelihood" : "least squares";
}

double years_of_window(const trend::Fit& fit) {
  const auto [from, to] = trend::window_of(fit.points);
  return fit.axis->years(to) - fit.axis->years(from);
}

std::vector<HeldAgainst> hold_against_rulers(const trend::Fit& fit) {
  std::vector<HeldAgainst> held;
  for (const trend::Ruler& ruler : trend::rulers()) {
    held.push_back({.ruler = ruler,
                    .factor = trend::factor_over(ruler, years_of_window(fit)),
                    .times = fit.line.slope / std::log10(trend::factor_over(ruler, 1))});
  }
  return held;
}

}  // namespace

Result<FitSource> read_source(const FitRequest& request) {
  return request.table ? read_table(*request.table, request.quantity)
                       : read_set(request.set, request.quantity);
}

Result<FitReport> fit(const FitRequest& request) {
  FitSource source = TRY(read_source(request));
  TRY(trend::check_words(source.systems, request.options.known_within));
  const auto decisions = TRY(trend::decide(source.systems, request.selection, request.quantity));
  const auto points = trend::selected_points(source.systems, decisions, request.quantity);
  FitReport report;
  report.options = request.options;
  report.main.fit = TRY(trend::fit_exponential(points, request.options));
  if (request.eras) {
    report.eras = TRY(trend::find_eras(points, *request.eras, request.options));
  }
  if (request.rulers) report.rulers = hold_against_rulers(report.main.fit);
  report.quantity = request.quantity;
  report.selection = describe(source, request.selection, request.quantity);
  report.variants = fit_variants(source, points, request.options);
  report.main.name = report.variants.empty() ? "fit" : std::move(source.name);
  for (std::size_t i = 0; i < decisions.size(); ++i) {
    if (decisions[i].verdict == trend::Verdict::in) report.systems.push_back(source.systems[i]);
  }
  report.left_out = left_out_of(source, decisions, request);
  report.title = std::move(source.title);
  report.vintage = std::move(source.vintage);
  report.credit = std::move(source.credit);
  report.unit = source.unit;
  report.is_set = source.is_set;
  report.published = std::move(source.published);
  report.rows = std::move(source.rows);
  return report;
}

std::string to_text(const trend::Bounds& months) {
  const auto text = [](const std::optional<double>& bound) {
    return bound ? fmt::format("{:#.4g}", *bound) : std::string("unbounded");
  };
  if (!months.low && !months.high) return "unbounded";
  return text(months.low) + " to " + text(months.high);
}

std::string text_of_interval(const trend::IntervalOptions& interval) {
  std::string text =
      fmt::format("{:g} %, {}", 100 * interval.level, trend::names_of(interval.method).text);
  if (!trend::is_bootstrap(interval.method)) return text;
  text += fmt::format(", {} resamples, seed {}", interval.resamples, interval.seed);
  if (interval.noise_by_row) {
    text += ", each figure anywhere in its interval";
  } else if (interval.noise_factor > 1) {
    text += fmt::format(", noise to a factor {:g}", interval.noise_factor);
  }
  return text;
}

std::string text_of_errors(const trend::RowErrors& errors) {
  return fmt::format("{} stated, {} stated on one side, {} by --known-within; read as {:g} %",
                     errors.stated, errors.half_stated, errors.assumed,
                     100 * trend::row_interval_level);
}

double factor_over_window(const trend::Fit& fit) {
  return std::pow(fit.factor_per_year, years_of_window(fit));
}

std::string text_of_search(const trend::EraOptions& options) {
  const bool hinge = options.joint == stats::Joint::hinge;
  const bool pooled = options.variance == stats::VarianceRule::pooled;
  return fmt::format("{}, {}, breaks {}, at least {} systems and {:g} year{} in each era",
                     hinge ? "lines that meet" : "lines that may jump",
                     pooled ? "one variance" : "a variance for each era",
                     options.by_month ? "at first days of months" : "anywhere",
                     options.least_points, options.least_years,
                     options.least_years == 1 ? "" : "s");
}

std::vector<std::string> explain(const trend::Fit& fit, trend::Quantity quantity) {
  const stats::Line& line = fit.line;
  const double months = fit.axis->months_per_year;
  std::vector<std::string> lines = {fmt::format(
      "log10({}) = {:.6g} + {:.6g} x ({}), {} over {} systems", trend::names_of(quantity).unit,
      line.intercept, line.slope, fit.axis->text, method_of(fit), line.n)};
  if (fit.scatter) {
    lines.push_back(fmt::format(
        "weight of a system = 1 / (error^2 + {:.6g}^2), error = width of its interval / (2 x "
        "{:.5g})",
        fit.scatter->deviation, stats::normal_quantile((1 + trend::row_interval_level) / 2)));
    lines.push_back(fmt::format(
        "scatter between systems = {:.6g} decades, where the likelihood is largest: log L = "
        "{:.6g}; standard error of its square = {:.6g}",
        fit.scatter->deviation, fit.scatter->log_likelihood, fit.scatter->variance_se));
  }
  lines.push_back(explain_error(fit));
  lines.push_back(
      fmt::format("factor per year = 10^{:.6g} = {:.6g}", line.slope, fit.factor_per_year));
  if (fit.doubling_months) {
    lines.push_back(fmt::format("doubling time = {:.6g} x log10(2) / {:.6g} = {:.6g} months",
                                months, line.slope, *fit.doubling_months));
  }
  lines.push_back(fmt::format("{:g} % interval of the slope = {}", 100 * fit.interval.level,
                              explain_interval(fit)));
  lines.push_back(
      fmt::format("{:g} % interval of the doubling time = {:.6g} x log10(2) / slope = {} "
                  "months",
                  100 * fit.interval.level, months, to_text(fit.doubling_interval)));
  return lines;
}

}  // namespace pfsday::report
