// `pfsday count` of several models and of folders.
#pragma once

#include "cli/command.h"
#include "cli/model_inputs.h"
#include "report/count.h"

namespace pfsday::cli {

/// Prints a table with a row for each model, or with --json a line for each; reports the faults of
/// the others. Returns the exit code: the lowest of all that is not zero.
Result<int> count_several(Session& session, const Args& args, const ModelPaths& paths,
                          const report::CountRequest& request);

}  // namespace pfsday::cli
