// `pfsday count --symbolic`: the figures of a model as formulas in its open sizes.
#pragma once

#include "cli/command.h"
#include "cli/session.h"
#include "report/count.h"

namespace pfsday::cli {

/// Prints the formulas of one model as text, or with --json as pfsday.symbolic/1; returns the
/// counts at one size, which say what is not counted.
Result<report::CountReport> print_symbolic(Session& session, const Args& args,
                                           const report::CountRequest& request);

}  // namespace pfsday::cli
