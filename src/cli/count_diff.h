// `pfsday count A --diff B`: what changed between two model files.
#pragma once

#include "cli/command.h"
#include "cli/session.h"
#include "report/count.h"

namespace pfsday::cli {

/// Prints the difference as text, or with --json as pfsday.diff/1; returns the exit code:
/// exit_above where the total grows by more than --fail-above, exit_incomplete where one of the
/// counts is.
Result<int> count_diff(Session& session, const Args& args, report::CountRequest request);

}  // namespace pfsday::cli
