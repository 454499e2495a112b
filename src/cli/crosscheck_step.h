// `pfsday crosscheck MODEL --step-time ...`: a measured training step against the count.
#pragma once

#include "base/result.h"
#include "cli/command.h"
#include "cli/session.h"

namespace pfsday::cli {

/// True where a positional argument is a model file, by what it holds; a file that ends in .toml, a
/// folder, standard input and what cannot be read are none.
bool names_model(const Session& session, const Args& args);

/// The exit code: 4 where a stated utilization is outside the tolerance, 5 of a lower bound.
Result<int> crosscheck_step(Session& session, const Args& args, double tolerance);

}  // namespace pfsday::cli
