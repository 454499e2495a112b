#include "report/fit_estimators.h"

#include <cmath>

namespace pfsday::report {

Result<EstimatorsReport> fit_estimators(const FitRequest& request) {
  EstimatorsReport report;
  report.fit = TRY(fit(request));
  const FitSource source = TRY(read_source(request));
  const auto decisions = TRY(trend::decide(source.systems, request.selection, request.quantity));
  report.slopes =
      TRY(trend::estimate_by_all(source.systems, decisions, request.quantity, request.options));
  return report;
}

std::string to_json(const EstimatorsReport& report) {
  const trend::Fit& fit = report.fit.main.fit;
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.estimators/1").member("title", report.fit.title);
  json.member("selection", report.fit.selection).member("vintage", report.fit.vintage);
  json.member("axis", fit.axis->text).member("level", fit.interval.level);
  json.key("slopes").begin_array();
  for (const trend::EstimatedSlope& slope : report.slopes) {
    json.begin_object().member("estimator", slope.estimator).member("n", slope.n);
    json.member("slope_oom_per_year", slope.slope);
    json.member("factor_per_year", std::pow(10, slope.slope)).key("interval");
    if (slope.interval) {
      json.begin_array().value(slope.interval->low).value(slope.interval->high).end_array();
    } else {
      json.null();
    }
    json.end_object();
  }
  return json.end_array().end_object().text();
}

}  // namespace pfsday::report
