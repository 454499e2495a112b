// Reads what --lengths, --generate and --capacity give: options of configurations alone.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "importers/importer.h"

namespace pfsday::config {

/// "512,300,128": lengths of sequences that are packed into one. Errors: Code::binding_malformed.
Result<std::vector<std::int64_t>> parse_lengths(std::string_view text);
/// "prompt=512,new=128,samples=4", the last of which may be missing. Errors:
/// Code::binding_malformed.
Result<importers::Generation> parse_generation(std::string_view text);
/// A number of at least 0. Errors: Code::binding_malformed.
Result<double> parse_capacity(std::string_view text);

}  // namespace pfsday::config
