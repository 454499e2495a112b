#include "report/forecast.h"

#include <fmt/format.h>

#include <cmath>

#include "stats/distributions.h"
#include "stats/first_crossing.h"

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

/// What the member with an amount is called.
std::string_view amount_key(const FitReport& fit) {
  return fit.quantity == trend::Quantity::compute ? "flop" : "value";
}

void write_arrival(JsonWriter& json, const trend::Arrival& arrival, std::string_view key) {
  json.begin_object().member(key, arrival.amount).member("reached", arrival.reached);
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

void write_bending(JsonWriter& json, const BendingQuestion& bending) {
  json.key("bends").begin_object().member("to", bending.to);
  json.member("factor_per_year", bending.growth.factor_per_year());
  json.key("from");
  write_date(json, bending.from);
  json.member("by", units::to_string(bending.by)).end_object();
}

void write_limit(JsonWriter& json, const trend::Limit& limit,
                 const std::optional<trend::Arrival>& arrival) {
  json.begin_object().member("name", limit.name).member("formula", limit.formula);
  json.key("calculation").begin_array();
  for (const std::string& line : limit.calculation) json.value(line);
  json.end_array().member("source", limit.source).member("url", limit.url);
  json.member("caveat", limit.caveat);
  if (arrival) {
    json.key("trend");
    write_arrival(json, *arrival, "flop");
  }
  json.end_object();
}

/// As the axis of the fit has it; none where growth does not bend.
std::optional<stats::Bend> bend_of(const ForecastReport& report) {
  if (!report.bending) return std::nullopt;
  return trend::bend_of(report.fit.main.fit,
                        {.from = *report.bending->from,
                         .by = report.bending->by,
                         .decades_per_year = report.bending->growth.decades_per_year});
}

/// The bending with its first day, as the forecast of a fit takes it.
Result<BendingQuestion> complete(BendingQuestion bending, const trend::Fit& fit) {
  if (!bending.from) bending.from = trend::window_of(fit.points).to;
  if (bending.by <= *bending.from) {
    return fail(Code::usage,
                fmt::format("growth cannot bend by {} where it begins to on {}",
                            units::to_string(bending.by), units::to_string(*bending.from)),
                "give a later day to --bend-by");
  }
  if (bending.growth.decades_per_year >= 0) return bending;
  return fail(Code::usage, fmt::format("\"{}\" is no growth to bend to", bending.to));
}

/// The value and the bands of one day, in decades.
std::string explain_outlook(const ForecastReport& report, const trend::Outlook& outlook) {
  const trend::Fit& fit = report.fit.main.fit;
  const double middle = std::log10(outlook.value);
  const stats::Bent at = stats::bent(bend_of(report), fit.axis->years(outlook.date));
  const std::string lift = report.bending ? fmt::format(" + {:.6g}", at.lift) : "";
  return fmt::format(
      "{}: log10 = {:.6g} + {:.6g} x ({:.6g} - {:.6g}){} = {:.6g}; line -+ {:.5g}, a single system "
      "-+ {:.5g}",
      units::to_string(outlook.date), fit.line.mean_y, fit.line.slope, at.x, fit.line.mean_x, lift,
      middle, std::log10(outlook.line.high) - middle, std::log10(outlook.single.high) - middle);
}

Result<void> add_limits(ForecastReport& report, double level,
                        const std::optional<stats::Bend>& bend) {
  if (report.fit.quantity != trend::Quantity::compute) {
    return fail(Code::usage, "--limits is of compute, so it does not go with --y");
  }
  report.limits = trend::limits();
  for (const trend::Limit& limit : report.limits) {
    auto& arrival = report.at_limits.emplace_back();
    if (limit.flop) {
      arrival = TRY(trend::forecast_when(report.fit.main.fit, *limit.flop, level, bend));
    }
  }
  return {};
}

}  // namespace

Result<ForecastReport> forecast(const FitRequest& request, const ForecastQuestion& question) {
  ForecastReport report;
  report.fit = TRY(fit(request));
  const trend::Fit& line = report.fit.main.fit;
  const double level = request.options.interval.level;
  if (question.bending) report.bending = TRY(complete(*question.bending, line));
  const std::optional<stats::Bend> bend = bend_of(report);
  for (const units::Date date : question.dates) {
    report.outlooks.push_back(trend::forecast_at(line, date, level, bend));
  }
  for (const double amount : question.amounts) {
    report.arrivals.push_back(TRY(trend::forecast_when(line, amount, level, bend)));
  }
  if (question.limits) TRY(add_limits(report, level, bend));
  for (const double years : question.horizons) {
    const auto test = trend::backtest(
        line.points, {.horizon_years = years, .level = level, .bend = bend}, request.options);
    if (test) report.backtests.push_back(*test);
  }
  return report;
}

std::string text_of(const BendingQuestion& bending) {
  return fmt::format(
      "from {} on to {:.4g}x a year ({}); on {} today's growth has a weight of exp(-1/2) = 0.607",
      units::to_string(*bending.from), bending.growth.factor_per_year(), bending.to,
      units::to_string(bending.by));
}

std::vector<std::string> explain(const ForecastReport& report) {
  const trend::Fit& fit = report.fit.main.fit;
  const double level = fit.interval.level;
  std::vector<std::string> lines = explain(fit, report.fit.quantity);
  if (report.bending) {
    const stats::Bend bend = bend_of(report).value_or(stats::Bend());
    lines.push_back(
        fmt::format("bent: the line at {0:.6g} + K plus {1:.6g} x (x - {0:.6g} - K), K = {2:.6g} x "
                    "sqrt(pi / 2) "
                    "x erf((x - {0:.6g}) / ({2:.6g} x sqrt(2)))",
                    bend.start, bend.slope, bend.reach));
  }
  if (!report.outlooks.empty()) {
    lines.push_back(fmt::format(
        "bands: the line -+ t sqrt(v), a single system -+ t sqrt(s^2 + v), v = s^2 / n + (x - mean "
        "x)^2 se^2, s = {:.6g}, se = {:.6g}, t = {:.5g}",
        fit.line.residual_deviation, fit.line.slope_se,
        stats::student_t_quantile((1 + level) / 2,
                                  static_cast<double>(fit.line.degrees_of_freedom()))));
  }
  for (const trend::Outlook& outlook : report.outlooks) {
    lines.push_back(explain_outlook(report, outlook));
  }
  if (!report.arrivals.empty() || !report.limits.empty()) {
    const stats::SimulationOptions simulation;
    lines.push_back(fmt::format(
        "line there: where the band of the line holds the amount (Fieller); first system: systems "
        "arrive at random at the rate of the last three years, each with its scatter about a line "
        "drawn from what the fit leaves open, {} draws, seed {}",
        simulation.draws, simulation.seed));
  }
  return lines;
}

std::string to_json(const ForecastReport& report) {
  const trend::Fit& line = report.fit.main.fit;
  const std::string_view key = amount_key(report.fit);
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.forecast/1").member("title", report.fit.title);
  json.member("y", trend::names_of(report.fit.quantity).word);
  json.member("selection", report.fit.selection).member("vintage", report.fit.vintage);
  json.member("axis", line.axis->text).member("n", line.line.n);
  json.member("slope_oom_per_year", line.line.slope).member("level", line.interval.level);
  if (report.bending) write_bending(json, *report.bending);
  json.key("at").begin_array();
  for (const trend::Outlook& outlook : report.outlooks) {
    json.begin_object().member("date", units::to_string(outlook.date));
    json.member(key, outlook.value);
    write_bounds(json, "line", outlook.line);
    write_bounds(json, "single_system", outlook.single);
    json.end_object();
  }
  json.end_array().key("when").begin_array();
  for (const trend::Arrival& arrival : report.arrivals) write_arrival(json, arrival, key);
  json.end_array().key("limits").begin_array();
  for (std::size_t i = 0; i < report.limits.size(); ++i) {
    write_limit(json, report.limits[i], report.at_limits[i]);
  }
  json.end_array().key("backtests").begin_array();
  for (const trend::Backtest& test : report.backtests) write_backtest(json, test);
  return json.end_array().end_object().text();
}

}  // namespace pfsday::report
