#include "report/symbolic.h"

#include <fmt/format.h>

#include <algorithm>

namespace pfsday::report {
namespace {

using count::Figure;
using count::Formula;
using count::ResidueClass;
using count::Symbolic;
using graph::Pass;

/// "batch from 1, seq from 2 to 512".
std::string describe(const Symbolic& symbolic, const std::vector<count::Range>& ranges) {
  std::string text;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const std::string end = ranges[i].to == 0 ? "" : fmt::format(" to {}", ranges[i].to);
    text += fmt::format("{}{} from {}{}", text.empty() ? "" : ", ", symbolic.names[i],
                        ranges[i].from, end);
  }
  return text;
}

/// "seq = 1 mod 2", and the ranges of a formula that has its own.
std::string condition_of(const Symbolic& symbolic, const Formula& formula,
                         const ResidueClass& one) {
  std::string text;
  for (std::size_t i = 0; i < symbolic.names.size(); ++i) {
    if (formula.periods[i] == 1) continue;
    text += fmt::format("{}{} = {} mod {}", text.empty() ? "" : ", ", symbolic.names[i],
                        one.residues[i], formula.periods[i]);
  }
  if (formula.ranges.empty()) return text;
  return text + (text.empty() ? "" : ", ") + describe(symbolic, formula.ranges);
}

void add_rows(const Symbolic& symbolic, std::string pass, std::string_view figure,
              const Formula& formula, Grid& grid) {
  std::string name(figure);
  const auto add = [&](std::string condition, std::string text) {
    grid.rows.push_back(
        {std::exchange(pass, ""), std::exchange(name, ""), std::move(condition), std::move(text)});
  };
  if (!formula.found()) return add("", "no formula: " + formula.reason);
  const std::size_t shown = std::min(formula.classes.size(), most_classes);
  for (std::size_t i = 0; i < shown; ++i) {
    const ResidueClass& one = formula.classes[i];
    add(condition_of(symbolic, formula, one),
        one.fault.empty() ? to_string(one.polynomial, symbolic.names) : "invalid: " + one.fault);
  }
  if (const std::size_t rest = formula.classes.size() - shown; rest > 0) {
    add(fmt::format("and {} more", rest), "see --json");
  }
}

struct Heading {
  Figure figure;
  std::string_view name;
};
constexpr Heading shown_figures[] = {{Figure::flop, "FLOP"},
                                     {Figure::macs, "multiply-adds"},
                                     {Figure::other, "other"},
                                     {Figure::bytes, "bytes"}};

void drop_column(Grid& grid, std::size_t column) {
  grid.headings.erase(grid.headings.begin() + static_cast<std::ptrdiff_t>(column));
  for (auto& row : grid.rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(column));
  --grid.text_columns;
}

}  // namespace

Result<SymbolicReport> symbolic_file(std::string_view path, importers::Bytes bytes,
                                     CountRequest request, const std::function<void()>& counted) {
  const bool is_hashed = std::exchange(request.hash, false);
  const importers::ImportOptions options = TRY(import_options_of(path, request));
  std::vector<std::string> names =
      TRY(in_file(path, importers::find_open_dimensions(bytes, options)));
  const auto report_at = [&](const count::Sizes& sizes) {
    CountRequest bound = request;
    for (const auto& [name, size] : sizes) {
      bound.bindings.push_back(fmt::format("{}={}", name, size));
    }
    return count_file(path, bytes, std::move(bound));
  };
  const auto counts_at = [&](const count::Sizes& sizes) -> Result<count::Counts> {
    auto report = report_at(sizes);
    counted();
    if (!report) return fail(std::move(report).error());
    return std::move(report->counts);
  };
  count::Symbolic symbolic = TRY(in_file(path, count::find_formulas(std::move(names), counts_at)));
  request.hash = is_hashed;
  count::Sizes base;
  for (std::size_t i = 0; i < symbolic.names.size(); ++i) {
    base.emplace(symbolic.names[i], symbolic.base[i]);
  }
  CountReport sample = TRY(report_at(base));
  sample.request = std::move(request);
  return SymbolicReport{std::move(sample), std::move(symbolic)};
}

Grid symbolic_grid(const SymbolicReport& report) {
  const Symbolic& symbolic = report.symbolic;
  Grid grid{.text_columns = 4, .headings = {"pass", "figure", "where", "formula"}};
  std::vector<std::size_t> passes;
  for (const Pass pass : passes_of(report.sample)) {
    const bool is_empty = report.sample.counts.pass(pass).work == ops::Work{};
    if (pass == Pass::forward || !is_empty) passes.push_back(static_cast<std::size_t>(pass));
  }
  if (passes.size() > 1) passes.push_back(Symbolic::total);
  for (const std::size_t pass : passes) {
    std::string name = pass == Symbolic::total ? "total" : name_of(static_cast<Pass>(pass));
    for (const Heading& heading : shown_figures) {
      const bool is_view = heading.figure == Figure::flop && !report.sample.request.views.empty();
      const count::View& view = report.sample.request.convention();
      add_rows(symbolic, std::exchange(name, ""),
               is_view ? fmt::format("{} ({})", view.unit, view.name) : std::string(heading.name),
               symbolic.formula(pass, heading.figure), grid);
    }
  }
  const bool has_conditions =
      std::ranges::any_of(grid.rows, [](const auto& row) { return !row[2].empty(); });
  if (!has_conditions) drop_column(grid, 2);
  return grid;
}

std::string symbolic_heading(const SymbolicReport& report) {
  const Symbolic& symbolic = report.symbolic;
  if (symbolic.names.empty())
    return "The file leaves no dimension open: the figures are constant.\n";
  return fmt::format("Exact for {}; {} bindings were counted, {} of them only to verify.\n",
                     describe(symbolic, symbolic.ranges), symbolic.counted, symbolic.fresh);
}

}  // namespace pfsday::report
