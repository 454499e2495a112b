// Reads the text of an XLA program.
#pragma once

#include "importers/hlo/module.h"

namespace pfsday::hlo {

/// Errors, with their line: Code::model_malformed, model_truncated, type_unsupported,
/// limit_exceeded.
Result<Module> parse_module(std::string_view text);

/// True for text that begins as an XLA dump does, before or after optimization.
bool begins_as_hlo(std::string_view head);

}  // namespace pfsday::hlo
