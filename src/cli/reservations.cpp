#include "cli/reservations.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/table.h"

namespace pfsday::cli {
namespace {

void print_section(Session& session, std::string_view title, const report::Grid& grid) {
  if (grid.rows.empty()) return;
  session.print(fmt::format("\n{}\n", title));
  session.print(to_table(grid));
}

}  // namespace

void print_notes(Session& session, std::span<const std::string> notes) {
  constexpr std::size_t usual_width = 100, indent = 2;
  const Terminal& terminal = session.terminal();
  const std::size_t width =
      std::max<std::size_t>(terminal.is_terminal ? terminal.width : usual_width, 20);
  for (const std::string& note : notes) {
    std::string_view space;
    for (const std::string& line : wrap(note, width - indent)) {
      session.print(fmt::format("{}{}\n", space, line));
      space = "  ";
    }
  }
}

void print_reservations(Session& session, const report::CountReport& report) {
  print_section(session, "Upper bounds and assumptions", report::bound_grid(report));
  print_section(session, "A lower bound: these nodes are not counted.",
                report::uncounted_grid(report));
}

}  // namespace pfsday::cli
