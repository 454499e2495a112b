#include "report/forecast.h"

namespace pfsday::report {
namespace {

void write_bounds(JsonWriter& json, std::string_view name, const stats::Interval& bounds) {
  json.key(name).begin_array().value(bounds.low).value(bounds.high).end_array();
}

void write_date(JsonWriter& json, const std::optional<units::Date>& date) {
  if (!date) {
    json.null();
  } else {
    json.value(units::to_string(*date));
  }
}

void write_range(JsonWriter& json, std::string_view name, const trend::DateRange& range) {
  json.key(name).begin_object().key("low");
  write_date(json, range.low);
  json.key("mid");
  write_date(json, range.middle);
  json.key("high");
  write_date(json, range.high);
  json.end_object();
}

void write_arrival(JsonWriter& json, const trend::Arrival& arrival) {
  json.begin_object().member("flop", arrival.amount).member("reached", arrival.reached);
  write_range(json, "line", arrival.line);
  write_range(json, "first_system", arrival.first);
  json.member("systems_per_year", arrival.systems_per_year).end_object();
}

void write_backtest(JsonWriter& json, const trend::Backtest& test) {
  json.begin_object().member("horizon_years", test.horizon_years);
  json.member("origins", test.origins).member("forecasts", test.forecasts);
  json.member("coverage", test.coverage).member("bias_oom", test.bias);
  json.member("crps_oom", test.crps).member("baseline_crps_oom", test.baseline_crps);
  json.member("skill", test.skill).key("pinball_oom").begin_array();
  for (const double loss : test.pinball) json.value(loss);
  json.end_array().key("pit").begin_array();
  for (const std::size_t count : test.pit) json.value(count);
  json.end_array().end_object();
}

}  // namespace

Result<ForecastReport> forecast(const FitRequest& request, const ForecastQuestion& question) {
  ForecastReport report;
  report.fit = TRY(fit(request));
  const trend::Fit& line = report.fit.main.fit;
  const double level = request.options.interval.level;
  for (const units::Date date : question.dates) {
    report.outlooks.push_back(trend::forecast_at(line, date, level));
  }
  for (const double amount : question.amounts) {
    report.arrivals.push_back(TRY(trend::forecast_when(line, amount, level)));
  }
  for (const double years : question.horizons) {
    const auto test =
        trend::backtest(line.points, {.horizon_years = years, .level = level}, request.options);
    if (test) report.backtests.push_back(*test);
  }
  return report;
}

std::string to_json(const ForecastReport& report) {
  const trend::Fit& line = report.fit.main.fit;
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.forecast/1").member("title", report.fit.title);
  json.member("selection", report.fit.selection).member("vintage", report.fit.vintage);
  json.member("axis", line.axis->text).member("n", line.line.n);
  json.member("slope_oom_per_year", line.line.slope).member("level", line.interval.level);
  json.key("at").begin_array();
  for (const trend::Outlook& outlook : report.outlooks) {
    json.begin_object().member("date", units::to_string(outlook.date));
    json.member("flop", outlook.value);
    write_bounds(json, "line", outlook.line);
    write_bounds(json, "single_system", outlook.single);
    json.end_object();
  }
  json.end_array().key("when").begin_array();
  for (const trend::Arrival& arrival : report.arrivals) write_arrival(json, arrival);
  json.end_array().key("backtests").begin_array();
  for (const trend::Backtest& test : report.backtests) write_backtest(json, test);
  return json.end_array().end_object().text();
}

}  // namespace pfsday::report
