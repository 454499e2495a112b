#include "cli/reservations.h"

#include <fmt/format.h>

#include "cli/table.h"

namespace pfsday::cli {
namespace {

void print_section(Session& session, std::string_view title, const report::Grid& grid) {
  if (grid.rows.empty()) return;
  session.print(fmt::format("\n{}\n", title));
  session.print(to_table(grid));
}

}  // namespace

void print_reservations(Session& session, const report::CountReport& report) {
  print_section(session, "Upper bounds and assumptions", report::bound_grid(report));
  print_section(session, "A lower bound: these nodes are not counted.",
                report::uncounted_grid(report));
}

}  // namespace pfsday::cli
