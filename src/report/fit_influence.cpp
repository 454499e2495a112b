#include "report/fit_influence.h"

#include <cmath>

namespace pfsday::report {

Result<InfluenceReport> fit_influences(const FitRequest& request, LeftOutUnit unit, bool reselect) {
  InfluenceReport report{.unit = unit, .reselected = reselect};
  report.fit = TRY(fit(request));
  const FitSource source = TRY(read_source(request));
  const trend::LeaveOut study{.systems = source.systems,
                              .selection = request.selection,
                              .quantity = request.quantity,
                              .options = request.options,
                              .reselect = reselect};
  const trend::Fit& all = report.fit.main.fit;
  report.influences = unit == LeftOutUnit::system ? trend::leave_one_out(all, study)
                                                  : trend::leave_one_organization_out(all, study);
  if (report.influences.empty() && unit == LeftOutUnit::organization) {
    return fail(Code::usage, "no system of the fit has an organization");
  }
  return report;
}

std::string to_json(const InfluenceReport& report) {
  const trend::Fit& fit = report.fit.main.fit;
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.influence/1").member("title", report.fit.title);
  json.member("selection", report.fit.selection).member("vintage", report.fit.vintage);
  json.member("axis", fit.axis->text).member("n", fit.line.n);
  json.member("slope_oom_per_year", fit.line.slope).member("reselected", report.reselected);
  json.key("without").begin_array();
  for (const trend::Influence& influence : report.influences) {
    json.begin_object().member("name", influence.name).member("systems", influence.systems);
    json.member("n", influence.n).key("entered").begin_array();
    for (const std::string& id : influence.entered) json.value(id);
    json.end_array();
    json.member("slope_oom_per_year", influence.slope);
    json.member("factor_per_year", std::pow(10, influence.slope));
    json.member("change_oom_per_year", influence.change).end_object();
  }
  return json.end_array().end_object().text();
}

}  // namespace pfsday::report
