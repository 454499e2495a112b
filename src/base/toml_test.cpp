#include "base/toml.h"

#include <gmock/gmock.h>

namespace pfsday {
namespace {

using testing::HasSubstr;

TEST(ParseToml, KeepsValuesAndPlaces) {
  const auto table = parse_toml(R"(name = "a"
count = 3
share = 0.5
day = 2012-09-30
list = ["x", "y"]
[[layer]]
deep = true
)");
  ASSERT_TRUE(table);
  TomlReader in(*table, "file");
  EXPECT_EQ(in.text("name"), "a");
  EXPECT_EQ(in.integer_or("count", 0), 3);
  EXPECT_EQ(in.number("count"), 3);
  EXPECT_EQ(in.number("share"), 0.5);
  EXPECT_EQ(in.text("day"), "2012-09-30");
  EXPECT_EQ(in.find_texts("list")->size(), 2U);
  EXPECT_TRUE(in.holds_list("list"));
  EXPECT_EQ(in.text_or("absent", "b"), "b");
  EXPECT_EQ(in.find("share")->place.line, 3U);
  const auto layers = in.find_tables("layer");
  ASSERT_EQ(layers->size(), 1U);
  TomlReader layer(*layers->front(), "layer");
  EXPECT_EQ(layer.flag_or("deep", false), true);
  EXPECT_TRUE(in.finish());
}

TEST(ParseToml, FaultsNameLineAndColumn) {
  const struct {
    std::string_view name, text, says;
  } cases[] = {
      {"no value", "a = 1\nb =\n", "line 2:"},
      {"twice", "a = 1\na = 2\n", "not valid TOML"},
      {"a letter where a key begins", "\xcd\x82 = 1\n", "line 1:"},
      {"not UTF-8", "a = \"\xff\"\n", "not valid TOML"},
      {"no such day", "a = 2012-02-31\n", "not valid TOML"},
      {"open table", "[a\n", "line 1:"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto table = parse_toml(c.text);
    ASSERT_FALSE(table);
    EXPECT_EQ(table.error().code, Code::run_malformed);
    EXPECT_THAT(to_string(table.error()), HasSubstr(c.says));
  }
}

TEST(ParseToml, DeepNestingIsRefused) {
  EXPECT_FALSE(parse_toml("a = " + std::string(100000, '[')));
}

TEST(TomlReader, FaultsNameTheKeyAndTheTable) {
  const auto table = parse_toml("name = 3\nepoch = 90\nnumber = nan\n");
  TomlReader in(*table, "run");
  const auto wrong_type = in.text("name");
  ASSERT_FALSE(wrong_type);
  EXPECT_EQ(to_string(wrong_type.error()),
            "error[PFD301]: line 1:8: \"name\" of run is a number, not text");
  EXPECT_THAT(in.number("number").error().what, HasSubstr("is not finite"));
  const auto missing = in.text("id");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::run_input_missing);
  EXPECT_THAT(missing.error().what, HasSubstr("run lacks \"id\""));
  EXPECT_THAT(in.number("epochs").error().what, HasSubstr("unknown key \"epoch\""));
  const auto unknown = in.finish();
  ASSERT_FALSE(unknown);
  EXPECT_EQ(
      to_string(unknown.error()),
      "error[PFD302]: line 2:9: unknown key \"epoch\" in run\n  hint: did you mean \"epochs\"?");
}

}  // namespace
}  // namespace pfsday
