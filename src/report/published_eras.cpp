#include "report/published_eras.h"

#include "base/json.h"
#include "estimate/row.h"
#include "trend/set.h"
#include "units/quantity.h"

namespace pfsday::report {
namespace {

void write_range(JsonWriter& json, std::string_view key,
                 const std::optional<stats::Interval>& range) {
  if (range) json.key(key).begin_array().value(range->low).value(range->high).end_array();
}

void write_outside(JsonWriter& json, const std::vector<trend::System>& systems) {
  json.key("outside").begin_array();
  for (const trend::System& system : systems) {
    json.begin_object().member("name", system.name).member("date", units::to_string(system.date));
    json.member("pfs_days",
                system.amount(trend::Quantity::compute)->value / units::operations_per_pfs_day);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

Result<PublishedErasReport> published_eras(std::string_view id) {
  PublishedErasReport report;
  report.eras = TRY(trend::find_published_eras(id));
  std::vector<trend::System> systems;
  if (!report.eras.set.empty()) {
    const auto rows = TRY(estimate::catalogue_rows());
    const trend::PointSet set = TRY(trend::find_set(report.eras.set));
    systems = TRY(trend::systems_of(set, rows));
  }
  for (const trend::PublishedEra& era : report.eras.eras) {
    report.days.push_back(trend::days_implied(era, report.eras.utilization));
    report.outside.push_back(trend::systems_outside(era, systems));
  }
  return report;
}

std::string to_json(const PublishedErasReport& report) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.published-eras/1");
  json.member("title", report.eras.title).member("source", report.eras.source);
  json.member("url", report.eras.url).member("utilization", report.eras.utilization);
  json.key("eras").begin_array();
  for (std::size_t i = 0; i < report.eras.eras.size(); ++i) {
    const trend::PublishedEra& era = report.eras.eras[i];
    json.begin_object().member("name", era.name).member("note", era.note);
    write_range(json, "chips", era.chips);
    write_range(json, "operations_per_second", era.rate);
    write_range(json, "pfs_days", era.pfs_days);
    write_range(json, "days_implied", report.days[i]);
    json.member("doubling_months", era.doubling_months);
    write_outside(json, report.outside[i]);
    json.end_object();
  }
  return json.end_array().end_object().text();
}

}  // namespace pfsday::report
