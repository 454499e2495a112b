#include "report/fit_chips.h"

#include <algorithm>

namespace pfsday::report {
namespace {

/// A chip has no domain, no rank by compute and no organization to select it by.
bool is_of_systems(const trend::Selection& selection) {
  return !selection.tags.empty() || !selection.domains.empty() || selection.minimum ||
         !selection.fine_tunes || selection.rule != trend::Rule::all ||
         !selection.leave_out_organizations.empty();
}

void write_trend(JsonWriter& json, const trend::ChipTrend& trend, bool explain) {
  json.begin_object().member("of", trend.what).member("per", trend.per).member("n", trend.n);
  if (const auto& fit = trend.fit) {
    json.member("slope_oom_per_year", fit->line.slope).member("slope_se", fit->slope_se);
    json.member("factor_per_year", fit->factor_per_year);
    json.member("doubling_months", fit->doubling_months).member("r2", fit->line.r2);
    json.key("factor_interval").begin_array().value(fit->factor_interval.low);
    json.value(fit->factor_interval.high).end_array();
    if (explain) {
      json.key("points").begin_array();
      for (const trend::Point& point : fit->points) {
        json.begin_object().member("name", point.name);
        json.member("date", units::to_string(point.date)).member("value", point.value).end_object();
      }
      json.end_array();
    }
  }
  json.end_object();
}

}  // namespace

Result<ChipsReport> fit_chips(const FitRequest& request) {
  if (is_of_systems(request.selection)) {
    return fail(Code::usage, "chips are selected by --from, --to and --leave-out alone");
  }
  trend::ChipTable table;
  if (request.table) {
    table = TRY(in_file(request.table->name, trend::read_chips(request.table->csv)));
  } else {
    table.chips = trend::catalogue_chips();
  }
  ChipsReport report{.source = request.table ? short_name(request.table->name) + " as given"
                                             : "the bundled catalogue of chips",
                     .window = trend::describe(request.selection),
                     .interval = request.options.interval,
                     .axis = request.options.axis,
                     .chips = table.chips.size(),
                     .faulty = std::move(table.faulty)};
  report.undated = static_cast<std::size_t>(
      std::ranges::count_if(table.chips, [](const trend::Chip& chip) { return !chip.released; }));
  const trend::ChipSelection selection{.from = request.selection.from,
                                       .to = request.selection.to,
                                       .leave_out = request.selection.leave_out};
  report.trends = TRY(trend::chip_trends(table.chips, selection, request.options));
  return report;
}

std::string to_json(const ChipsReport& report, bool explain) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.chips/1").member("vintage", report.source);
  json.member("selection", report.window).member("axis", report.axis->text);
  json.key("interval").begin_object().member("level", report.interval.level);
  json.member("method", trend::names_of(report.interval.method).name).end_object();
  json.member("chips", report.chips).member("undated", report.undated);
  json.key("faulty").begin_array();
  for (const CsvFault& fault : report.faulty) {
    json.begin_object().member("line", fault.line).member("reason", fault.reason).end_object();
  }
  json.end_array().key("trends").begin_array();
  for (const trend::ChipTrend& trend : report.trends) write_trend(json, trend, explain);
  return json.end_array().end_object().text();
}

}  // namespace pfsday::report
