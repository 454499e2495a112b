// What a count says below its figures: upper bounds, assumptions, and nodes that are not counted.
#pragma once

#include "cli/session.h"
#include "report/count.h"

namespace pfsday::cli {

/// Prints a table of each sort, where there are any.
void print_reservations(Session& session, const report::CountReport& report);

}  // namespace pfsday::cli
