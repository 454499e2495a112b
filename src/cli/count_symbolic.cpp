#include "cli/count_symbolic.h"

#include "cli/model_inputs.h"
#include "cli/progress.h"
#include "cli/reservations.h"
#include "cli/table.h"
#include "report/symbolic.h"

namespace pfsday::cli {

Result<report::CountReport> print_symbolic(Session& session, const Args& args,
                                           const report::CountRequest& request) {
  if (request.breakdown.by != count::By::none || request.lines) {
    return fail(Code::usage, "--symbolic has no breakdown and no lines",
                "leave out --by and --explain");
  }
  const std::string_view path = args.positional(0);
  const MappedFile file = TRY(session.map_file(path));
  Progress progress(session, count::most_counts, "counts at the most");
  auto found = report::symbolic_file(path, file.bytes(), request, [&progress] { progress.step(); });
  progress.clear();
  report::SymbolicReport report = TRY(std::move(found));
  warn_unused_bindings(session, report.sample.unused_bindings, "the model");
  if (args.flag("--json")) {
    session.print(report::symbolic_json(report));
  } else {
    session.print(report::count_heading(report.sample));
    print_notes(session, report.sample.notes);
    session.print(report::symbolic_heading(report) + "\n");
    session.print(to_table(report::symbolic_grid(report)));
    print_reservations(session, report.sample);
  }
  return std::move(report.sample);
}

}  // namespace pfsday::cli
