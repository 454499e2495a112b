#include "cli/count_several.h"

#include "cli/exit_code.h"
#include "cli/session.h"
#include "report/count_files.h"

namespace pfsday::cli {

Result<int> count_several(Session& session, const Args& args, const ModelPaths& paths,
                          const report::CountRequest& request) {
  if (!args.flag("--json") && (request.breakdown.by != count::By::none || request.lines)) {
    return fail(Code::usage, "of several models, --by and --explain are shown only with --json",
                "name one model, or add --json");
  }
  std::vector<report::CountReport> reports;
  int exit_code = 0;
  const auto add = [&](const std::string& path, importers::Bytes bytes) -> Result<void> {
    report::CountReport report = TRY(report::count_file(path, bytes, request));
    exit_code = lowest_exit_code(
        exit_code, exit_code_of_count(report.counts.complete(), args.flag("--allow-uncounted")));
    if (args.flag("--json")) session.print(report::count_json(report, JsonStyle::line));
    report.counts.rows = {};
    report.counts.lines = {};
    reports.push_back(std::move(report));
    return {};
  };
  const Outcome outcome = for_each_model(session, paths, add);
  warn_unused_bindings(session, report::unused_in_all(reports), "any of the models");
  if (!args.flag("--json") && !reports.empty()) {
    session.print(to_table(report::files_grid(reports)));
    session.print("\n" + report::files_summary(reports, outcome.faults));
  }
  return lowest_exit_code(exit_code, outcome.exit_code);
}

}  // namespace pfsday::cli
