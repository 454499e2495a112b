#include "trend/drivers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace pfsday::trend {
namespace {

constexpr std::string_view chip_table =
    "id,hardware,fp32,fp16,tf32,tensor_fp16,int8\n"
    "1,Chip A,1e12,9e12,,,\n"  // fp16 counts for TPUs only
    "2,Chip B,1e13,,,1e14,\n"
    "3,Google TPU v1,,,,,9.2e13\n"
    "4,Google TPU v3,,1.23e14,,,\n"
    "5,Chip B 80,,,2e14,,\n"
    "6,Nothing,,,,,4e12\n";

TEST(ReadChipPeaks, TakesTheFormatThatTrainingUses) {
  const auto peaks = *read_chip_peaks(chip_table);
  EXPECT_EQ(find_peak(peaks, "Chip A"), 1e12);
  EXPECT_EQ(find_peak(peaks, "Chip B"), 1e14);
  EXPECT_EQ(find_peak(peaks, "Chip B 80 GB"), 2e14);
  EXPECT_EQ(find_peak(peaks, "Google TPU v1"), 9.2e13);
  EXPECT_EQ(find_peak(peaks, "Google TPU v3"), 1.23e14);
  EXPECT_EQ(find_peak(peaks, "Nothing"), std::nullopt);
  EXPECT_EQ(find_peak(peaks, "Chip"), std::nullopt);
  EXPECT_EQ(find_peak(catalogue_peaks(), "Google TPU v4"), 275e12);
  EXPECT_EQ(read_chip_peaks("a,b\n1,2\n").error().code, Code::column_missing);
}

std::vector<System> systems() {
  std::vector<System> all;
  for (int i = 0; i < 6; ++i) {
    System system{.id = std::to_string(i), .date = {18000 + 300 * i}};
    system.amount(Quantity::compute) = Amount{1e20 * std::pow(7, i) * (i % 2 == 0 ? 1 : 1.7)};
    system.hardware = {i < 3 ? "Chip A" : "Chip B"};
    system.chips = 8 * std::pow(3, i);
    if (i != 1) system.hours = 100 + 50 * i;
    all.push_back(system);
  }
  all[5].hardware.emplace_back("Chip A");
  all[4].hardware = {"unheard of"};
  return all;
}

TEST(SplitDrivers, SlopesOfTheCompleteCasesAddUp) {
  const auto all = systems();
  const auto decisions = *decide(all, {}, Quantity::compute);
  const Drivers drivers = *split_drivers(all, decisions, *read_chip_peaks(chip_table), {});
  ASSERT_EQ(drivers.each.size(), 4U);
  EXPECT_EQ(drivers.each[0].n, 6U);
  EXPECT_EQ(drivers.each[1].n, 4U);  // one of several types, one unknown
  EXPECT_EQ(drivers.each[2].n, 5U);
  EXPECT_EQ(drivers.each[3].n, 0U);
  EXPECT_NEAR(drivers.each[0].fit->line.slope, std::log10(3) * 365.25 / 300, 1e-12);
  EXPECT_FALSE(drivers.each[3].fit);
  EXPECT_EQ(drivers.several_types, 1U);
  EXPECT_THAT(drivers.unknown_chips, testing::ElementsAre("unheard of"));
  ASSERT_TRUE(drivers.complete);
  EXPECT_EQ(drivers.complete->n, 3U);
  double sum = 0, shares = 0;
  for (const auto& part : drivers.complete->parts) sum += part.slope, shares += part.share;
  EXPECT_NEAR(sum, drivers.complete->slope, 1e-12);
  EXPECT_NEAR(shares, 1, 1e-12);
}

TEST(SplitDrivers, NeedsThreeDates) {
  const std::vector<System> none;
  EXPECT_EQ(split_drivers(none, {}, {}, {}).error().code, Code::too_few_points);
}

}  // namespace
}  // namespace pfsday::trend
