#include "cli/cli.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/parse.h"

namespace pfsday::cli {
namespace {

Result<const Command*> find_command(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Command* command : commands()) {
    if (command->name == name) return command;
    names.push_back(command->name);
  }
  const std::string_view near = nearest(name, names);
  return fail(
      Code::usage, fmt::format("unknown verb \"{}\"", name),
      near.empty() ? "`pfsday --help` lists the verbs" : fmt::format("did you mean {}?", near));
}

bool asks_for_help(std::span<const std::string> words) {
  const auto end = std::ranges::find(words, "--");
  return std::find_if(words.begin(), end, [](const std::string& word) {
           return word == "--help" || word == "-h";
         }) != end;
}

Result<int> run(Session& session, std::span<const std::string> words) {
  if (words.empty())
    return fail(Code::usage, "no verb is given", "`pfsday --help` lists the verbs");
  const std::string& verb = words.front();
  if (verb == "--help" || verb == "-h") {
    session.print(help(session.terminal().width));
    return 0;
  }
  if (verb == "--version") {
    session.print("pfsday " PFSDAY_VERSION "\n");
    return 0;
  }
  const Command& command = *TRY(find_command(verb));
  const auto rest = words.subspan(1);
  if (asks_for_help(rest)) {
    session.print(help_of(command, session.terminal().width));
    return 0;
  }
  return command.run(session, TRY(parse(command, rest)));
}

}  // namespace

int main(Session& session, std::span<const std::string> words) {
  const Result<int> code = run(session, words);
  const Result<void> flushed = session.out().flush();
  if (!code) session.report(code.error());
  if (!flushed) session.report(flushed.error());
  if (!code) return exit_code_of(code.error().code);
  return flushed ? *code : exit_code_of(flushed.error().code);
}

}  // namespace pfsday::cli
