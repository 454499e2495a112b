#include "importers/config/keys.h"

#include <gtest/gtest.h>

namespace pfsday::config {
namespace {

Json parse(std::string_view text) {
  auto json = parse_json(text);
  EXPECT_TRUE(json);
  return json ? *std::move(json) : Json{};
}

TEST(ConfigurationKeys, AlternativesDefaultsAndNull) {
  const Json json = parse(R"({"n_embd": 8, "a": null, "f": false, "t": "x", "l": [1, 2],
                              "text_config": {"hidden_size": 4}, "whole": 3.0})");
  const Keys in(json);
  EXPECT_EQ(in.size("hidden_size|n_embd"), 8);
  EXPECT_EQ(in.size_or("a", 5), 5);
  EXPECT_EQ(in.size("whole"), 3);
  EXPECT_FALSE(in.flag("f", true));
  EXPECT_EQ(in.text_or("t", ""), "x");
  EXPECT_EQ(in.sizes("l"), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(in.inner("text_config").size("hidden_size"), 4);
  EXPECT_FALSE(in.has_fault());
}

TEST(ConfigurationKeys, DefaultsStandBehindWhatIsThere) {
  const Json json = parse(R"({"a": 1, "b": null})");
  const Json defaults = parse(R"({"a": 7, "b": 8, "c": 9})");
  const Keys in = Keys(json).with_defaults(defaults);
  EXPECT_EQ(in.size("a"), 1);
  EXPECT_EQ(in.size("b"), 8);
  EXPECT_EQ(in.size("c"), 9);
}

TEST(ConfigurationKeys, NotesTheFirstFault) {
  const struct {
    std::string_view name, text;
    Code code;
    std::string_view what, hint;
  } cases[] = {
      {"missing", R"({"hiden_size": 8})", Code::configuration_incomplete,
       "\"hidden_size\" is missing", "\"hiden_size\" is spelled most like it"},
      {"a text", R"({"hidden_size": "8"})", Code::configuration_unsupported,
       "\"hidden_size\" is \"8\", not a whole number from 1 to 2^24", ""},
      {"a fraction", R"({"hidden_size": 8.5})", Code::configuration_unsupported,
       "\"hidden_size\" is 8.5, not a whole number from 1 to 2^24", ""},
      {"zero", R"({"hidden_size": 0})", Code::configuration_unsupported,
       "\"hidden_size\" is 0, not a whole number from 1 to 2^24", ""},
      {"huge", R"({"hidden_size": 1e30})", Code::configuration_unsupported,
       "\"hidden_size\" is 1e+30, not a whole number from 1 to 2^24", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Json json = parse(c.text);
    const Keys in(json);
    in.size("hidden_size");
    in.size("another");
    const auto fault = in.take_fault();
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->code, c.code);
    EXPECT_EQ(fault->what, c.what);
    EXPECT_EQ(fault->hint, c.hint);
  }
}

TEST(ConfigurationKeys, TellsWhatNobodyAskedFor) {
  const Json json = parse(R"({"hidden_size": 8, "use_magic": true, "off": false, "nothing": null,
                              "attention_dropout": 0.1, "inner": {"x": 1, "y": 2}})");
  const Keys in(json);
  in.size("hidden_size");
  in.inner("inner").size("x");
  EXPECT_EQ(in.unused(), (std::vector<std::string>{"use_magic", "inner.y"}));
}

}  // namespace
}  // namespace pfsday::config
