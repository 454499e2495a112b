#include "count/symbolic.h"

#include <gtest/gtest.h>

#include <bit>

namespace pfsday::count {
namespace {

/// A model whose forward pass has that many multiply-adds.
CountAt model(std::function<std::int64_t(const Sizes&)> macs) {
  return [macs = std::move(macs)](const Sizes& sizes) -> Result<Counts> {
    const std::int64_t n = macs(sizes);
    if (n < 0) return fail(Code::shapes_disagree, "no such size");
    Counts counts;
    counts.passes[0].work = ops::mul_adds(n);
    counts.total.work = ops::mul_adds(n);
    return counts;
  };
}

std::string text_of(const Symbolic& symbolic, const ResidueClass& one) {
  return one.fault.empty() ? to_string(one.polynomial, symbolic.names) : one.fault;
}

TEST(Symbolic, Polynomials) {
  const struct {
    std::string text;
    std::function<std::int64_t(std::int64_t b, std::int64_t s)> macs;
  } cases[] = {
      {"0", [](auto, auto) { return 0; }},
      {"7*b*s", [](auto b, auto s) { return 7 * b * s; }},
      {"64*b*s + 2*b*s^2", [](auto b, auto s) { return b * (64 * s + 2 * s * s); }},
      {"3*b^2 + 5*s^4", [](auto b, auto s) { return 3 * b * b + 5 * s * s * s * s; }},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto symbolic = find_formulas({"b", "s"}, model([&](const Sizes& sizes) {
                                          return c.macs(sizes.at("b"), sizes.at("s"));
                                        }));
    ASSERT_TRUE(symbolic) << to_string(symbolic.error());
    const Formula& macs = symbolic->formula(0, Figure::macs);
    ASSERT_TRUE(macs.is_polynomial());
    EXPECT_EQ(text_of(*symbolic, macs.classes[0]), c.text);
    EXPECT_EQ(symbolic->ranges[1].from, 1);
    EXPECT_EQ(symbolic->ranges[1].to, 0);
    EXPECT_GT(symbolic->fresh, 0U);
    EXPECT_EQ(symbolic->formula(Symbolic::total, Figure::macs), macs);
  }
}

TEST(Symbolic, RoundedStrides) {
  for (const std::int64_t period : {2, 3, 4, 12, 32}) {
    SCOPED_TRACE(period);
    const auto symbolic = find_formulas(
        {"s"}, model([&](const Sizes& sizes) { return 10 * (sizes.at("s") / period + 1); }));
    ASSERT_TRUE(symbolic) << to_string(symbolic.error());
    const Formula& macs = symbolic->formula(0, Figure::macs);
    EXPECT_EQ(macs.periods, (std::vector<std::int64_t>{period}));
    ASSERT_EQ(macs.classes.size(), static_cast<std::size_t>(period));
    const std::int64_t at[] = {1000 * period + period - 1};
    EXPECT_EQ(evaluate(macs.classes.back().polynomial, at), Rational(10 * 1001));
  }
}

TEST(Symbolic, TwoSizesThatAreRounded) {
  const auto symbolic = find_formulas({"h", "w"}, model([](const Sizes& sizes) {
                                        return ((sizes.at("h") + 1) / 2) * (sizes.at("w") / 3);
                                      }));
  ASSERT_TRUE(symbolic) << to_string(symbolic.error());
  const Formula& macs = symbolic->formula(0, Figure::macs);
  EXPECT_EQ(macs.periods, (std::vector<std::int64_t>{2, 3}));
  ASSERT_EQ(macs.classes.size(), 6U);
  EXPECT_EQ(text_of(*symbolic, macs.classes[0]), "1/6*h*w");
  EXPECT_EQ(macs.classes[5].residues, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(text_of(*symbolic, macs.classes[5]), "-1/3 - 1/3*h + 1/6*w + 1/6*h*w");
}

TEST(Symbolic, SizesThatTheModelRefuses) {
  const auto symbolic = find_formulas(
      {"s"}, model([](const Sizes& sizes) { return sizes.at("s") % 4 == 0 ? sizes.at("s") : -1; }));
  ASSERT_TRUE(symbolic) << to_string(symbolic.error());
  const Formula& macs = symbolic->formula(0, Figure::macs);
  ASSERT_EQ(macs.classes.size(), 4U);
  EXPECT_EQ(text_of(*symbolic, macs.classes[0]), "s");
  EXPECT_EQ(text_of(*symbolic, macs.classes[1]), "no such size");
}

TEST(Symbolic, Ranges) {
  const struct {
    std::string_view name;
    std::function<std::int64_t(std::int64_t)> macs;
    Range range;
  } cases[] = {
      {"few positions", [](auto s) { return s <= 20 ? s : -1; }, {1, 20}},
      {"very few positions", [](auto s) { return s <= 8 ? s * s : -1; }, {1, 8}},
      {"a window of 256", [](auto s) { return s * std::min<std::int64_t>(s, 256); }, {256, 0}},
      {"large images only", [](auto s) { return s >= 40 ? s : -1; }, {40, 0}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto symbolic =
        find_formulas({"s"}, model([&](const Sizes& sizes) { return c.macs(sizes.at("s")); }));
    ASSERT_TRUE(symbolic) << to_string(symbolic.error());
    EXPECT_EQ(symbolic->ranges[0].from, c.range.from);
    EXPECT_EQ(symbolic->ranges[0].to, c.range.to);
  }
}

TEST(Symbolic, Refusals) {
  const struct {
    std::string_view name;
    std::function<std::int64_t(std::int64_t a, std::int64_t b)> macs;
    Code code;
  } cases[] = {
      {"logarithm", [](auto a, auto) { return a * std::bit_width(static_cast<std::uint64_t>(a)); },
       Code::no_formula},
      {"period beyond 32", [](auto a, auto) { return a / 37; }, Code::no_formula},
      {"larger of two", [](auto a, auto b) { return std::max(a, b); }, Code::no_formula},
      {"sizes that must agree", [](auto a, auto b) { return a == b ? a : -1; }, Code::no_formula},
      {"never valid", [](auto, auto) { return -1; }, Code::shapes_disagree},
      {"too many classes",
       [](auto a, auto b) { return (a / 31) * (a / 31) * (b / 29) * (b / 29) * (b / 29); },
       Code::limit_exceeded},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto symbolic = find_formulas({"a", "b"}, model([&](const Sizes& sizes) -> std::int64_t {
                                          return c.macs(sizes.at("a"), sizes.at("b"));
                                        }));
    ASSERT_FALSE(symbolic);
    EXPECT_EQ(symbolic.error().code, c.code) << to_string(symbolic.error());
  }
}

/// 31 x 29 classes of 3 x 4 points each are not begun.
TEST(Symbolic, WhatTakesTooManyCountsIsNotBegun) {
  std::size_t counted = 0;
  const auto symbolic = find_formulas({"a", "b"}, model([&](const Sizes& sizes) {
                                        const std::int64_t a = sizes.at("a") / 31;
                                        const std::int64_t b = sizes.at("b") / 29;
                                        ++counted;
                                        return a * a * b * b * b;
                                      }));
  ASSERT_FALSE(symbolic);
  EXPECT_EQ(symbolic.error().code, Code::limit_exceeded);
  EXPECT_LT(counted, most_counts / 10);
}

TEST(Symbolic, AFigureMayLackAFormula) {
  const auto symbolic = find_formulas({"s"}, [](const Sizes& sizes) -> Result<Counts> {
    Counts counts;
    const auto s = static_cast<std::uint64_t>(sizes.at("s"));
    counts.passes[0].work = {.mul = s,
                             .compare = s * static_cast<std::uint64_t>(std::bit_width(s))};
    return counts;
  });
  ASSERT_TRUE(symbolic) << to_string(symbolic.error());
  EXPECT_TRUE(symbolic->formula(0, Figure::mul).found());
  EXPECT_FALSE(symbolic->formula(0, Figure::compare).found());
  EXPECT_NE(symbolic->formula(0, Figure::compare).reason, "");
}

TEST(Symbolic, AFigureMayBeginLater) {
  const auto symbolic = find_formulas({"s"}, [](const Sizes& sizes) -> Result<Counts> {
    const std::int64_t s = sizes.at("s");
    Counts counts;
    counts.passes[0].work = {.mul = s, .compare = s < 200 ? 0 : s * s};
    return counts;
  });
  ASSERT_TRUE(symbolic) << to_string(symbolic.error());
  EXPECT_EQ(symbolic->ranges[0].from, 1);
  EXPECT_TRUE(symbolic->formula(0, Figure::mul).ranges.empty());
  const Formula& compare = symbolic->formula(0, Figure::compare);
  EXPECT_EQ(text_of(*symbolic, compare.classes[0]), "s^2");
  EXPECT_EQ(compare.ranges, (std::vector<Range>{{.from = 200, .to = 0}}));
}

TEST(Symbolic, WithoutNames) {
  const auto symbolic = find_formulas({}, model([](const Sizes&) { return 12; }));
  ASSERT_TRUE(symbolic) << to_string(symbolic.error());
  EXPECT_EQ(text_of(*symbolic, symbolic->formula(0, Figure::macs).classes[0]), "12");
  EXPECT_EQ(symbolic->counted, 1U);
}

}  // namespace
}  // namespace pfsday::count
