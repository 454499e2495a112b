#include "cli/count_diff.h"

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/model_inputs.h"
#include "report/count_diff.h"
#include "report/count_files.h"

namespace pfsday::cli {
namespace {

Result<report::CountReport> count_model(const Session& session, std::string_view path,
                                        const report::CountRequest& request) {
  const MappedFile file = TRY(session.map_file(path));
  return report::count_file(path, file.bytes(), request);
}

void print_text(Session& session, const report::CountDiff& diff) {
  session.print(fmt::format("A  {} ({})\nB  {} ({})\n\n", diff.a.path, diff.a.format, diff.b.path,
                            diff.b.format));
  if (!diff.changed.empty()) {
    session.print(to_table(report::diff_grid(diff)));
    session.print("\n");
  }
  session.print(to_table(report::diff_totals_grid(diff)));
  if (!diff.complete()) session.print("\nLower bounds: some nodes are not counted.\n");
}

}  // namespace

Result<int> count_diff(Session& session, const Args& args, report::CountRequest request) {
  if (args.positionals().size() != 1 || request.lines) {
    return fail(Code::usage, "--diff holds one model against another, without --explain");
  }
  std::optional<report::Growth> growth;
  if (const auto text = args.value("--fail-above")) growth = TRY(report::parse_growth(*text));
  count::BreakdownOptions& breakdown = request.breakdown;
  if (breakdown.by == count::By::none) breakdown.by = count::By::op;
  const bool is_paired = breakdown.by == count::By::op || breakdown.by == count::By::layer;
  if (!is_paired || breakdown.top != 0) {
    return fail(Code::usage, "--diff shows all that changes, --by op or --by layer");
  }
  std::vector<report::CountReport> both;
  for (const std::string_view path : {args.positional(0), *args.value("--diff")}) {
    both.push_back(TRY(count_model(session, path, request)));
  }
  warn_unused_bindings(session, report::unused_in_all(both), "either model");
  const report::CountDiff diff = report::diff_counts(std::move(both[0]), std::move(both[1]));
  if (args.flag("--json")) {
    session.print(report::diff_json(diff, growth));
  } else {
    print_text(session, diff);
    if (growth) session.print("\n" + report::diff_verdict(diff, *growth));
  }
  if (growth && report::exceeds(diff.total(), *growth)) return exit_above;
  return exit_code_of_count(diff.complete(), args.flag("--allow-uncounted"));
}

}  // namespace pfsday::cli
