#include <fmt/format.h>

#include <algorithm>

#include "report/check.h"
#include "report/estimate.h"
#include "report/rules.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

using rules::Exact;

std::string text_of(const Exact& value) { return units::to_significant(rules::to_double(value)); }

/// Rounded; but all digits where what is shown differs from the figure by less than a double can
/// tell.
std::string digits_of(const Exact& value) {
  std::string rounded = text_of(value);
  const auto shown = rules::parse_exact(rounded);
  const bool is_hidden =
      shown && *shown != value && rules::to_double(*shown) == rules::to_double(value);
  return is_hidden ? rules::to_text(value) : rounded;
}

std::string text_of(const rules::Band& band) {
  if (band.low == band.high) return digits_of(band.low);
  return fmt::format("{} to {}", text_of(band.low), text_of(band.high));
}

std::string status_of(const rules::Rule& rule, units::Date as_of) {
  const bool is_open = rule.status == rules::Status::in_force;
  if (is_open && rule.from && as_of < *rule.from) {
    return "from " + units::to_string(*rule.from);
  }
  const bool waits = rule.from && as_of < *rule.from && rule.status != rules::Status::rescinded;
  return std::string(to_string(rule.status)) +
         (waits ? ", from " + units::to_string(*rule.from) : "");
}

std::string figure_of(const CheckedRule& one, const Exact& margin) {
  if (!one.figure.missing.empty() && one.figure.mid == 0) return "-";
  const std::string at_least = one.figure.missing.empty() ? "" : "at least ";
  return at_least + text_of(rules::band_of(one.figure, margin));
}

/// A quotient of many digits is shown rounded.
std::string line_of(const CheckedRule& one) {
  constexpr std::size_t widest = 12;
  return one.line.size() > widest ? text_of(one.line_at) : one.line;
}

std::string verdict_of(const CheckedRule& one) {
  const std::string verdict(to_string(one.verdict));
  return one.decides ? verdict : fmt::format("({})", verdict);
}

/// "1e+25 > 1e25: no".
std::string comparison_of(const CheckedRule& one, const Exact& margin) {
  const rules::Band band = rules::band_of(one.figure, margin);
  const rules::Rule& rule = *one.rule.rule;
  const std::string share =
      one.original.empty() ? "" : fmt::format(", {} of {}", rule.line.text, one.original);
  return fmt::format("{} operations, {} {} ({}{}): {}", text_of(band), to_string(rule.comparator),
                     one.line, text_of(one.line_at), share, to_string(one.verdict));
}

std::string item_text(const estimate::Item& item) {
  const std::string amount =
      item.estimate ? units::to_significant(item.estimate->operations.mid) : "not estimated";
  return fmt::format("{}: {} {}: {}{}", item.decision.counted ? "in" : "out", item.name, amount,
                     item.decision.why, item.decision.judged ? " (judged by the run)" : "");
}

}  // namespace

Grid check_grid(const CheckReport& report) {
  Grid grid{.text_columns = 6,
            .headings = {"rule", "status", "basis", "operations", "line", "verdict"}};
  for (const CheckedRule& one : report.rules) {
    const rules::Rule& rule = *one.rule.rule;
    grid.rows.push_back({one.rule.id(), status_of(rule, report.options.as_of), one.basis,
                         figure_of(one, report.options.margin),
                         fmt::format("{} {}", to_string(rule.comparator), line_of(one)),
                         verdict_of(one)});
  }
  return grid;
}

std::vector<std::string> check_notes(const CheckReport& report) {
  std::vector<std::string> notes;
  const CheckOptions& options = report.options;
  if (options.margin > 0) {
    notes.push_back(fmt::format(
        "a margin of {} % of the figure either way: above where even the low end crosses the "
        "line, below where not even the high end does",
        text_of(options.margin * 100)));
  }
  std::vector<std::string> seen;
  for (const CheckedRule& one : report.rules) {
    for (const std::string& text : one.missing) {
      const std::string note = fmt::format("{}: missing: {}", one.basis, text);
      if (std::ranges::count(seen, note) == 0) seen.push_back(note);
    }
  }
  std::ranges::move(seen, std::back_inserter(notes));
  const bool any_idle =
      std::ranges::any_of(report.rules, [](const auto& one) { return !one.decides; });
  if (any_idle) {
    notes.push_back(fmt::format("in brackets: not in force on {}, does not decide the exit code",
                                units::to_string(options.as_of)));
  }
  for (const std::string& id : report.skipped) {
    notes.push_back(id + " is on modified models: name the original with --modifies");
  }
  return notes;
}

std::string check_text(const CheckedRule& rule, const CheckOptions& options, std::size_t width) {
  const rules::Rule& row = *rule.rule.rule;
  std::string text = fmt::format("{}: {}\n", rule.rule.id(), row.title);
  text += indented(fmt::format("{}, {}", row.instrument, row.article), 2, width);
  text += indented(comparison_of(rule, options.margin), 2, width);
  for (const estimate::Item& item : rule.items) text += bullet(item_text(item), 4, width);
  for (const std::string& one : rule.missing) text += bullet("missing: " + one, 4, width);
  return text + rule_conditions(row, width);
}

}  // namespace pfsday::report
