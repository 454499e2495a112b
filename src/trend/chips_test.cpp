#include "trend/chips.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "hardware/chip.h"

namespace pfsday::trend {
namespace {

TEST(ReadChips, FindsTheHeadingsOfBothKindsOfTables) {
  const std::string_view tables[] = {
      "hardware,release_date,price_usd,fp32,fp16,tensor_fp16,tdp_w,memory_bytes,mem_bw\n"
      "A100,2020-05-14,$15000.00,1.95e13,7.8e13,3.12e14,400,8e10,2.039e12\n",
      "Hardware name,Release date,Release price (USD),FP32 (single precision) performance (FLOP/s),"
      "FP16 (half precision) performance (FLOP/s),Tensor-FP16/BF16 performance (FLOP/s),TDP (W),"
      "Memory (bytes),Memory bandwidth (byte/s)\n"
      "A100,2020-05-14,15000,19500000000000.0,7.8e13,3.12e14,400.0,8e10,2.039e12\n"};
  for (const std::string_view csv : tables) {
    const auto table = read_chips(csv);
    ASSERT_TRUE(table) << to_string(table.error());
    ASSERT_EQ(table->chips.size(), 1U);
    const Chip& chip = table->chips[0];
    EXPECT_EQ(chip.name, "A100");
    EXPECT_EQ(units::to_string(*chip.released), "2020-05-14");
    EXPECT_EQ(*chip.dollars, 15000);
    EXPECT_EQ(*chip.watts, 400);
    EXPECT_EQ(*chip.memory_bytes, 8e10);
    EXPECT_EQ(*chip.bytes_per_second, 2.039e12);
    EXPECT_EQ(*chip.peak("fp32"), 1.95e13);
    EXPECT_EQ(*chip.peak("fp16"), 7.8e13);
    EXPECT_EQ(*chip.peak("tensor-fp16"), 3.12e14);
    EXPECT_FALSE(chip.peak("int8"));
    EXPECT_FALSE(chip.peak("fp128"));
  }
}

TEST(ReadChips, CountsEveryRow) {
  const auto table = *read_chips("hardware,release_date,fp32\nA,,1e12\nB,soon,1e12\nC,2020,1\n");
  ASSERT_EQ(table.chips.size(), 2U);
  EXPECT_FALSE(table.chips[0].released);
  ASSERT_EQ(table.faulty.size(), 1U);
  EXPECT_EQ(table.faulty[0].line, 3U);
  EXPECT_EQ(read_chips("size,date\n").error().code, Code::column_missing);
}

/// FP32 grows tenfold a year, the price doubles, power stays.
std::vector<Chip> chips() {
  std::vector<Chip> all;
  for (int i = 0; i < 6; ++i) {
    Chip chip{.name = std::to_string(i), .released = units::Date{18262 + 300 * i}};
    const double years = units::years_since_2020(*chip.released);
    chip.dollars = 1000 * std::exp2(years);
    chip.watts = 300;
    chip.peaks[1] = 1e12 * std::pow(10, years);
    all.push_back(std::move(chip));
  }
  Chip undated{.name = "undated"};
  undated.peaks[1] = 5e12;
  all.push_back(std::move(undated));
  return all;
}

const ChipTrend& find(const std::vector<ChipTrend>& trends, std::string_view what,
                      std::string_view per) {
  return *std::ranges::find_if(
      trends, [&](const ChipTrend& trend) { return trend.what == what && trend.per == per; });
}

TEST(ChipTrends, AreOfEachFigureAloneAndOfItsRatios) {
  const auto trends = *chip_trends(chips(), {}, {});
  EXPECT_NEAR(find(trends, "fp32", "").fit->factor_per_year, 10, 1e-9);
  EXPECT_NEAR(find(trends, "fp32", "dollar").fit->factor_per_year, 5, 1e-9);
  EXPECT_NEAR(find(trends, "fp32", "watt").fit->factor_per_year, 10, 1e-9);
  EXPECT_NEAR(find(trends, "price", "").fit->factor_per_year, 2, 1e-9);
  EXPECT_EQ(find(trends, "power", "").fit->factor_per_year, 1);
  EXPECT_EQ(find(trends, "fp32", "").n, 6U);
  EXPECT_EQ(trends.size(), 5U);  // nothing of what no chip states
}

TEST(ChipTrends, KeepToTheWindowAndLeaveOut) {
  const auto trends = *chip_trends(
      chips(),
      {.from = units::Date{18262 + 300}, .to = units::Date{18262 + 900}, .leave_out = {"2"}}, {});
  EXPECT_EQ(find(trends, "fp32", "").n, 2U);
  EXPECT_FALSE(find(trends, "fp32", "").fit);
  EXPECT_EQ(chip_trends(chips(), {.leave_out = {"7"}}, {}).error().code, Code::usage);
}

// Each peak of the catalogue is of a format that trends know.
TEST(CatalogueChips, HaveDatesAndAllTheirPeaks) {
  const auto all = catalogue_chips();
  for (const hardware::Format& format : hardware::formats()) {
    EXPECT_NE(std::ranges::find(chip_formats, format.name), chip_formats.end()) << format.name;
  }
  EXPECT_GT(all.size(), 10U);
  for (const Chip& chip : all) {
    EXPECT_TRUE(chip.released) << chip.name;
    EXPECT_TRUE(std::ranges::any_of(chip.peaks, [](const auto& peak) { return peak.has_value(); }))
        << chip.name;
  }
}

}  // namespace
}  // namespace pfsday::trend
