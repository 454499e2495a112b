// `pfsday count --compare`: one model in every convention, side by side.
#pragma once

#include "cli/command.h"
#include "cli/session.h"
#include "report/count.h"

namespace pfsday::cli {

/// Prints the table of one model, or with --json the document pfsday.compare/1; returns the counts,
/// which say what is not counted.
Result<report::CountReport> print_comparison(Session& session, const Args& args,
                                             const report::CountRequest& request);

}  // namespace pfsday::cli
