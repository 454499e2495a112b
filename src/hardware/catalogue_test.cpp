// What must hold of every chip of the catalogue.
#include <gmock/gmock.h>

#include <cmath>
#include <set>
#include <string>

#include "hardware/chip.h"

namespace pfsday::hardware {
namespace {

using testing::AllOf;
using testing::Gt;
using testing::Le;
using testing::StartsWith;

constexpr double tolerance = 0.02;

double share_off(double a, double b) { return std::abs(a / b - 1); }

void check_source(const Source* source) {
  ASSERT_NE(source, nullptr);
  EXPECT_THAT(source->url, StartsWith("http"));
  EXPECT_FALSE(source->what.empty());
}

void check_figure(const std::optional<Figure>& figure, double least, double most) {
  if (!figure) return;
  EXPECT_THAT(figure->value, AllOf(testing::Ge(least), Le(most)));
  check_source(figure->source);
}

const Peak* peak_in(const Chip& chip, std::string_view format) {
  for (const Peak& peak : chip.peaks) {
    if (peak.format == format) return &peak;
  }
  return nullptr;
}

TEST(Catalogue, HasManyChips) { EXPECT_GE(chips().size(), 170U); }

TEST(Catalogue, EveryChipIsFoundByItsIdAndItsName) {
  std::set<std::string_view> ids;
  for (const Chip& chip : chips()) {
    SCOPED_TRACE(chip.id);
    EXPECT_TRUE(ids.insert(chip.id).second);
    for (const std::string_view name : {chip.id, chip.name}) {
      const auto found = find_chip(name);
      ASSERT_TRUE(found) << name << ": " << found.error().hint;
      EXPECT_EQ(*found, &chip);
    }
  }
}

/// An alias leads to its chip, or to an ambiguity that lists it.
TEST(Catalogue, EveryAliasLeadsToItsChip) {
  for (const Chip& chip : chips()) {
    for (const std::string_view alias : chip.aliases) {
      SCOPED_TRACE(alias);
      const auto found = find_chip(alias);
      if (found) {
        EXPECT_EQ(*found, &chip);
      } else {
        EXPECT_THAT(found.error().hint, testing::HasSubstr(chip.id));
      }
    }
  }
}

TEST(Catalogue, EveryFigureHasASourceAndASaneSize) {
  for (const Chip& chip : chips()) {
    SCOPED_TRACE(chip.id);
    EXPECT_FALSE(chip.vendor.empty() || chip.family.empty());
    EXPECT_GE(units::to_string(chip.released.date), "2006-01-01");
    EXPECT_LE(units::to_string(chip.released.date), "2026-12-31");
    check_source(chip.released.source);
    if (chip.memory) {
      EXPECT_THAT(chip.memory->bytes, AllOf(Gt(64e6), Le(1e12)));
      check_source(chip.memory->source);
    }
    check_figure(chip.bandwidth, 10e9, 100e15);
    check_figure(chip.tdp_watts, 5, 2500);
    check_figure(chip.price_dollars, 100, 50000);
    ASSERT_FALSE(chip.peaks.empty());
    EXPECT_NE(peak_in(chip, chip.default_format), nullptr);
    for (const Peak& peak : chip.peaks) {
      EXPECT_THAT(peak.operations_per_second, AllOf(Gt(30e9), Le(200e15))) << peak.format;
      check_source(peak.source);
    }
  }
}

TEST(Catalogue, APeakIsItsOperationsPerCycleTimesItsClock) {
  int checked = 0;
  for (const Chip& chip : chips()) {
    for (const Peak& peak : chip.peaks) {
      if (!peak.clock_mhz || !peak.operations_per_cycle) continue;
      const double product = *peak.operations_per_cycle * *peak.clock_mhz * 1e6;
      EXPECT_LT(share_off(product, peak.operations_per_second), tolerance)
          << chip.id << " " << peak.format;
      ++checked;
    }
  }
  EXPECT_GT(checked, 500);
}

/// Structured sparsity of 2 in 4 doubles the dense rate; where it is another factor, a note says
/// why.
TEST(Catalogue, ASparsePeakIsTwiceTheDenseOneOrANoteSaysWhyNot) {
  int checked = 0;
  for (const Chip& chip : chips()) {
    for (const Peak& peak : chip.peaks) {
      if (!peak.sparse) continue;
      ++checked;
      if (share_off(*peak.sparse, 2 * peak.operations_per_second) < tolerance) continue;
      EXPECT_THAT(peak.note, testing::HasSubstr("spars")) << chip.id << " " << peak.format;
    }
  }
  EXPECT_GT(checked, 200);
}

/// A narrower format is not slower where a chip has both, nor are matrix units than the others.
TEST(Catalogue, NarrowerFormatsAreNotSlower) {
  struct Exception {
    std::string_view chip, narrow, why;
  };
  static constexpr Exception exceptions[] = {
      {"b300-sxm", "int8", "int8 is nearly left out of Blackwell Ultra"},
      {"gb300", "int8", "int8 is nearly left out of Blackwell Ultra"},
      {"vr200", "int8", "int8 is nearly left out of Rubin"},
      {"mi100", "bf16", "its bf16 is half of fp16"},
  };
  constexpr std::pair<std::string_view, std::string_view> pairs[] = {
      {"fp64", "fp32"},        {"fp32", "tf32"},        {"fp32", "fp16"},
      {"fp32", "bf16"},        {"tf32", "bf16"},        {"fp16", "bf16"},
      {"fp16", "fp8"},         {"bf16", "fp8"},         {"fp8", "fp6"},
      {"fp6", "fp4"},          {"fp8", "fp4"},          {"bf16", "int8"},
      {"fp16", "int8"},        {"int8", "int4"},        {"fp64-vector", "fp64"},
      {"fp32-vector", "fp32"}, {"bf16-vector", "bf16"}, {"fp16-vector", "fp16"}};
  for (const Chip& chip : chips()) {
    for (const auto& [wide, narrow] : pairs) {
      const bool excepted = std::ranges::any_of(
          exceptions, [&](const Exception& e) { return e.chip == chip.id && e.narrow == narrow; });
      const Peak* slow = peak_in(chip, wide);
      const Peak* fast = peak_in(chip, narrow);
      if (excepted || slow == nullptr || fast == nullptr) continue;
      EXPECT_GE(fast->operations_per_second, slow->operations_per_second * (1 - tolerance))
          << chip.id << ": " << narrow << " against " << wide;
    }
  }
}

/// The check values of the rule: 989.4 x 16 and 312 x 16.
TEST(Catalogue, TotalProcessingPerformanceIsThatOfTheRule) {
  const auto of = [](std::string_view id, std::string_view format) {
    return total_processing_performance(*find_peak(**find_chip(id), format));
  };
  EXPECT_NEAR(of("h100-sxm", "bf16"), 15830, 1);
  EXPECT_NEAR(of("a100-sxm4-80gb", "bf16"), 4992, 1e-6);
  EXPECT_NEAR(total_processing_performance(**find_chip("a100-sxm4-80gb")), 4992, 1e-6);
  EXPECT_NEAR(total_processing_performance(**find_chip("h20")), 2368, 1e-6);
}

}  // namespace
}  // namespace pfsday::hardware
