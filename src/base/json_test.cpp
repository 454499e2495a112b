#include "base/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace pfsday {
namespace {

template <class T>
std::string json_of(const T& content) {
  JsonWriter json;
  json.value(content);
  std::string text = json.text();
  text.pop_back();
  return text;
}

TEST(Json, IndentsNestedObjectsAndArrays) {
  JsonWriter json;
  json.begin_object();
  json.member("schema", "pfsday.test/1").key("rows").begin_array();
  json.begin_object().member("n", 1).end_object().value(true).null();
  json.end_array();
  json.key("none").begin_array().end_array().key("empty").begin_object().end_object();
  json.end_object();
  EXPECT_EQ(json.text(), R"({
  "schema": "pfsday.test/1",
  "rows": [
    {
      "n": 1
    },
    true,
    null
  ],
  "none": [],
  "empty": {}
}
)");
}

TEST(Json, WritesScalars) {
  EXPECT_EQ(json_of(-7), "-7");
  EXPECT_EQ(json_of(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(json_of(false), "false");
  EXPECT_EQ(json_of("text"), "\"text\"");
  EXPECT_EQ(json_of(std::optional<int>()), "null");
  EXPECT_EQ(json_of(std::optional(3)), "3");
}

TEST(Json, WritesTheShortestDoubleThatReadsBack) {
  EXPECT_EQ(json_of(0.1), "0.1");
  EXPECT_EQ(json_of(1e25), "1e+25");
  EXPECT_EQ(json_of(8.64e19), "8.64e+19");
  EXPECT_EQ(json_of(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(json_of(-0.0), "-0");
  EXPECT_EQ(json_of(std::nan("")), "null");
  EXPECT_EQ(json_of(std::numeric_limits<double>::infinity()), "null");
}

TEST(Json, WritesIntegersOfAnySize) {
  JsonWriter json;
  json.digits("340282366920938463463374607431768211454");
  EXPECT_EQ(json.text(), "340282366920938463463374607431768211454\n");
}

TEST(Json, EscapesText) {
  EXPECT_EQ(json_of("a\"b\\c\nd\te\rf\x01g/"), R"("a\"b\\c\nd\te\rf\u0001g/")");
  EXPECT_EQ(json_of("µ 語 🙂"), "\"µ 語 🙂\"");
}

TEST(Json, ReplacesBytesThatAreNoUtf8) {
  const struct {
    std::string_view name, text, json;
  } cases[] = {
      {"lone lead", "a\xc3", "\"a\xef\xbf\xbd\""},
      {"lone tail", "\x80z", "\"\xef\xbf\xbdz\""},
      {"overlong", "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
      {"surrogate", "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
      {"too large", "\xf4\x90\x80\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(json_of(c.text), c.json);
  }
}

TEST(Json, WritesADocumentOnOneLine) {
  JsonWriter json(JsonStyle::line);
  json.begin_object().member("a", 1).key("b").begin_array().value("x y").value(2).end_array();
  EXPECT_EQ(json.end_object().text(), "{\"a\":1,\"b\":[\"x y\",2]}\n");
}

}  // namespace
}  // namespace pfsday
