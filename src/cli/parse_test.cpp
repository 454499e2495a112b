#include "cli/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pfsday::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Option options[] = {
    {.name = "--by", .value = "op|layer|type", .doc = "rows"},
    {.name = "--bind", .value = "NAME=VALUE", .doc = "size", .repeated = true},
    {.name = "-o,--output", .value = "FILE", .doc = "file"},
    {.name = "--json", .doc = "print JSON"},
};
constexpr Command command{.name = "count",
                          .usage = "count MODEL [MORE] [options]",
                          .summary = "Count.",
                          .example = "pfsday count a.onnx",
                          .options = options,
                          .run = nullptr};

Result<Args> parsed(const std::vector<std::string>& words) { return parse(command, words); }

TEST(Parse, TakesOptionsAnywhere) {
  const Args args = *parsed({"--bind", "a=1", "model", "--json", "--bind=b=2", "-o", "out.svg"});
  EXPECT_EQ(args.positional(0), "model");
  EXPECT_THAT(args.all("--bind"), ElementsAre("a=1", "b=2"));
  EXPECT_TRUE(args.flag("--json"));
  EXPECT_EQ(args.value("--output"), "out.svg");
  EXPECT_EQ(args.value("-o"), "out.svg");
  EXPECT_EQ(args.choice("--by"), "op") << "the first choice is the default";
}

TEST(Parse, GivesEmptyValuesForWhatIsAbsent) {
  const Args args = *parsed({"model"});
  EXPECT_THAT(args.all("--bind"), IsEmpty());
  EXPECT_FALSE(args.flag("--json"));
  EXPECT_EQ(args.value("--output"), std::nullopt);
}

TEST(Parse, TellsPositionalArgumentsFromOptions) {
  EXPECT_THAT(parsed({"-"})->positionals(), ElementsAre("-"));
  EXPECT_THAT(parsed({"-5", "-.5"})->positionals(), ElementsAre("-5", "-.5"));
  EXPECT_THAT(parsed({"--json", "--", "--by"})->positionals(), ElementsAre("--by"));
  EXPECT_THAT(parsed({"--", "--", "-x"})->positionals(), ElementsAre("--", "-x"));
  EXPECT_THAT(parsed({"a b", ""})->positionals(), ElementsAre("a b", ""));
}

TEST(Parse, KeepsValuesAsTheyAre) {
  EXPECT_EQ(parsed({"m", "-o", "-5"})->value("-o"), "-5");
  EXPECT_EQ(parsed({"m", "-o", "[a,b]"})->value("-o"), "[a,b]");
  EXPECT_EQ(parsed({"m", "-oa"})->value("-o"), "a");
  EXPECT_EQ(parsed({"m", "-o", ""})->value("-o"), "");
  EXPECT_THAT(parsed({"m", "--bind=a="})->all("--bind"), ElementsAre("a="));
  EXPECT_EQ(parsed({"m", "--by=layer"})->choice("--by"), "layer");
}

TEST(Parse, ExplainsWrongUsage) {
  const struct {
    std::vector<std::string> words;
    std::string what, hint;
  } cases[] = {
      {{"m", "--jsn"}, "count: unknown option --jsn", "did you mean --json?"},
      {{"m", "--bynd=a=1"}, "count: unknown option --bynd", "did you mean --bind?"},
      {{"m", "--zebra"},
       "count: unknown option --zebra",
       "`pfsday count --help` lists its options"},
      {{"m", "-q"}, "count: unknown option -q", "did you mean -o?"},
      {{}, "count: an argument is missing", "usage: pfsday count MODEL [MORE] [options]"},
      {{"a", "b", "c"},
       "count: unexpected argument \"c\"",
       "usage: pfsday count MODEL [MORE] [options]"},
      {{"m", "--by"},
       "count: --by needs a value: op|layer|type",
       "usage: pfsday count MODEL [MORE] [options]"},
      {{"m", "--by=", "op"},
       "count: --by= needs a value",
       "usage: pfsday count MODEL [MORE] [options]"},
      {{"m", "--by", "layr"},
       "count: --by layr: it must be one of op|layer|type",
       "did you mean layer?"},
      {{"m", "--by", "op", "--by", "op"},
       "count: --by is given more than once",
       "usage: pfsday count MODEL [MORE] [options]"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const Result<Args> result = parsed(c.words);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, Code::usage);
    EXPECT_EQ(result.error().what, c.what);
    EXPECT_EQ(result.error().hint, c.hint);
  }
}

TEST(Parse, RefusesAValueOfAFlag) { EXPECT_FALSE(parsed({"m", "--json=no"}).has_value()); }

TEST(Parse, ReadsTheNumberOfArgumentsFromTheUsage) {
  Command any = command;
  any.usage = "count [RUN...] [options]";
  const std::vector<std::string> three{"a", "b", "c"};
  EXPECT_EQ(parse(any, three)->positionals().size(), 3U);
  EXPECT_TRUE(parse(any, {}).has_value());
  any.usage = "count RUN... [options]";
  EXPECT_FALSE(parse(any, {}).has_value());
}

}  // namespace
}  // namespace pfsday::cli
