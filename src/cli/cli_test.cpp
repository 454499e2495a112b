#include "cli/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "cli/command.h"

namespace pfsday::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Outcome {
  int code = 0;
  std::string out;
  std::string error;
};

Outcome run(const std::vector<std::string>& words) {
  Session session{Output(), {}, Output(), {}};
  const int code = main(session, words);
  return {code, std::string(session.out().buffered()), std::string(session.error().buffered())};
}

TEST(Cli, PrintsHelpAndVersion) {
  const Outcome help = run({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const Command* command : commands()) {
    EXPECT_THAT(help.out, HasSubstr(std::string("\n  ") + std::string(command->name) + " "));
  }
  for (const std::string_view line : split(help.out, '\n')) EXPECT_LE(display_width(line), 80U);
  EXPECT_THAT(run({"--version"}).out, StartsWith("pfsday 0."));
}

TEST(Cli, RefusesWrongUsageWithExitCode2) {
  const struct {
    std::vector<std::string> words;
    std::string error;
  } cases[] = {
      {{}, "error[PFD101]: no verb is given\n  hint: `pfsday --help` lists the verbs\n"},
      {{"explian"}, "error[PFD101]: unknown verb \"explian\"\n  hint: did you mean explain?\n"},
      {{"zzz"}, "error[PFD101]: unknown verb \"zzz\"\n  hint: `pfsday --help` lists the verbs\n"},
      {{"explain", "--jsn"},
       "error[PFD101]: explain: unknown option --jsn\n  hint: did you mean --json?\n"},
      {{"explain", "PFD999"},
       "error[PFD106]: there is no code \"PFD999\"\n  hint: `pfsday explain` lists them all\n"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.error);
    const Outcome result = run(c.words);
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.error, c.error);
  }
}

TEST(Cli, ExplainsACode) {
  const Outcome one = run({"explain", "pfd105"});
  EXPECT_EQ(one.code, 0);
  EXPECT_EQ(one.out,
            "PFD105: A date cannot be read\n\n"
            "Dates are written YYYY-MM-DD and must exist in the calendar.\n");
  EXPECT_THAT(run({"explain"}).out, HasSubstr("\nPFD204  A dimension has no size\n"));
  EXPECT_EQ(run({"explain", "105", "--json"}).out, R"({
  "schema": "pfsday.explain/1",
  "codes": [
    {
      "code": "PFD105",
      "title": "A date cannot be read",
      "text": "Dates are written YYYY-MM-DD and must exist in the calendar."
    }
  ]
}
)");
}

/// What parsing and help take for granted of every command.
TEST(Commands, AreWellFormed) {
  for (const Command* command : commands()) {
    SCOPED_TRACE(command->name);
    const std::string name(command->name);
    EXPECT_THAT(std::string(command->usage), StartsWith(name + " "));
    EXPECT_TRUE(command->usage.ends_with("[options]"));
    EXPECT_TRUE(command->summary.ends_with("."));
    EXPECT_THAT(std::string(command->example), StartsWith("pfsday " + name + " "));
    EXPECT_NE(command->run, nullptr);
    for (const Option& option : command->options) {
      SCOPED_TRACE(option.name);
      EXPECT_TRUE(split(option.name, ',').back().starts_with("--"));
      EXPECT_FALSE(option.doc.empty());
      EXPECT_FALSE(option.doc.ends_with("."));
    }
    const Outcome help = run({name, "--help"});
    EXPECT_EQ(help.code, 0);
    for (const std::string_view line : split(help.out, '\n')) EXPECT_LE(display_width(line), 80U);
  }
}

}  // namespace
}  // namespace pfsday::cli
