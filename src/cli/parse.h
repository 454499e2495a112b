// Words of a command line to Args, by the tables in command.h.
#pragma once

#include <span>
#include <string>

#include "cli/command.h"

namespace pfsday::cli {

/// Checks names, values, choices and the number of positional arguments. Options and positional
/// arguments may be mixed; negative numbers and `-` are positional; after `--` all is.
///   words   what follows the verb
///   errors  Code::usage, with the nearest name as a hint
Result<Args> parse(const Command& command, std::span<const std::string> words);

}  // namespace pfsday::cli
