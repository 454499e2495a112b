#include "hardware/chip.h"

#include <gmock/gmock.h>

#include <set>

namespace pfsday::hardware {
namespace {

using testing::HasSubstr;

TEST(Chips, EachHasAnIdOfItsOwnAPeakAndASource) {
  std::set<std::string> ids;
  for (const Chip& chip : chips()) {
    SCOPED_TRACE(chip.id);
    EXPECT_TRUE(ids.insert(chip.id).second);
    EXPECT_THAT(chip.source, testing::StartsWith("https://"));
    EXPECT_TRUE(chip.kind == "gpu" || chip.kind == "tpu");
    ASSERT_FALSE(chip.peaks.empty());
    for (const Peak& peak : chip.peaks) EXPECT_GT(peak.operations_per_second, 1e12);
  }
  EXPECT_THAT(
      ids, testing::IsSupersetOf({"gtx-580", "gtx-titan-black", "gtx-titan-x", "k20", "k40", "k80",
                                  "v100-sxm2", "a100-sxm4-40gb", "a100-sxm4-80gb", "a100-pcie",
                                  "h100-sxm", "h100-pcie", "h200-sxm", "tpu-v3", "tpu-v4"}));
}

TEST(Chips, AreFoundByIdInAnyCase) {
  const Chip& chip = **find_chip("H100-SXM");
  EXPECT_EQ(chip.id, "h100-sxm");
  EXPECT_EQ(find_peak(chip)->format, "bf16");
  EXPECT_EQ(find_peak(chip)->operations_per_second, 989.4e12);
  EXPECT_EQ(find_peak(chip, "FP8")->operations_per_second, 1979e12);
  EXPECT_EQ(find_peak(**find_chip("k40"))->format, "fp32");
}

TEST(Chips, FaultsSayWhatIsNear) {
  const struct {
    std::string_view id, what, hint;
  } cases[] = {
      {"h100", "chip \"h100\" has variants", "name one: h100-sxm, h100-pcie"},
      {"a100-sxm4", "has variants", "a100-sxm4-40gb, a100-sxm4-80gb"},
      {"h100-sxn", "is not in the catalogue", "did you mean \"h100-sxm\"?"},
      {"abacus", "is not in the catalogue", "state its peak rate"},
      {"", "is not in the catalogue", "state its peak rate"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.id);
    const auto chip = find_chip(c.id);
    ASSERT_FALSE(chip);
    EXPECT_EQ(chip.error().code, Code::chip_unknown);
    EXPECT_THAT(chip.error().what, HasSubstr(c.what));
    EXPECT_THAT(chip.error().hint, HasSubstr(c.hint));
  }
}

TEST(Chips, AFormatThatIsNotListedIsAFault) {
  const auto peak = find_peak(**find_chip("gtx-580"), "bf16");
  ASSERT_FALSE(peak);
  EXPECT_EQ(peak.error().code, Code::chip_unknown);
  EXPECT_THAT(peak.error().hint, HasSubstr("fp32"));
}

}  // namespace
}  // namespace pfsday::hardware
