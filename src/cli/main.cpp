#include <csignal>
#include <string>
#include <vector>

#include "cli/cli.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, with its message and exit code
  pfsday::cli::Session session = pfsday::cli::Session::of_process();
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return pfsday::cli::main(session, words);
}
