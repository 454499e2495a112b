// The texts of --help, made from the table of commands.
#pragma once

#include <string>

#include "cli/command.h"

namespace pfsday::cli {

/// Of all verbs, and of one. width: columns of the terminal
std::string help(std::size_t width);
std::string help_of(const Command& command, std::size_t width);

}  // namespace pfsday::cli
