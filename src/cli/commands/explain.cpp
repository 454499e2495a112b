#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/session.h"
#include "report/priors.h"

namespace pfsday::cli {
namespace {

constexpr Option options[] = {
    {.name = "--json", .doc = "print JSON (pfsday.explain/1; of priors pfsday.priors/1)"},
};

Result<std::vector<Code>> codes_for(const Args& args) {
  if (args.positionals().empty()) return all_codes();
  const std::string_view text = args.positional(0);
  const auto code = find_code(text);
  if (!code) {
    return fail(Code::code_unknown, fmt::format("there is no code \"{}\"", text),
                "`pfsday explain` lists them all");
  }
  return std::vector{*code};
}

std::string to_json(const std::vector<Code>& codes) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.explain/1").key("codes").begin_array();
  for (const Code code : codes) {
    const Explanation explanation = explanation_of(code);
    json.begin_object().member("code", to_string(code)).member("title", explanation.title);
    json.member("text", explanation.text).end_object();
  }
  return json.end_array().end_object().text();
}

std::string to_text(Code code, std::size_t width) {
  const Explanation explanation = explanation_of(code);
  std::string text = fmt::format("{}: {}\n\n", to_string(code), explanation.title);
  for (const std::string& line : wrap(explanation.text, width)) text += line + "\n";
  return text;
}

Table to_table(const std::vector<Code>& codes) {
  Table table({{"code"}, {"meaning"}});
  for (const Code code : codes) {
    table.add_row({to_string(code), std::string(explanation_of(code).title)});
  }
  return table;
}

/// The priors of utilization, all or one.
Result<int> explain_priors(Session& session, const Args& args, std::string_view name) {
  const report::TextStyle style{.width = session.terminal().width};
  if (name == "priors") {
    if (args.flag("--json")) {
      session.print(report::priors_json());
    } else {
      session.print(cli::to_table(report::prior_grid()));
    }
    return 0;
  }
  const estimate::UtilizationPrior prior = TRY(estimate::find_prior(name));
  session.print(args.flag("--json") ? report::prior_json(prior) : report::prior_text(prior, style));
  return 0;
}

Result<int> run(Session& session, const Args& args) {
  if (!args.positionals().empty()) {
    const std::string_view what = args.positional(0);
    if (what == "priors" || estimate::names_prior(what)) return explain_priors(session, args, what);
  }
  const std::vector<Code> codes = TRY(codes_for(args));
  if (args.flag("--json")) {
    session.print(to_json(codes));
  } else if (args.positionals().empty()) {
    session.print(to_table(codes));
  } else {
    session.print(to_text(codes.front(), session.terminal().width));
  }
  return 0;
}

}  // namespace

extern constinit const Command explain{
    .name = "explain",
    .usage = "explain [CODE] [options]",
    .summary = "Say what the code of a message means, or where a prior comes from.",
    .details =
        "Without a code, all of them are listed. `explain priors` lists the priors of "
        "utilization that \"prior NAME\" may name in run files and options, `explain "
        "prior:NAME` shows one with its sources.",
    .example = "pfsday explain PFD204",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
