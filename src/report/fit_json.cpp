#include <cmath>

#include "report/estimate.h"
#include "report/fit.h"

namespace pfsday::trend {

void write_json(JsonWriter& json, const Published& published) {
  json.begin_object().member("doubling_months", published.doubling_months);
  json.member("source", published.source).member("url", published.url).end_object();
}

}  // namespace pfsday::trend

namespace pfsday::report {
namespace {

void write_window(JsonWriter& json, const trend::Fit& fit) {
  const trend::Window window = trend::window_of(fit.points);
  json.key("window").begin_object().member("from", units::to_string(window.from));
  json.member("to", units::to_string(window.to)).end_object();
}

void write_interval(JsonWriter& json, const trend::Fit& fit) {
  json.key("interval").begin_object().member("level", fit.interval.level);
  json.member("method", trend::names_of(fit.interval.method).name);
  if (!fit.slope_se) {
    json.member("resamples", fit.interval.resamples).member("seed", fit.interval.seed);
    json.member("noise_factor", fit.interval.noise_factor);
    json.member("noise_by_row", fit.interval.noise_by_row);
  }
  json.key("slope_oom_per_year").begin_array().value(fit.slope.low).value(fit.slope.high);
  json.end_array().key("factor_per_year").begin_array();
  json.value(fit.factor_interval.low).value(fit.factor_interval.high);
  json.end_array().key("doubling_months").begin_array();
  json.value(fit.doubling_interval.low).value(fit.doubling_interval.high);
  json.end_array().end_object();
}

void write_errors(JsonWriter& json, const trend::Fit& fit) {
  if (fit.scatter) {
    json.key("scatter").begin_object().member("deviation_oom", fit.scatter->deviation);
    json.member("variance_se", fit.scatter->variance_se);
    json.member("log_likelihood", fit.scatter->log_likelihood).end_object();
  }
  if (!fit.errors) return;
  json.key("row_intervals").begin_object().member("level", trend::row_interval_level);
  json.member("stated", fit.errors->stated).member("half_stated", fit.errors->half_stated);
  json.member("assumed", fit.errors->assumed).key("unusable").begin_array();
  for (const std::string& text : fit.errors->unusable) json.value(text);
  json.end_array().end_object();
}

void write_amount(JsonWriter& json, double value, trend::Quantity quantity) {
  if (quantity == trend::Quantity::compute) {
    write_amounts(json, {.mid = value});
  } else {
    json.member("value", value);
  }
}

void write_explanation(JsonWriter& json, const trend::Fit& fit, trend::Quantity quantity) {
  json.key("points").begin_array();
  for (const trend::Point& point : fit.points) {
    json.begin_object().member("name", point.name).member("date", units::to_string(point.date));
    write_amount(json, point.value, quantity);
    json.member("residual_oom", fit.residual(point))
        .member("implied", point.implied)
        .member("note", point.note)
        .end_object();
  }
  json.end_array().key("explanation").begin_array();
  for (const std::string& line : explain(fit, quantity)) json.value(line);
  json.end_array();
}

/// What the members of a fit are written with.
struct Details {
  trend::Quantity quantity = trend::Quantity::compute;
  bool explain = false;
};

void write_era_fit(JsonWriter& json, const trend::EraFit& fit) {
  json.begin_object().key("breaks").begin_array();
  for (const units::Date date : fit.breaks) json.value(units::to_string(date));
  json.end_array().member("bic", fit.bic).member("aicc", fit.aicc).member("r2", fit.r2);
  json.key("eras").begin_array();
  for (const trend::Era& era : fit.eras) {
    json.begin_object().member("from", units::to_string(era.from));
    json.member("to", units::to_string(era.to)).member("n", era.n);
    json.member("slope_oom_per_year", era.slope);
    json.member("factor_per_year", std::pow(10, era.slope));
    json.member("doubling_months", era.doubling_months).end_object();
  }
  json.end_array().end_object();
}

void write_date(JsonWriter& json, const std::optional<units::Date>& date) {
  if (!date) {
    json.null();
  } else {
    json.value(units::to_string(*date));
  }
}

void write_eras(JsonWriter& json, const trend::Eras& eras) {
  json.key("eras").begin_object().member("search", text_of_search(eras.options));
  json.member("best_by_bic", eras.best).member("best_by_aicc", eras.best_by_aicc);
  json.member("p", eras.p).key("break_intervals").begin_array();
  for (const trend::BreakDate& one : eras.breaks) {
    json.begin_array();
    write_date(json, one.low);
    write_date(json, one.high);
    json.end_array();
  }
  json.end_array().key("fits").begin_array();
  for (const trend::EraFit& fit : eras.fits) write_era_fit(json, fit);
  json.end_array().end_object();
}

void write_breaks(JsonWriter& json, const std::vector<trend::BreakDate>& breaks) {
  json.key("breaks").begin_array();
  for (const trend::BreakDate& one : breaks) json.value(units::to_string(one.date));
  json.end_array();
}

/// The members of one fit, into an object that is open.
void write_fit(JsonWriter& json, const NamedFit& named, Details details) {
  const trend::Fit& fit = named.fit;
  json.member("name", named.name).member("n", fit.line.n).key("ids").begin_array();
  for (const trend::Point& point : fit.points) json.value(point.id);
  json.end_array();
  write_window(json, fit);
  json.member("slope_oom_per_year", fit.line.slope).member("slope_se", fit.slope_se);
  json.member("intercept", fit.line.intercept).member("intercept_se", fit.line.intercept_se);
  json.member("residual_deviation_oom", fit.line.residual_deviation).member("r2", fit.line.r2);
  json.member("factor_per_year", fit.factor_per_year);
  json.member("doubling_months", fit.doubling_months);
  write_interval(json, fit);
  write_errors(json, fit);
  if (details.explain) write_explanation(json, fit, details.quantity);
}

void write_left_out(JsonWriter& json, const std::vector<LeftOut>& left_out) {
  json.key("left_out").begin_array();
  for (const LeftOut& system : left_out) {
    json.begin_object().member("name", system.name).key("date");
    if (system.date) {
      json.value(units::to_string(*system.date));
    } else {
      json.null();
    }
    json.member("reason", system.reason).end_object();
  }
  json.end_array();
}

void write_rulers(JsonWriter& json, const FitReport& report) {
  json.member("factor_over_window", factor_over_window(report.main.fit))
      .key("rulers")
      .begin_array();
  for (const auto& [ruler, factor, times] : report.rulers) {
    json.begin_object().member("name", ruler.name).member("of", ruler.text);
    json.member("doubling_months", ruler.doubling_months).member("source", ruler.source);
    json.member("factor_over_window", factor).member("fit_is_times_as_fast", times).end_object();
  }
  json.end_array();
}

void write_rows(JsonWriter& json, const RowCounts& rows) {
  json.key("rows").begin_object().member("read", rows.rows);
  json.member("without_value", rows.without_value).key("faulty").begin_array();
  for (const CsvFault& fault : rows.faulty) {
    json.begin_object().member("line", fault.line).member("reason", fault.reason).end_object();
  }
  json.end_array().key("columns").begin_object().member("name", rows.columns.name);
  json.member("date", rows.columns.date).member("compute", rows.columns.compute);
  json.member("value", rows.columns.value).end_object().end_object();
}

}  // namespace

std::string to_json(const FitReport& report, bool explain) {
  JsonWriter json;
  const Details details{report.quantity, explain};
  json.begin_object().member("schema", "pfsday.fit/1").member("title", report.title);
  json.member("selection", report.selection).member("vintage", report.vintage);
  json.member("y", trend::names_of(report.quantity).word);
  json.member("axis", report.main.fit.axis->text);
  write_fit(json, report.main, details);
  write_breaks(json, report.eras ? report.eras->breaks : std::vector<trend::BreakDate>());
  if (report.eras) write_eras(json, *report.eras);
  if (!report.rulers.empty()) write_rulers(json, report);
  json.key("variants").begin_array();
  for (const NamedFit& variant : report.variants) {
    json.begin_object();
    write_fit(json, variant, details);
    json.end_object();
  }
  json.end_array().member("published", report.published);
  if (explain) write_left_out(json, report.left_out);
  if (report.rows) write_rows(json, *report.rows);
  return json.end_object().text();
}

}  // namespace pfsday::report
