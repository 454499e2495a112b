#include "base/json.h"
#include "report/check.h"

namespace pfsday::report {
namespace {

/// A whole number in all its digits.
void write_exact(JsonWriter& json, std::string_view name, const rules::Exact& value) {
  json.key(name);
  if (denominator(value) == 1) {
    json.digits(numerator(value).str());
  } else {
    json.value(rules::to_double(value));
  }
}

void write_figure(JsonWriter& json, const CheckedRule& one) {
  json.key("flop");
  if (!one.figure.missing.empty() && one.figure.mid == 0) {
    json.null();
    return;
  }
  json.begin_object();
  write_exact(json, "low", one.figure.low);
  write_exact(json, "mid", one.figure.mid);
  write_exact(json, "high", one.figure.high);
  json.end_object();
}

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  json.key(name).begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void write_items(JsonWriter& json, const std::vector<estimate::Item>& items) {
  json.key("items").begin_array();
  for (const estimate::Item& item : items) {
    json.begin_object().member("name", item.name).member("counted", item.decision.counted);
    json.member("judged", item.decision.judged).member("why", item.decision.why);
    const bool known = item.estimate.has_value();
    json.member("flop", known ? std::optional(item.estimate->operations.mid) : std::nullopt);
    json.end_object();
  }
  json.end_array();
}

void write_verdict(JsonWriter& json, const CheckedRule& one) {
  const rules::Rule& rule = *one.rule.rule;
  json.begin_object().member("rule", one.rule.id()).member("status", to_string(rule.status));
  json.member("decides", one.decides).member("basis", one.basis);
  json.member("comparator", to_string(rule.comparator)).member("line", one.line);
  json.member("share_of", one.original.empty() ? std::nullopt : std::optional(one.original));
  write_figure(json, one);
  json.member("verdict", to_string(one.verdict));
  write_texts(json, "missing", one.missing);
  write_items(json, one.items);
  write_texts(json, "conditions", rule.conditions);
  json.member("consequence", rule.consequence).member("source", rule.source).end_object();
}

}  // namespace

std::string check_json(const CheckReport& report) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.check/1").member("subject", report.name);
  json.member("as_of", units::to_string(report.options.as_of));
  json.member("margin", rules::to_double(report.options.margin));
  json.member("planned", report.options.planned).key("verdicts").begin_array();
  for (const CheckedRule& one : report.rules) write_verdict(json, one);
  json.end_array();
  write_texts(json, "skipped", report.skipped);
  return json.end_object().text();
}

}  // namespace pfsday::report
