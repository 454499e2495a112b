#include "report/check.h"

#include <fmt/format.h>

#include <chrono>

#include "base/text.h"
#include "cli/command.h"
#include "cli/run_inputs.h"
#include "cli/session.h"
#include "report/estimate.h"

namespace pfsday::cli {
namespace {

constexpr Option options[] = {
    {.name = "--flop",
     .value = "N",
     .doc = "instead of a run file: operations, exactly: 1e25, 10^25 + 1"},
    {.name = "--rules",
     .value = "LIST",
     .doc = "packs and rules between commas: eu,us-ca/frontier-model (default: all)"},
    {.name = "--as-of", .value = "DATE", .doc = "rules as in force on this day (default: today)"},
    {.name = "--modifies",
     .value = "RUN|FLOP",
     .doc = "the model that this one modifies; \"unknown\" or \"unknown-systemic\" where its "
            "compute cannot be known"},
    {.name = "--margin", .value = "SHARE", .doc = "accuracy of the figure either way, e.g. 30%"},
    {.name = "--planned", .doc = "a plan: rules that are yet to come into force decide too"},
    {.name = "--explain",
     .doc = "show each rule with its text, the comparison, what is counted and the source"},
    {.name = "--json", .doc = "print JSON (pfsday.check/1)"},
};

Result<report::CheckSubject> figure_subject(std::string_view text) {
  const rules::Exact value = TRY(rules::parse_exact(text));
  return report::CheckSubject{.name = std::string(text),
                              .figure = rules::Figure{.low = value, .mid = value, .high = value}};
}

/// A run that lacks an input is a subject too: its verdicts are unknown.
Result<report::CheckSubject> run_subject(const Session& session, const std::string& path,
                                         OpenRun& open) {
  report::CheckSubject subject{.name = path};
  Result<estimate::Run> run = open_run(session, path, open);
  if (run) {
    subject.name = run->name;
    subject.run = std::move(*run);
    subject.read_file = open.read_file;
  } else if (run.error().code == Code::run_input_missing) {
    subject.fault = std::move(run.error());
  } else {
    return fail(std::move(run.error()));
  }
  return subject;
}

Result<std::optional<report::Original>> original_of(const Session& session, const Args& args,
                                                    OpenRun& open) {
  const auto text = args.value("--modifies");
  if (!text) return std::nullopt;
  if (*text == "unknown") return report::Original{};
  if (*text == "unknown-systemic") return report::Original{.has_systemic_risk = true};
  if (auto figure = figure_subject(*text)) return report::Original{.known = std::move(*figure)};
  return report::Original{.known = TRY(run_subject(session, std::string(*text), open))};
}

units::Date today() {
  const auto now = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  return {static_cast<int>(now.time_since_epoch().count())};
}

Result<units::Date> day_of(const Args& args) {
  const auto text = args.value("--as-of");
  return text ? units::parse_date(*text) : today();
}

/// "30%", "30 %" or "0.3".
Result<rules::Exact> margin_of(const Args& args) {
  const auto text = args.value("--margin");
  if (!text) return rules::Exact(0);
  std::string_view number = trim(*text);
  const bool percent = number.ends_with('%');
  if (percent) number.remove_suffix(1);
  const rules::Exact margin = TRY(rules::parse_exact(number)) / (percent ? 100 : 1);
  if (margin < 1) return margin;
  return fail(Code::usage, fmt::format("a margin of {} is not below 1", *text),
              "a margin of 30% says that the truth is within 0.7 to 1.3 of the figure");
}

Result<report::CheckSubject> subject_of(const Session& session, const Args& args, OpenRun& open) {
  const auto flop = args.value("--flop");
  if (flop.has_value() == !args.positionals().empty()) {
    return fail(Code::usage, "name a run file, or a figure with --flop, and not both",
                "pfsday check --flop 1e25 --rules eu");
  }
  if (flop) return figure_subject(*flop);
  return run_subject(session, args.positionals()[0], open);
}

void print_text(Session& session, const report::CheckReport& report, bool explain) {
  const std::size_t width = session.terminal().width;
  session.print(to_table(report::check_grid(report)));
  const std::vector<std::string> notes = report::check_notes(report);
  if (!notes.empty()) session.print("\n");
  for (const std::string& note : notes) session.print(report::bullet(note, 0, width));
  if (!explain) return;
  for (const report::CheckedRule& one : report.rules) {
    session.print("\n" + report::check_text(one, report.options, width));
  }
}

Result<int> run(Session& session, const Args& args) {
  OpenRun subject_file, original_file;
  const std::vector<rules::Pack> packs = TRY(rules::read_packs());
  const auto chosen = TRY(rules::select_rules(packs, args.value("--rules").value_or("")));
  report::CheckOptions check{.planned = args.flag("--planned")};
  check.as_of = TRY(day_of(args));
  check.margin = TRY(margin_of(args));
  check.original = TRY(original_of(session, args, original_file));
  const report::CheckSubject subject = TRY(subject_of(session, args, subject_file));
  const report::CheckReport report = TRY(report::check_rules(subject, chosen, check));
  if (report.rules.empty()) {
    return fail(Code::usage, fmt::format("{} is on modified models", join(report.skipped, ", ")),
                "name the original with --modifies");
  }
  if (args.flag("--json")) {
    session.print(report::check_json(report));
  } else {
    print_text(session, report, args.flag("--explain"));
  }
  return report.settled() ? 0 : exit_above;
}

}  // namespace

extern constinit const Command check{
    .name = "check",
    .usage = "check [RUN] [options]",
    .summary = "Hold training compute against the lines of laws.",
    .details =
        "RUN is a run file in TOML (docs/run-files.md); its total is taken under the view that "
        "each rule asks for. With --flop, the figure is taken as that total. `pfsday rules` lists "
        "the rules. A verdict says on which side of a line the compute is, nothing more: other "
        "conditions are named with --explain. Exit code 3 unless the compute is below the line of "
        "every rule in force.\n",
    .example = "pfsday check --flop 8e24 --rules eu --margin 30%",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
