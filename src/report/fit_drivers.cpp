#include "report/fit_drivers.h"

#include <cmath>

namespace pfsday::report {
namespace {

void write_driver(JsonWriter& json, const trend::DriverFit& driver) {
  json.begin_object().member("name", driver.name).member("n", driver.n);
  if (driver.fit) {
    json.member("slope_oom_per_year", driver.fit->line.slope);
    json.member("slope_se", driver.fit->line.slope_se);
    json.member("factor_per_year", driver.fit->factor_per_year);
    json.key("interval").begin_array().value(driver.fit->factor_interval.low);
    json.value(driver.fit->factor_interval.high).end_array();
  }
  json.end_object();
}

void write_complete(JsonWriter& json, const trend::CompleteSplit& split) {
  json.key("complete").begin_object().member("n", split.n);
  json.member("slope_oom_per_year", split.slope).key("parts").begin_array();
  for (const auto& part : split.parts) {
    json.begin_object().member("name", part.name).member("slope_oom_per_year", part.slope);
    json.member("factor_per_year", std::pow(10, part.slope)).member("share", part.share);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace

Result<DriversReport> fit_drivers(const FitRequest& request,
                                  const std::optional<TableText>& chips) {
  if (request.quantity != trend::Quantity::compute) {
    return fail(Code::usage, "--drivers splits compute, so it does not go with --y");
  }
  const FitSource source = TRY(read_source(request));
  const auto decisions = TRY(trend::decide(source.systems, request.selection, request.quantity));
  DriversReport report;
  const std::vector<trend::ChipPeak> peaks =
      chips ? TRY(in_file(chips->name, trend::read_chip_peaks(chips->csv)))
            : trend::catalogue_peaks();
  report.drivers = TRY(trend::split_drivers(source.systems, decisions, peaks, request.options));
  report.title = "Drivers: " + source.title;
  report.selection = describe(source, request.selection, request.quantity);
  report.vintage = source.vintage;
  report.chips = chips ? short_name(chips->name) : "the bundled catalogue of chips";
  return report;
}

std::string to_json(const DriversReport& report) {
  const trend::Drivers& drivers = report.drivers;
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.drivers/1");
  json.member("selection", report.selection).member("vintage", report.vintage);
  json.member("axis", drivers.compute.axis->text).member("chips", report.chips);
  json.key("compute");
  write_driver(json, {.name = "compute", .fit = drivers.compute, .n = drivers.compute.line.n});
  json.key("drivers").begin_array();
  for (const trend::DriverFit& driver : drivers.each) write_driver(json, driver);
  json.end_array().member("several_types", drivers.several_types);
  json.key("unknown_chips").begin_array();
  for (const std::string& name : drivers.unknown_chips) json.value(name);
  json.end_array();
  if (drivers.complete) write_complete(json, *drivers.complete);
  return json.end_object().text();
}

}  // namespace pfsday::report
