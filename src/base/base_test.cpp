#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/code.h"
#include "base/result.h"
#include "base/sha256.h"
#include "base/text.h"

namespace pfsday {
namespace {

Result<int> half_of(int n) {
  if (n % 2 != 0) return fail(Code::quantity_malformed, "odd", "give an even number");
  return n / 2;
}

Result<int> quarter_of(int n) { return half_of(TRY(half_of(n))); }

TEST(Result, TryPassesTheFaultOn) {
  EXPECT_EQ(*quarter_of(12), 3);
  EXPECT_EQ(quarter_of(6).error().what, "odd");
}

TEST(Error, PrintsCodePlaceCauseAndHint) {
  Error error{Code::dimension_unbound, "input \"x\" has no size", "pass --bind seq=128", {}};
  EXPECT_EQ(to_string(error),
            "error[PFD204]: input \"x\" has no size\n  hint: pass --bind seq=128");
  error.hint.clear();
  error.place = {.file = "a.toml", .line = 3, .column = 7};
  EXPECT_EQ(to_string(error), "error[PFD204]: a.toml:3:7: input \"x\" has no size");
  error.place = {.file = "a.onnx", .node = "h.0 (MatMul)"};
  EXPECT_EQ(to_string(error), "error[PFD204]: a.onnx: node h.0 (MatMul): input \"x\" has no size");
}

TEST(Error, InnerPlaceWins) {
  Result<int> fault = fail(Code::usage, "x");
  fault = in_file("outer", in_file("inner", fault));
  EXPECT_EQ(fault.error().place.file, "inner");
}

TEST(Code, IsFoundAsPrinted) {
  EXPECT_EQ(find_code("PFD204"), Code::dimension_unbound);
  EXPECT_EQ(find_code("pfd204"), Code::dimension_unbound);
  EXPECT_EQ(find_code("204"), Code::dimension_unbound);
  EXPECT_EQ(find_code("PFD999"), std::nullopt);
  EXPECT_EQ(find_code("PFD204x"), std::nullopt);
  EXPECT_EQ(find_code(to_string(Code::output_failed)), Code::output_failed);
  EXPECT_EQ(exit_code_of(Code::usage), 2);
  EXPECT_EQ(exit_code_of(Code::output_failed), 6);
  EXPECT_EQ(exit_code_of(Code::dimension_unbound), 1);
}

TEST(Text, Helpers) {
  EXPECT_EQ(trim("  a b\n"), "a b");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(split("a,,b", ',').size(), 3U);
  EXPECT_EQ(split("", ',').size(), 1U);
  const std::string_view verbs[] = {"count", "convert", "crosscheck"};
  EXPECT_EQ(nearest("cuont", verbs), "");
  EXPECT_EQ(nearest("coumt", verbs), "count");
  EXPECT_EQ(nearest("crosschek", verbs), "crosscheck");
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("µ×"), 2U);
  EXPECT_EQ(display_width("日本"), 4U);
}

TEST(Sha256, MatchesThePublishedVectors) {
  const std::string abc = "abc";
  EXPECT_EQ(sha256_of(std::as_bytes(std::span(abc))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Text, Globs) {
  const struct {
    std::string_view pattern, text;
    bool matches;
  } cases[] = {
      {"*", "", true},  {"a*c", "abbc", true},        {"a*c", "abbd", false},
      {"?", "", false}, {"*.bias", "h.0.bias", true}, {"h.*.w*", "h.12.weight", true},
      {"", "", true},   {"a", "ab", false},
  };
  for (const auto& c : cases) EXPECT_EQ(matches_glob(c.pattern, c.text), c.matches) << c.pattern;
}

TEST(Code, ListsEveryCode) {
  const std::vector<Code> codes = all_codes();
  EXPECT_EQ(codes.front(), Code::usage);
  EXPECT_THAT(codes, testing::Contains(Code::renderer_missing));
  EXPECT_TRUE(std::ranges::is_sorted(codes));
}

TEST(Text, WrapsAtSpaces) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrap("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrap("extraordinary a b", 4), (Lines{"extraordinary", "a b"}));
  EXPECT_EQ(wrap("a\n\nb", 10), (Lines{"a", "", "b"}));
}

TEST(Text, ReplacesControlCharacters) {
  EXPECT_EQ(to_printable("a\tb\n\x1b[0m\x7f"), "a\tb\n?[0m?");
  EXPECT_EQ(to_valid_utf8("\xff语"), "\xef\xbf\xbd语");
  EXPECT_EQ(display_width("\xff語"), 3U);
}

}  // namespace
}  // namespace pfsday
