#include "report/fit_vintage.h"

namespace pfsday::report {
namespace {

void write_fit(JsonWriter& json, std::string_view key, std::string_view name,
               const trend::Fit& fit) {
  json.key(key).begin_object().member("vintage", name).member("n", fit.line.n);
  json.member("slope_oom_per_year", fit.line.slope).member("slope_se", fit.line.slope_se);
  json.member("factor_per_year", fit.factor_per_year);
  json.member("doubling_months", fit.doubling_months).end_object();
}

void write_steps(JsonWriter& json, const trend::VintageChange& change) {
  json.key("steps").begin_array();
  for (const trend::Step& step : change.steps) {
    json.begin_object().member("kind", trend::describe(step.kind));
    json.member("systems", step.systems).member("n", step.n);
    json.member("slope_oom_per_year", step.slope).member("change_oom_per_year", step.change);
    json.end_object();
  }
  json.end_array();
}

void write_effects(JsonWriter& json, const trend::VintageChange& change) {
  json.key("systems").begin_array();
  for (const trend::Effect& effect : change.effects) {
    json.begin_object().member("name", effect.name);
    json.member("kind", trend::describe(effect.kind)).member("before", effect.before);
    json.member("after", effect.after).member("change_oom_per_year", effect.change).end_object();
  }
  json.end_array();
}

}  // namespace

Result<VintageReport> fit_vintages(const FitRequest& request, const TableText& against) {
  if (!request.table) {
    return fail(Code::usage, "--against compares two tables, and the first is not given",
                "pfsday fit OLD.csv --against NEW.csv");
  }
  const FitSource before = TRY(read_table(*request.table, request.quantity));
  const FitSource after = TRY(read_table(against, request.quantity));
  VintageReport report;
  report.before = short_name(request.table->name);
  report.after = short_name(against.name);
  report.selection = describe(before, request.selection, request.quantity);
  report.quantity = request.quantity;
  report.rows_before = *before.rows;
  report.rows_after = *after.rows;
  report.change = TRY(trend::compare_vintages(before.systems, after.systems, request.selection,
                                              request.quantity, request.options));
  return report;
}

std::string to_json(const VintageReport& report) {
  const trend::VintageChange& change = report.change;
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.vintages/1");
  json.member("y", trend::names_of(report.quantity).word);
  json.member("selection", report.selection).member("axis", change.before.axis->text);
  write_fit(json, "before", report.before, change.before);
  write_fit(json, "after", report.after, change.after);
  write_steps(json, change);
  json.key("matched").begin_object().member("common", change.matched.common);
  json.member("differ_by_over_5_percent", change.matched.differ);
  json.member("median_factor", change.matched.median_factor).end_object();
  write_effects(json, change);
  return json.end_object().text();
}

}  // namespace pfsday::report
