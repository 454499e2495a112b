// What a count says around its figures: notes, upper bounds, assumptions, and nodes that are not
// counted.
#pragma once

#include "cli/session.h"
#include "report/count.h"

namespace pfsday::cli {

/// Prints each note from a new line on, wrapped to the terminal or to 100 columns.
void print_notes(Session& session, std::span<const std::string> notes);

/// Prints a table of each sort, where there are any.
void print_reservations(Session& session, const report::CountReport& report);

}  // namespace pfsday::cli
