#include "report/rules.h"

#include "cli/command.h"
#include "cli/session.h"

namespace pfsday::cli {
namespace {

constexpr Option options[] = {
    {.name = "--explain",
     .doc = "show each rule with its text, conditions, consequence and source"},
    {.name = "--json", .doc = "print JSON (pfsday.rules/1)"},
};

Result<int> run(Session& session, const Args& args) {
  const std::vector<rules::Pack> packs = TRY(rules::read_packs());
  const std::string_view names = args.positionals().empty() ? "" : args.positional(0);
  const auto chosen = TRY(rules::select_rules(packs, names));
  if (args.flag("--json")) {
    session.print(report::rules_json(chosen));
    return 0;
  }
  session.print(to_table(report::rules_grid(chosen)));
  if (!args.flag("--explain")) return 0;
  for (const rules::Chosen& one : chosen) {
    session.print("\n" + report::rule_text(one, session.terminal().width));
  }
  return 0;
}

}  // namespace

extern constinit const Command rules{
    .name = "rules",
    .usage = "rules [LIST] [options]",
    .summary = "List the lines of laws that training compute can cross.",
    .details =
        "LIST is packs and rules between commas, such as eu,us-ca/frontier-model; all of them "
        "without it. Each has its status, the view of a run that it compares, and its source.\n",
    .example = "pfsday rules eu --explain",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
