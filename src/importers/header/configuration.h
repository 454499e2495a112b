// A checkpoint held against the configuration beside it: names, shapes and parameters.
#pragma once

#include "importers/importer.h"

namespace pfsday::importers {

/// Notes what differs between the tensors of a header and those that `config.json` in its folder
/// asks for: each name that only one of them has, each shape, and the sum of parameters. Names that
/// differ in their numbers alone, in the same way, are one note. Nothing where there is no such
/// file.
void compare_with_configuration(const ImportOptions& options, Model& header);

}  // namespace pfsday::importers
