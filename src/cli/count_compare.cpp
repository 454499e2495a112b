#include "cli/count_compare.h"

#include "cli/model_inputs.h"
#include "cli/reservations.h"
#include "cli/table.h"
#include "report/compare.h"

namespace pfsday::cli {

Result<report::CountReport> print_comparison(Session& session, const Args& args,
                                             const report::CountRequest& request) {
  if (request.breakdown.by != count::By::none || request.lines) {
    return fail(Code::usage, "--compare has no breakdown and no lines",
                "leave out --by and --explain");
  }
  const std::string_view path = args.positional(0);
  const MappedFile file = TRY(session.map_file(path));
  report::CompareReport report = TRY(report::compare_file(path, file.bytes(), request));
  warn_unused_bindings(session, report.report.unused_bindings, "the model");
  if (args.flag("--json")) {
    session.print(report::compare_json(report));
  } else {
    session.print(report::count_heading(report.report));
    print_notes(session, report.report.notes);
    session.print("\n");
    session.print(to_table(report::compare_grid(report)));
    session.print("\n");
    print_notes(session, report::compare_notes(report));
    print_reservations(session, report.report);
  }
  return std::move(report.report);
}

}  // namespace pfsday::cli
