#include "report/count_diff.h"

#include <gtest/gtest.h>

namespace pfsday::report {
namespace {

using units::Count;

TEST(CountDiff, ReadsPercentages) {
  EXPECT_EQ(parse_growth("1%")->billionths, Count(10'000'000));
  EXPECT_EQ(parse_growth(" 0.5 % ")->billionths, Count(5'000'000));
  EXPECT_EQ(parse_growth("0%")->billionths, Count(0));
  EXPECT_EQ(parse_growth("0.0000001%")->billionths, Count(1));
  for (const char* text : {"1", "", "%", "-1%", "1%%", "0.00000001%", "one %"}) {
    EXPECT_EQ(parse_growth(text).error().code, Code::usage) << text;
  }
}

TEST(CountDiff, ExceedsExactly) {
  const units::Uint128 large = units::Uint128{1} << 127U;
  const struct {
    std::string_view name;
    Change change;
    std::string_view growth;
    bool expected;
  } cases[] = {
      {"at the line", {.name = "", .a = 1000, .b = 1010}, "1%", false},
      {"one above it", {.name = "", .a = 1000, .b = 1011}, "1%", true},
      {"between integers, below", {.name = "", .a = 999, .b = 1008}, "1%", false},
      {"between integers, above", {.name = "", .a = 999, .b = 1009}, "1%", true},
      {"a tenth is no binary fraction", {.name = "", .a = 1000, .b = 1001}, "0.1%", false},
      {"less", {.name = "", .a = 1000, .b = 1}, "0%", false},
      {"none accepted", {.name = "", .a = 1000, .b = 1001}, "0%", true},
      {"from nothing", {.name = "", .a = 0, .b = 1}, "1000%", true},
      {"128 bits", {.name = "", .a = Count(large), .b = Count(large + 1)}, "100%", false},
      {"128 bits, above", {.name = "", .a = Count(large), .b = Count(large + 1)}, "0%", true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(exceeds(c.change, *parse_growth(c.growth)), c.expected) << c.name;
  }
}

TEST(CountDiff, RemarksOnWhatAReaderMustKnow) {
  CountDiff diff;
  EXPECT_EQ(diff_remarks(diff), "");
  diff.parameters = diff_parameters({{.name = "w", .shape = {2}, .numbers = 2}}, {});
  EXPECT_EQ(diff_remarks(diff),
            "B names no parameters; --parameter PATTERN says which inputs are.\n");
  diff.parameters = {};
  diff.a.counts.bounds = {{.node = "if", .kind = "larger_branch", .reason = ""}};
  EXPECT_EQ(diff_remarks(diff), "A takes the larger side of 1 branch: an upper bound.\n");
  diff.a = {};
  diff.b.is_step_in_file = true;
  EXPECT_EQ(diff_remarks(diff), "") << "nothing is computed again";
  diff.b.counts.passes[static_cast<std::size_t>(graph::Pass::recompute)].work.mul = 1;
  EXPECT_EQ(diff_remarks(diff),
            "The total of B holds what is computed again, that of A does not.\n");
}

/// A product that the program of B does twice, and A once.
CountDiff twice_in_b(bool tells_passes) {
  const auto use = [](graph::Pass pass, units::Count times) {
    count::ProductUse product{.product = {.batch = 1, .m = 4, .n = 3, .k = 2}};
    product.passes[static_cast<std::size_t>(pass)] = {.times = times,
                                                      .macs = units::Count(24) * times};
    return product;
  };
  InventoriedCount a{.report = {}, .inventory = {.products = {use(graph::Pass::forward, 1)}}};
  InventoriedCount b{.report = {}, .inventory = {.products = {use(graph::Pass::forward, 2)}}};
  if (tells_passes) b.inventory.products = {use(graph::Pass::data_gradient, 2)};
  b.report.format = "hlo";
  b.report.is_step_in_file = true;
  auto diff = diff_counts(std::move(a), std::move(b), {});
  EXPECT_TRUE(diff);
  EXPECT_EQ(diff->by, DiffBy::product) << "of two formats";
  return *std::move(diff);
}

TEST(CountDiff, WhatNoPassTellsIsNoAgreement) {
  const CountDiff silent = twice_in_b(false);
  EXPECT_FALSE(silent.products->agrees());
  EXPECT_TRUE(diff_agreement(silent).starts_with("The products agree if 24 multiply-adds"));
  const CountDiff told = twice_in_b(true);
  EXPECT_TRUE(diff_agreement(told).starts_with("The products differ: 0 multiply-adds of A and 24"))
      << "a program that tells its passes would say so";
}

}  // namespace
}  // namespace pfsday::report
