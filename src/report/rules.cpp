#include "report/rules.h"

#include <fmt/format.h>

#include "base/json.h"
#include "report/estimate.h"

namespace pfsday::report {
namespace {

std::string day_or_dash(const std::optional<units::Date>& day) {
  return day ? units::to_string(*day) : "-";
}

std::optional<std::string> find_text(const std::optional<units::Date>& day) {
  return day ? std::optional(units::to_string(*day)) : std::nullopt;
}

void write_share(JsonWriter& json, const rules::Share& share) {
  json.key("share").begin_object();
  json.member("basis", share.basis).member("systemic_basis", share.systemic_basis);
  json.member("systemic_line", share.systemic_line.text).member("unknown", share.unknown.text);
  json.member("unknown_systemic", share.unknown_systemic.text).end_object();
}

void write_rule(JsonWriter& json, const rules::Chosen& chosen) {
  const rules::Rule& rule = *chosen.rule;
  json.begin_object().member("rule", chosen.id()).member("title", rule.title);
  json.member("jurisdiction", chosen.pack->jurisdiction).member("version", chosen.pack->version);
  json.member("instrument", rule.instrument).member("article", rule.article);
  json.member("status", to_string(rule.status));
  json.member("from", find_text(rule.from)).member("to", find_text(rule.to));
  json.member("basis", rule.basis).member("comparator", to_string(rule.comparator));
  json.member("line", rule.line.text);
  if (rule.share) write_share(json, *rule.share);
  json.key("conditions").begin_array();
  for (const std::string& text : rule.conditions) json.value(text);
  json.end_array().member("consequence", rule.consequence).member("note", rule.note);
  json.member("source", rule.source).member("read", units::to_string(rule.read));
  json.member("evidence", rule.evidence).end_object();
}

}  // namespace

Grid rules_grid(std::span<const rules::Chosen> chosen) {
  Grid grid{.text_columns = 7,
            .headings = {"rule", "jurisdiction", "status", "from", "to", "basis", "line"}};
  for (const rules::Chosen& one : chosen) {
    const rules::Rule& rule = *one.rule;
    const std::string of = rule.share ? " of the original" : "";
    grid.rows.push_back({one.id(), one.pack->jurisdiction, std::string(to_string(rule.status)),
                         day_or_dash(rule.from), day_or_dash(rule.to), rule.basis,
                         fmt::format("{} {}{}", to_string(rule.comparator), rule.line.text, of)});
  }
  return grid;
}

std::string rule_text(const rules::Chosen& chosen, std::size_t width) {
  return fmt::format("{}: {}\n", chosen.id(), chosen.rule->title) +
         indented(fmt::format("{}, {}", chosen.rule->instrument, chosen.rule->article), 2, width) +
         rule_conditions(*chosen.rule, width);
}

std::string rule_conditions(const rules::Rule& rule, std::size_t width) {
  std::string text;
  for (const std::string& one : rule.conditions) text += bullet("also requires: " + one, 2, width);
  text += bullet("consequence: " + rule.consequence, 2, width);
  if (!rule.note.empty()) text += bullet("note: " + rule.note, 2, width);
  return text + bullet(fmt::format("source: {} (read {}: {})", rule.source,
                                   units::to_string(rule.read), rule.evidence),
                       2, width);
}

std::string rules_json(std::span<const rules::Chosen> chosen) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.rules/1").key("rules").begin_array();
  for (const rules::Chosen& one : chosen) write_rule(json, one);
  return json.end_array().end_object().text();
}

}  // namespace pfsday::report
