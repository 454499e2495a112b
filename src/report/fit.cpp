#include "report/fit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "estimate/row.h"
#include "stats/distributions.h"

namespace pfsday::report {
namespace {

/// Where the systems come from, before any is left out.
struct Source {
  FitReport report = {};
  std::string rule = {};
  std::vector<trend::Point> points = {};
  std::vector<trend::Variant> variants = {};
};

Result<Source> read_table(const TableText& text) {
  trend::PointTable table = TRY(in_file(text.name, trend::read_points(text.csv, text.columns)));
  Source source{.rule = "all rows with compute", .points = std::move(table.points)};
  const std::string name =
      text.name == "-" ? "standard input" : std::string(split(text.name, '/').back());
  source.report.title = "Training compute in " + name;
  source.report.vintage = name + " as given";
  source.report.main.name = "fit";
  source.report.rows = RowCounts{.rows = table.rows,
                                 .without_compute = table.without_compute,
                                 .faulty = std::move(table.faulty),
                                 .columns = std::move(table.columns)};
  return source;
}

Result<Source> read_set(std::string_view id) {
  trend::PointSet set = TRY(trend::find_set(id));
  const std::vector<estimate::Row> rows = TRY(estimate::catalogue_rows());
  Source source;
  source.rule = fmt::format("set {}: {}", set.id, set.rule);
  source.points = TRY(trend::points_of(set, rows));
  source.variants = std::move(set.variants);
  source.report.title = std::move(set.title);
  source.report.vintage = std::move(set.vintage);
  source.report.credit = std::move(set.credit);
  source.report.unit = set.unit;
  source.report.is_set = true;
  source.report.main.name = std::move(set.name);
  source.report.published = std::move(set.published);
  return source;
}

std::string describe(std::string rule, const trend::Selection& selection) {
  if (selection.from) rule += ", from " + units::to_string(*selection.from);
  if (selection.to) rule += ", to " + units::to_string(*selection.to);
  if (!selection.leave_out.empty()) rule += ", without " + join(selection.leave_out, ", ");
  return rule;
}

/// The points without those that the variant leaves out.
std::vector<trend::Point> apply(const trend::Variant& variant,
                                const std::vector<trend::Point>& points) {
  std::vector<trend::Point> kept;
  std::ranges::copy_if(points, std::back_inserter(kept), [&](const trend::Point& point) {
    return std::ranges::find(variant.leave_out, point.id) == variant.leave_out.end();
  });
  return kept;
}

std::vector<NamedFit> fit_variants(const Source& source, const std::vector<trend::Point>& points,
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

}  // namespace

Result<FitReport> fit(const FitRequest& request) {
  Source source = TRY(request.table ? read_table(*request.table) : read_set(request.set));
  const auto points = TRY(trend::select(source.points, request.selection));
  FitReport report = std::move(source.report);
  report.selection = describe(source.rule, request.selection);
  report.main.fit = TRY(trend::fit_exponential(points, request.options));
  report.variants = fit_variants(source, points, request.options);
  if (report.variants.empty()) report.main.name = "fit";
  return report;
}

std::string to_text(const trend::Bounds& months) {
  const auto text = [](const std::optional<double>& bound) {
    return bound ? fmt::format("{:#.4g}", *bound) : std::string("unbounded");
  };
  if (!months.low && !months.high) return "unbounded";
  return text(months.low) + " to " + text(months.high);
}

std::vector<std::string> explain(const trend::Fit& fit) {
  const stats::Line& line = fit.line;
  std::vector<std::string> lines = {
      fmt::format("log10(FLOP) = {:.6g} + {:.6g} x (years since 2020-01-01), least squares over {} "
                  "systems",
                  line.intercept, line.slope, line.n),
      fmt::format("standard error of the slope = {:.6g} / sqrt(sum (x - mean x)^2) = {:.6g}",
                  line.residual_deviation, line.slope_se),
      fmt::format("factor per year = 10^{:.6g} = {:.6g}", line.slope, fit.factor_per_year)};
  if (fit.doubling_months) {
    lines.push_back(fmt::format("doubling time = 12 x log10(2) / {:.6g} = {:.6g} months",
                                line.slope, *fit.doubling_months));
  }
  const auto freedom = line.degrees_of_freedom();
  const double quantile =
      stats::student_t_quantile((1 + fit.level) / 2, static_cast<double>(freedom));
  lines.push_back(
      fmt::format("{:g} % interval of the slope = {:.6g} -+ {:.5g} x {:.6g} = {:.6g} to {:.6g}, "
                  "where {:.5g} is "
                  "Student's t with {} degrees of freedom",
                  100 * fit.level, line.slope, quantile, line.slope_se, fit.slope.low,
                  fit.slope.high, quantile, freedom));
  lines.push_back(
      fmt::format("{:g} % interval of the doubling time = 12 x log10(2) / slope = {} "
                  "months",
                  100 * fit.level, to_text(fit.doubling_interval)));
  return lines;
}

}  // namespace pfsday::report
