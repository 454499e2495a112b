#include "cli/count_diff.h"

#include <fmt/format.h>

#include <utility>

#include "cli/exit_code.h"
#include "cli/model_inputs.h"
#include "report/count_diff.h"
#include "report/count_files.h"

namespace pfsday::cli {
namespace {

Result<report::InventoriedCount> count_model(const Session& session, std::string_view path,
                                             const report::CountRequest& request) {
  const MappedFile file = TRY(session.map_file(path));
  return report::count_inventory(path, file.bytes(), request);
}

std::string heading(std::string_view side, const report::CountReport& report) {
  const std::string part =
      report.devices == 1 ? "" : fmt::format(", the program of one of {} devices", report.devices);
  return fmt::format("{}  {} ({}{})\n", side, report.path, report.format, part);
}

void print_products(Session& session, const report::CountDiff& diff, bool all) {
  if (diff.products) {
    session.print(
        "M x N x K: a result of M x N, of which each element is a sum of K products; \"8 of\": so "
        "many at once.\n\n");
    const report::Grid rows = report::product_grid(*diff.products, all);
    if (!rows.rows.empty()) {
      session.print(to_table(rows));
      session.print("\n");
    }
    session.print(to_table(report::product_sums_grid(*diff.products)));
    session.print("\n");
  }
  session.print(report::diff_agreement(diff) + "\n");
  if (!diff.parameters->are_in_both()) return;
  session.print(to_table(report::parameter_sums_grid(*diff.parameters)));
  session.print("\n");
  if (diff.parameters->lone.empty()) return;
  session.print(to_table(report::lone_parameter_grid(*diff.parameters)));
  session.print("\n");
}

void print_text(Session& session, const report::CountDiff& diff, bool all) {
  session.print(heading("A", diff.a) + heading("B", diff.b) + "\n");
  if (diff.by == report::DiffBy::product) {
    print_products(session, diff, all);
  } else if (!diff.changed.empty()) {
    session.print(to_table(report::diff_grid(diff)));
    session.print("\n");
  }
  session.print(to_table(report::diff_totals_grid(diff)));
  if (const std::string remarks = report::diff_remarks(diff); !remarks.empty()) {
    session.print("\n" + remarks);
  }
  if (!diff.complete()) session.print("\nLower bounds: some nodes are not counted.\n");
}

Result<std::optional<report::DiffBy>> parse_by(const Args& args) {
  using report::DiffBy;
  const std::string_view by = args.choice("--by");
  if (by == "none") return std::nullopt;
  if (by == "op") return DiffBy::op;
  if (by == "layer") return DiffBy::layer;
  if (by == "product") return DiffBy::product;
  return fail(Code::usage, fmt::format("--diff has no rows by {}", by),
              "--by op, --by layer or --by product");
}

}  // namespace

Result<int> count_diff(Session& session, const Args& args, report::CountRequest request) {
  if (args.positionals().size() != 1) {
    return fail(Code::usage, "--diff holds one model against another");
  }
  std::optional<report::Growth> growth;
  if (const auto text = args.value("--fail-above")) growth = TRY(report::parse_growth(*text));
  report::DiffRequest how{.by = TRY(parse_by(args)),
                          .devices = std::exchange(request.devices, std::nullopt)};
  if (request.breakdown.top != 0) return fail(Code::usage, "--diff shows all that changes");
  const bool all = std::exchange(request.lines, false);
  request.breakdown.by = how.by == report::DiffBy::layer ? count::By::layer : count::By::op;
  report::InventoriedCount a = TRY(count_model(session, args.positional(0), request));
  report::InventoriedCount b = TRY(count_model(session, *args.value("--diff"), request));
  warn_unused_bindings(session,
                       report::unused_in_both(a.report.unused_bindings, b.report.unused_bindings),
                       "either model");
  const report::CountDiff diff = TRY(report::diff_counts(std::move(a), std::move(b), how));
  if (all && diff.by != report::DiffBy::product) {
    return fail(Code::usage, "--explain lists the products of two models", "add --by product");
  }
  if (args.flag("--json")) {
    session.print(report::diff_json(diff, growth));
  } else {
    print_text(session, diff, all);
    if (growth) session.print("\n" + report::diff_verdict(diff, *growth));
  }
  if (growth && report::exceeds(diff.total(), *growth)) return exit_above;
  return exit_code_of_count(diff.complete(), args.flag("--allow-uncounted"));
}

}  // namespace pfsday::cli
