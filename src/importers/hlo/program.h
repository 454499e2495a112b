// A module to a graph of primitives: the instructions of the entry computation are lowered in
// order. What they call is put in place, a `while` becomes a loop, a `conditional` a branch.
#pragma once

#include "importers/hlo/module.h"
#include "importers/importer.h"

namespace pfsday::hlo {

/// Errors, with their place: those of calls that do not end, and of the lowerings.
Result<importers::Model> lower_program(const Module& module,
                                       const importers::ImportOptions& options);

}  // namespace pfsday::hlo
