// The command line: words in, exit code out.
//
//   Session session = Session::of_process();
//   return cli::main(session, words);
#pragma once

#include <span>
#include <string>

#include "cli/session.h"

namespace pfsday::cli {

/// Runs one command line, prints its output and its fault, and returns the exit code of the
/// process.
///   words   what follows the name of the program
int main(Session& session, std::span<const std::string> words);

}  // namespace pfsday::cli
