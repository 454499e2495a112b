#include "report/count.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/session.h"

namespace pfsday::cli {
namespace {

constexpr int exit_incomplete = 5;

constexpr Option options[] = {
    {.name = "--train", .doc = "count a training step: the forward pass and both gradients"},
    {.name = "--by",
     .value = "none|op|layer",
     .doc = "break the count down by operator or by layer"},
    {.name = "--bind",
     .value = "NAME=VALUE",
     .doc = "size of a named dimension, or the shape of an input: batch=32, input_ids=1x128",
     .repeated = true},
    {.name = "--padding",
     .value = "window|real",
     .doc = "count every tap of a window, or only those whose input exists"},
    {.name = "--allow-uncounted", .doc = "exit 0 although some nodes are not counted"},
    {.name = "--explain", .doc = "show the arithmetic: every counted primitive, and the sums"},
    {.name = "--json", .doc = "print JSON (pfsday.count/1)"},
};

Table table_of(const report::Grid& grid) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < grid.headings.size(); ++i) {
    columns.push_back({grid.headings[i], i < grid.text_columns ? Align::left : Align::right});
  }
  Table table(std::move(columns));
  for (const auto& row : grid.rows) table.add_row(row);
  if (grid.total.empty()) return table;
  table.add_rule();
  table.add_row(grid.total);
  return table;
}

count::By parse_by(std::string_view word) {
  if (word == "op") return count::By::op;
  return word == "layer" ? count::By::layer : count::By::none;
}

void print_uncounted(Session& session, const report::CountReport& report) {
  if (report.counts.complete()) return;
  session.print("\nA lower bound: these nodes are not counted.\n");
  Table table({{"node"}, {"operator"}, {"reason"}});
  for (const count::Uncounted& one : report.counts.uncounted) {
    table.add_row({one.node, one.op, one.reason});
  }
  session.print(table);
}

void print_text(Session& session, const report::CountReport& report) {
  session.print(report::count_heading(report));
  for (const std::string& note : report.notes) session.print(note + "\n");
  session.print("\n");
  if (report.request.by != count::By::none) {
    session.print(table_of(report::breakdown_grid(report)));
    session.print("\n");
  }
  session.print(table_of(report::pass_grid(report)));
  print_uncounted(session, report);
  if (!report.request.lines) return;
  session.print("\n");
  session.print(table_of(report::line_grid(report)));
  session.print("\n");
  for (const std::string& formula : report::count_formulas(report)) session.print(formula + "\n");
}

Result<int> run(Session& session, const Args& args) {
  const std::string_view path = args.positional(0);
  const MappedFile file = TRY(session.map_file(path));
  const auto bindings = args.all("--bind");
  const bool real_padding = args.choice("--padding") == "real";
  const report::CountRequest request{
      .bindings = {bindings.begin(), bindings.end()},
      .step = args.flag("--train") ? count::Step::training : count::Step::forward,
      .by = parse_by(args.choice("--by")),
      .lines = args.flag("--explain"),
      .hash = args.flag("--json"),
      .rules = {.padding = real_padding ? ops::Rules::Padding::real : ops::Rules::Padding::window}};
  const report::CountReport report = TRY(report::count_file(path, file.bytes(), request));
  for (const std::string& warning : report.warnings) session.warn(warning);
  if (args.flag("--json")) {
    session.print(report::count_json(report));
  } else {
    print_text(session, report);
  }
  const bool is_accepted = report.counts.complete() || args.flag("--allow-uncounted");
  return is_accepted ? 0 : exit_incomplete;
}

}  // namespace

extern constinit const Command count{
    .name = "count",
    .usage = "count MODEL [options]",
    .summary = "Count the arithmetic of a model file, forward and backward.",
    .details =
        "MODEL is a model file in ONNX, recognized by what it holds. The count is exact: each add "
        "and each multiply is one operation (FLOP); \"of which products\" is 2 x multiply-adds, "
        "which papers quote; \"other\" is division, special functions and comparisons. Weights are "
        "never read. Exit code 5 if some nodes could not be counted: the figure is then a lower "
        "bound.\n",
    .example = "pfsday count resnet50.onnx --train --by layer",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
