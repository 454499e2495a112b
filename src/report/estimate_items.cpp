#include "report/estimate_items.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "units/date.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

using estimate::Amount;
using estimate::Estimate;
using estimate::Estimates;
using estimate::Item;

/// Of the total; none for what is not counted.
std::optional<double> share_of(const Item& item, const Estimates& estimates) {
  if (!item.decision.counted || !item.estimate || !estimates.total) return std::nullopt;
  return item.estimate->operations.mid / estimates.total->operations.mid;
}

std::string share_text(const std::optional<double>& share) {
  return share ? fmt::format("{:.1f} %", 100 * *share) : "-";
}

std::string standing(const Item& item) {
  return fmt::format("{}{}", item.decision.counted ? "in" : "out",
                     item.decision.judged ? ", judged" : "");
}

std::string amount_cell(const std::optional<double>& operations) {
  return operations ? units::to_significant(*operations) : "-";
}

bool has_intervals(const Estimates& estimates) {
  return std::ranges::any_of(estimates.items, [](const Item& item) {
    return item.estimate && item.estimate->operations.low;
  });
}

/// FLOP, and its interval where any item has one.
void add_amounts(const std::optional<Estimate>& estimate, bool intervals,
                 std::vector<std::string>& cells) {
  const Amount amount = estimate ? estimate->operations : Amount{};
  cells.push_back(estimate ? amount_cell(amount.mid) : "-");
  if (!intervals) return;
  cells.push_back(amount_cell(amount.low));
  cells.push_back(amount_cell(amount.high));
}

std::vector<std::string> cells_of(const Item& item, const Estimates& estimates, bool intervals) {
  std::vector<std::string> cells{item.name, std::string(to_string(item.purpose)),
                                 item.estimate ? item.estimate->method : "-", standing(item)};
  add_amounts(item.estimate, intervals, cells);
  cells.push_back(share_text(share_of(item, estimates)));
  return cells;
}

std::string reason(const Item& item) {
  const auto& decision = item.decision;
  const std::string text = fmt::format("{}: {}", standing(item), decision.why);
  return decision.section.empty() ? text : fmt::format("{} ({})", text, decision.section);
}

/// Names of the items that share a reason.
std::vector<std::pair<std::string, std::string>> by_reason(const Estimates& estimates) {
  std::vector<std::pair<std::string, std::string>> groups;  // reason, names
  for (const Item& item : estimates.items) {
    const std::string why = reason(item);
    const auto same = std::ranges::find(groups, why, &std::pair<std::string, std::string>::first);
    if (same == groups.end()) {
      groups.emplace_back(why, item.name);
    } else {
      same->second += ", " + item.name;
    }
  }
  return groups;
}

void write_date(JsonWriter& json, std::string_view name, const std::optional<units::Date>& date) {
  if (date) json.member(name, units::to_string(*date));
}

void write_decision(JsonWriter& json, const Item& item, const Estimates& estimates) {
  json.member("counted", item.decision.counted).member("judged", item.decision.judged);
  json.member("why", item.decision.why);
  if (!item.decision.section.empty()) json.member("section", item.decision.section);
  json.member("share", share_of(item, estimates));
}

void write_item(JsonWriter& json, const Item& item, const Estimates& estimates) {
  json.begin_object().member("name", item.name).member("purpose", to_string(item.purpose));
  if (item.relation) {
    json.member("relation", to_string(*item.relation)).member("run", item.run);
  } else {
    json.member("passes", to_string(item.passes));
    write_date(json, "start", item.start);
    write_date(json, "end", item.end);
  }
  write_decision(json, item, estimates);
  if (item.estimate) {
    json.member("method", item.estimate->method);
    write_estimate_members(json, *item.estimate);
  }
  json.end_object();
}

void write_list(JsonWriter& json, std::string_view name, const Estimates& estimates, bool parents) {
  json.key(name).begin_array();
  for (const Item& item : estimates.items) {
    if (item.relation.has_value() == parents) write_item(json, item, estimates);
  }
  json.end_array();
}

}  // namespace

bool has_items_to_show(const RunReport& report) {
  const auto& items = report.check.estimates.items;
  return items.size() > 1 || (items.size() == 1 && !items.front().decision.counted);
}

Grid item_grid(const RunReport& report) {
  const Estimates& estimates = report.check.estimates;
  const bool intervals = has_intervals(estimates);
  Grid grid{.text_columns = 4, .headings = {"phase", "purpose", "method", "counts", "FLOP"}};
  if (intervals) grid.headings.insert(grid.headings.end(), {"low", "high"});
  grid.headings.emplace_back("share");
  for (const Item& item : estimates.items) {
    grid.rows.push_back(cells_of(item, estimates, intervals));
  }
  grid.total = {"total", "", estimates.total ? estimates.total->method : "-", ""};
  add_amounts(estimates.total, intervals, grid.total);
  return grid;
}

std::string item_reasons(const RunReport& report, const TextStyle& style) {
  const estimate::View& view = *report.check.estimates.view;
  std::string text =
      indented(fmt::format("view {}: {}. {}", view.id, view.title, view.about), 0, style.width);
  for (const auto& [why, names] : by_reason(report.check.estimates)) {
    text += bullet(fmt::format("{}: {}", names, why), 2, style.width);
  }
  return text + indented(fmt::format("source: {}, {}, read {}", view.source, view.url,
                                     units::to_string(view.read)),
                         2, style.width);
}

void write_items(JsonWriter& json, const RunReport& report) {
  const Estimates& estimates = report.check.estimates;
  const estimate::View& view = *estimates.view;
  json.key("view").begin_object().member("id", view.id).member("title", view.title);
  json.member("source", view.source).member("url", view.url);
  json.member("read", units::to_string(view.read)).end_object();
  write_list(json, "phases", estimates, false);
  write_list(json, "lineage", estimates, true);
}

}  // namespace pfsday::report
