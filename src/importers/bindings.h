// Reads what --bind gives: sizes for what a model file leaves open.
//
//   parse_bindings({"batch=32", "input_ids=1x128"})   // a dimension, and the whole shape of an
//   input
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "importers/importer.h"

namespace pfsday::importers {

/// NAME=VALUE each, where VALUE is a size of at least 0 or a shape: sizes joined by x. Of two
/// bindings of one name the last holds. Errors: Code::binding_malformed.
Result<ImportOptions> parse_bindings(std::span<const std::string> bindings);

/// NODE=N each, as --trips gives them. Errors: Code::binding_malformed.
Result<std::map<std::string, std::int64_t, std::less<>>> parse_trips(
    std::span<const std::string> trips);
/// NODE=then or NODE=else each, as --branch gives them; true for then.
Result<std::map<std::string, bool, std::less<>>> parse_branches(
    std::span<const std::string> branches);

}  // namespace pfsday::importers
