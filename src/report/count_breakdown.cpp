// The table of a breakdown: what fits a terminal. All figures, exact, are in the JSON document.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "report/count.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

using count::By;
using graph::Pass;
using units::Count;
using units::to_grouped;

constexpr std::size_t widest_table = 110, widest_operator = 18, narrowest_name = 16, gap = 2;

/// The rows of one operator, layer, type or module: one for each pass it has work in.
struct Group {
  count::Row sum = {};  ///< of the passes that are in the total
  std::map<Pass, Count> operations = {};
};

std::vector<Group> group_rows(const CountReport& report) {
  std::vector<Group> groups;
  for (const count::Row& row : report.counts.rows) {
    const bool is_new = groups.empty() || !row.continues(groups.back().sum);
    if (is_new) groups.push_back({.sum = {.name = row.name, .op = row.op, .depth = row.depth}});
    Group& group = groups.back();
    count::Row part = row;
    if (!report.is_in_total(row.pass)) {
      part.work = {};
      part.bytes = {};
    }
    const std::size_t nodes = std::max(group.sum.nodes, row.nodes);
    group.sum += part;
    group.sum.nodes = nodes;
    group.sum.pass = row.pass;
    group.operations[row.pass] += row.work.operations();
  }
  return groups;
}

Group total_of(const CountReport& report, const std::vector<Group>& groups) {
  Group total{.sum = {.work = report.counts.total.work, .bytes = report.counts.total.bytes}};
  total.sum.parameters = report.counts.parameters.total;
  for (const Group& group : groups) {
    if (group.sum.depth == 0) total.sum.activation_bytes += group.sum.activation_bytes;
  }
  for (const Pass pass : all_passes) {
    total.operations[pass] = report.counts.pass(pass).work.operations();
  }
  return total;
}

/// Exact below a million, else with a prefix: "155,218", "4.089 G".
std::string to_short(Count count) {
  return count < Count(1'000'000) ? to_grouped(count) : units::to_si(count.to_double(), "");
}

/// The end tells more than the beginning: "/model...q_proj/MatMul".
std::string shorten(const std::string& text, std::size_t width) {
  constexpr std::string_view dots = "...";
  if (display_width(text) <= width) return text;
  const auto is_inside = [&](std::size_t at) { return (text[at] & 0xC0) == 0x80; };  // of UTF-8
  std::size_t head = (width - dots.size()) / 4;
  while (head > 0 && is_inside(head)) --head;
  std::size_t tail = text.size() - (width - dots.size() - head);
  while (tail < text.size() && is_inside(tail)) ++tail;
  return fmt::format("{}{}{}", text.substr(0, head), dots, text.substr(tail));
}

/// A module by the last part of its path, as far in as it stands.
std::string label_of(const count::Row& row, By by) {
  if (by != By::module) return row.name;
  return std::string(2 * row.depth, ' ') + row.name.substr(row.name.rfind('/') + 1);
}

using Cell = std::string (*)(const count::Row& row, const CountReport& report);
struct Figure {
  std::string_view heading;
  Cell cell;
};

std::string flop_of(const count::Row& row, const CountReport&) {
  return to_short(row.work.operations());
}
std::string share_of(const count::Row& row, const CountReport& report) {
  const Count whole = report.counts.total.work.operations();
  if (whole == Count(0)) return "";
  return fmt::format("{:.1f} %", 100 * row.work.operations().to_double() / whole.to_double());
}
std::string macs_of(const count::Row& row, const CountReport&) {
  return to_short(row.work.products);
}
std::string parameters_of(const count::Row& row, const CountReport&) {
  return to_short(row.parameters);
}
std::string activations_of(const count::Row& row, const CountReport&) {
  return to_short(row.activation_bytes);
}
std::string bytes_of(const count::Row& row, const CountReport&) { return to_short(row.bytes); }
std::string intensity_of(const count::Row& row, const CountReport&) {
  if (row.bytes == Count(0)) return "";
  return units::to_significant(row.work.operations().to_double() / row.bytes.to_double(), 3);
}

constexpr Figure of_one_pass[] = {{"FLOP", flop_of},
                                  {"share", share_of},
                                  {"MAC", macs_of},
                                  {"params", parameters_of},
                                  {"act. bytes", activations_of},
                                  {"bytes", bytes_of},
                                  {"FLOP/B", intensity_of}};
constexpr Figure of_a_step[] = {
    {"FLOP", flop_of}, {"share", share_of}, {"params", parameters_of}, {"FLOP/B", intensity_of}};

/// Where passes beside the total take the room, FLOP and share are left.
std::span<const Figure> figures_of(const CountReport& report, std::span<const Pass> passes) {
  if (passes.empty()) return of_one_pass;
  const std::span<const Figure> all = of_a_step;
  const auto is_in_total = [&](Pass pass) { return report.is_in_total(pass); };
  return std::ranges::all_of(passes, is_in_total) ? all : all.first(2);
}

/// Those passes that have any work in this count; none if there is but one, which is the total.
std::vector<Pass> busy_passes(const CountReport& report) {
  std::vector<Pass> busy;
  for (const Pass pass : passes_of(report)) {
    if (report.counts.pass(pass).work.operations() != Count(0)) busy.push_back(pass);
  }
  if (busy.size() == 1) busy.clear();
  return busy;
}

std::string heading_of(Pass pass) {
  if (pass == Pass::data_gradient) return "data grad";
  return pass == Pass::weight_gradient ? "weight grad" : name_of(pass);
}

bool names_operators(By by) { return by == By::layer || by == By::module; }

/// Shortens the names to what the other columns leave.
void fit(Grid& grid) {
  const auto width_of = [&](std::size_t column) {
    std::size_t width = display_width(grid.headings[column]);
    for (const auto& row : grid.rows) width = std::max(width, display_width(row[column]));
    return std::max(width, display_width(grid.total[column]));
  };
  std::size_t others = 0;
  for (std::size_t i = 1; i < grid.headings.size(); ++i) others += width_of(i) + gap;
  const std::size_t width = std::max(widest_table - std::min(widest_table, others), narrowest_name);
  for (auto& row : grid.rows) row[0] = shorten(row[0], width);
}

}  // namespace

Grid breakdown_grid(const CountReport& report) {
  const By by = report.request.breakdown.by;
  const std::vector<Pass> passes = busy_passes(report);
  const std::span<const Figure> figures = figures_of(report, passes);
  Grid grid{.text_columns = names_operators(by) ? 2U : 1U,
            .headings = {by == By::op ? "operator" : std::string(to_string(by)),
                         names_operators(by) ? "operator" : "nodes"}};
  for (const Pass pass : passes) grid.headings.push_back(heading_of(pass));
  for (const Figure& figure : figures) grid.headings.emplace_back(figure.heading);
  const auto append_cells = [&](const Group& group, std::vector<std::string>& cells) {
    for (const Pass pass : passes) {
      const auto found = group.operations.find(pass);
      cells.push_back(found == group.operations.end() ? "" : to_short(found->second));
    }
    for (const Figure& figure : figures) cells.push_back(figure.cell(group.sum, report));
  };
  const std::vector<Group> groups = group_rows(report);
  for (const Group& group : groups) {
    auto& cells = grid.rows.emplace_back(std::vector{label_of(group.sum, by)});
    cells.push_back(names_operators(by) ? shorten(group.sum.op, widest_operator)
                                        : to_grouped(group.sum.nodes));
    append_cells(group, cells);
  }
  grid.total = {"total", ""};
  append_cells(total_of(report, groups), grid.total);
  fit(grid);
  return grid;
}

}  // namespace pfsday::report
