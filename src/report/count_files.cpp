#include "report/count_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "units/print.h"

namespace pfsday::report {
namespace {

using graph::Pass;
using units::to_grouped;

std::string completeness(const CountReport& report) {
  const std::size_t uncounted = report.counts.coverage.uncounted;
  return report.counts.complete() ? "yes" : fmt::format("no, {} uncounted", to_grouped(uncounted));
}

/// Those passes beside the forward one that any of the models has.
std::vector<Pass> other_passes(std::span<const CountReport> reports) {
  std::vector<Pass> passes;
  for (const Pass pass : all_passes) {
    const bool is_any = std::ranges::any_of(reports, [&](const CountReport& report) {
      return report.counts.pass(pass).work != ops::Work{};
    });
    if (is_any && pass != Pass::forward) passes.push_back(pass);
  }
  return passes;
}

std::string plural(std::size_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", to_grouped(n), n == 1 ? one : many);
}

}  // namespace

Grid files_grid(std::span<const CountReport> reports) {
  Grid grid{.text_columns = 2,
            .headings = {"model", "complete", "parameters", "forward FLOP", "of which products"}};
  if (reports.empty()) return grid;
  const CountRequest& request = reports.front().request;
  if (!request.views.empty()) {
    grid.headings[3] =
        fmt::format("forward {} ({})", request.convention().unit, request.convention().name);
  }
  const std::vector<Pass> others = other_passes(reports);
  for (const Pass pass : others) grid.headings.push_back(name_of(pass));
  if (!others.empty()) grid.headings.emplace_back("total");
  for (const CountReport& report : reports) {
    const ops::Work& forward = report.counts.pass(Pass::forward).work;
    std::vector<std::string> row = {
        report.path, completeness(report), to_grouped(report.counts.parameters.total),
        to_grouped(report.seen(Pass::forward).figure), to_grouped(forward.products * 2)};
    for (const Pass pass : others) {
      row.push_back(to_grouped(report.seen(pass).figure));
    }
    if (!others.empty()) row.push_back(to_grouped(report.seen_total().figure));
    grid.rows.push_back(std::move(row));
  }
  return grid;
}

std::string files_summary(std::span<const CountReport> reports, std::size_t faults) {
  const auto complete = static_cast<std::size_t>(std::ranges::count_if(
      reports, [](const CountReport& report) { return report.counts.complete(); }));
  std::string text = fmt::format("{}: {} complete", plural(reports.size(), "model", "models"),
                                 to_grouped(complete));
  if (complete < reports.size()) {
    text += ", " + plural(reports.size() - complete, "lower bound", "lower bounds");
  }
  if (faults > 0) text += fmt::format("; {} could not be used", plural(faults, "input", "inputs"));
  return text + "\n";
}

std::vector<std::string> unused_in_all(std::span<const CountReport> reports) {
  if (reports.empty()) return {};
  std::vector<std::string> unused = reports.front().unused_bindings;
  for (const CountReport& report : reports.subspan(1)) {
    unused = unused_in_both(unused, report.unused_bindings);
  }
  return unused;
}

std::vector<std::string> unused_in_both(std::vector<std::string> a,
                                        const std::vector<std::string>& b) {
  std::erase_if(a, [&](const std::string& name) { return std::ranges::find(b, name) == b.end(); });
  return a;
}

}  // namespace pfsday::report
