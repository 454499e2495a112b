#include "report/fit_sensitivity.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace pfsday::report {
namespace {

/// A fit of the request's systems under another selection or convention.
class Study {
 public:
  Study(const FitRequest& request, const std::vector<trend::System>& systems)
      : request_(request), systems_(systems) {}

  std::optional<trend::Fit> fit(const trend::Selection& selection) const {
    return fit_of(systems_, selection, request_.options);
  }
  std::optional<trend::Fit> fit_with(const trend::DateConvention& axis) const {
    trend::FitOptions options = request_.options;
    options.axis = &axis;
    return fit_of(systems_, request_.selection, options);
  }
  std::optional<trend::Fit> fit_of(const std::vector<trend::System>& systems,
                                   const trend::Selection& selection,
                                   const trend::FitOptions& options) const {
    const auto points = trend::select(systems, selection, request_.quantity);
    if (!points) return std::nullopt;
    auto fit = trend::fit_exponential(*points, options);
    return fit ? std::optional(std::move(*fit)) : std::nullopt;
  }

 private:
  const FitRequest& request_;
  const std::vector<trend::System>& systems_;
};

struct NamedRule {
  std::string_view name;
  trend::Rule rule = trend::Rule::all;
  std::size_t top = 0;
};

/// From the widest to the narrowest.
constexpr NamedRule rules[] = {
    {"no ranking", trend::Rule::all},
    {"no low outliers", trend::Rule::no_low},
    {"regular-scale", trend::Rule::regular_scale},
    {"top 20", trend::Rule::top, 20},
    {"top 10", trend::Rule::top, 10},
    {"top 5", trend::Rule::top, 5},
    {"top 1", trend::Rule::top, 1},
    {"records", trend::Rule::records},
    {"large-scale", trend::Rule::large_scale},
};

/// The rules above, and the one that was asked for where it is another top N.
std::vector<NamedRule> rules_beside(const trend::Selection& asked) {
  std::vector<NamedRule> list(std::begin(rules), std::end(rules));
  if (asked.rule != trend::Rule::top) return list;
  const auto place = std::ranges::find_if(list, [&](const NamedRule& rule) {
    return rule.rule == trend::Rule::records ||
           (rule.rule == trend::Rule::top && rule.top <= asked.top);
  });
  if (place->top != asked.top) list.insert(place, {"as asked", trend::Rule::top, asked.top});
  return list;
}

void add_rules(std::vector<SensitivityRow>& rows, const Study& study,
               const trend::Selection& asked) {
  if (!asked.tags.empty()) {
    trend::Selection untagged = asked;
    untagged.tags.clear();
    rows.push_back({"rule", "any tag, else as asked", false, study.fit(untagged)});
  }
  for (const auto& [name, rule, top] : rules_beside(asked)) {
    trend::Selection selection = asked;
    selection.rule = rule;
    selection.top = top;
    const bool as_asked = asked.rule == rule && asked.top == top;
    rows.push_back({"rule", std::string(name), as_asked, study.fit(selection)});
  }
}

/// The same day of another year; of February 29 the first of March.
units::Date years_later(units::Date date, int years) {
  const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(date.days))};
  const auto moved = std::chrono::sys_days(day + std::chrono::years(years));
  return {static_cast<int>(moved.time_since_epoch().count())};
}

/// Windows that begin or end one and two years earlier and later.
void add_windows(std::vector<SensitivityRow>& rows, const Study& study,
                 const trend::Selection& asked, const trend::Fit& fit) {
  const trend::Window window = trend::window_of(fit.points);
  for (const int years : {-2, -1, 0, 1, 2}) {
    trend::Selection selection = asked;
    selection.from = years_later(asked.from.value_or(window.from), years);
    rows.push_back(
        {"window from", units::to_string(*selection.from), years == 0, study.fit(selection)});
  }
  for (const int years : {-2, -1, 0}) {
    trend::Selection selection = asked;
    selection.to = years_later(asked.to.value_or(window.to), years);
    rows.push_back(
        {"window to", units::to_string(*selection.to), years == 0, study.fit(selection)});
  }
}

std::string warning_of(const SensitivityRow& a, const SensitivityRow& b) {
  const double x = *a.fit->doubling_months, y = *b.fit->doubling_months;
  return fmt::format("{}: {} doubles in {:#.3g} months, {} in {:#.3g}", a.choice, a.variant, x,
                     b.variant, y);
}

bool differ(const SensitivityRow& a, const SensitivityRow& b) {
  if (!a.fit || !b.fit || !a.fit->doubling_months || !b.fit->doubling_months) return false;
  const double x = *a.fit->doubling_months, y = *b.fit->doubling_months;
  if ((x > 0) != (y > 0)) return true;
  return std::max(x / y, y / x) > 1 + largest_difference;
}

std::vector<std::string> warnings_of(const std::vector<SensitivityRow>& rows) {
  std::vector<std::string> warnings;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const SensitivityRow &a = rows[i - 1], &b = rows[i];
    if (a.choice == b.choice && differ(a, b)) warnings.push_back(warning_of(a, b));
  }
  return warnings;
}

}  // namespace

Result<SensitivityReport> fit_sensitivity(const FitRequest& request,
                                          std::span<const TableText> vintages) {
  const FitReport asked = TRY(fit(request));
  const FitSource source = TRY(read_source(request));
  const Study study(request, source.systems);
  SensitivityReport report{.title = asked.title, .selection = asked.selection};
  add_rules(report.rows, study, request.selection);
  add_windows(report.rows, study, request.selection, asked.main.fit);
  if (!vintages.empty()) {
    report.rows.push_back({"vintage", asked.vintage, true, asked.main.fit});
  }
  for (const TableText& vintage : vintages) {
    const FitSource other = TRY(read_table(vintage, request.quantity));
    report.rows.push_back({"vintage", other.vintage, false,
                           study.fit_of(other.systems, request.selection, request.options)});
  }
  for (const trend::DateConvention& axis : trend::date_conventions()) {
    report.rows.push_back(
        {"dates", std::string(axis.name), &axis == request.options.axis, study.fit_with(axis)});
  }
  report.warnings = warnings_of(report.rows);
  return report;
}

std::string to_json(const SensitivityReport& report) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.sensitivity/1").member("title", report.title);
  json.member("selection", report.selection).key("rows").begin_array();
  for (const SensitivityRow& row : report.rows) {
    json.begin_object().member("choice", row.choice).member("variant", row.variant);
    json.member("as_asked", row.as_asked).member("n", row.fit ? row.fit->line.n : 0);
    if (row.fit) {
      json.member("slope_oom_per_year", row.fit->line.slope);
      json.member("factor_per_year", row.fit->factor_per_year);
      json.member("doubling_months", row.fit->doubling_months);
    }
    json.end_object();
  }
  json.end_array().key("warnings").begin_array();
  for (const std::string& warning : report.warnings) json.value(warning);
  return json.end_array().end_object().text();
}

}  // namespace pfsday::report
