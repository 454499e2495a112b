#include "importers/config/json.h"

#include <gtest/gtest.h>

namespace pfsday::config {
namespace {

TEST(ConfigurationJson, ReadsEveryKindOfValue) {
  const auto json = parse_json(R"({"a": 1, "b": [true, null, "x\"y"], "c": {"d": 2.5}})");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->find("a")->number, 1);
  EXPECT_TRUE(json->find("b")->items[0].flag);
  EXPECT_TRUE(json->find("b")->items[1].is_null());
  EXPECT_EQ(json->find("b")->items[2].text, "x\"y");
  EXPECT_EQ(json->find("c")->find("d")->number, 2.5);
  EXPECT_EQ(json->find("e"), nullptr);
}

TEST(ConfigurationJson, WordsOfPythonAreNull) {
  const auto json = parse_json(R"({"a": [Infinity, -Infinity, NaN], "b": "NaN \" Infinity"})");
  ASSERT_TRUE(json);
  for (const Json& item : json->find("a")->items) EXPECT_TRUE(item.is_null());
  EXPECT_EQ(json->find("b")->text, "NaN \" Infinity");
}

TEST(ConfigurationJson, RefusesWithOneFault) {
  std::string deep(most_json_depth + 1, '[');
  std::string many = "[0";
  for (std::size_t i = 0; i < most_json_values; ++i) many += ",0";
  const struct {
    std::string_view name;
    std::string text;
    Code code;
    std::string_view what;
  } cases[] = {
      {"cut off", "{\"a\": ", Code::model_malformed, "no JSON at byte"},
      {"twice", R"({"a": 1, "a": 2})", Code::model_malformed, "\"a\" stands twice"},
      {"huge", R"({"a": 1e999})", Code::model_malformed, "too large"},
      {"deep", deep, Code::limit_exceeded, "nested deeper than 32"},
      {"many", many + "]", Code::limit_exceeded, "more than 200000 values"},
      {"long", std::string(most_json_bytes + 1, ' '), Code::limit_exceeded, "more than 4 MiB"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto json = parse_json(c.text);
    ASSERT_FALSE(json);
    EXPECT_EQ(json.error().code, c.code);
    EXPECT_NE(json.error().what.find(c.what), std::string::npos) << json.error().what;
  }
}

}  // namespace
}  // namespace pfsday::config
