#include "hardware/chip.h"

#include <gmock/gmock.h>

#include "hardware/name.h"

namespace pfsday::hardware {
namespace {

using testing::HasSubstr;

TEST(Names, AreReducedToWhatTellsChipsApart) {
  const struct {
    std::string_view name, key;
  } cases[] = {
      {"NVIDIA A100-SXM4-40GB", "a100-sxm4-40gb"},
      {"NVIDIA A100 SXM4 40 GB", "a100-sxm4-40gb"},
      {"Tesla V100-SXM2-16GB", "v100-sxm2-16gb"},
      {"GeForce GTX 1080 Ti", "gtx-1080-ti"},
      {"TITAN X (Pascal)", "titan-x-pascal"},
      {"  TPU  v4 ", "tpu-v4"},
      {"gb", "gb"},
      {"NVIDIA", ""},
      {"", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(key_of(c.name), c.key) << c.name;
}

TEST(Chips, AreFoundAsPeopleAndLogsWriteThem) {
  const struct {
    std::string_view name, id;
  } cases[] = {
      {"H100-SXM", "h100-sxm"},
      {"NVIDIA H100 80GB HBM3", "h100-sxm"},
      {"NVIDIA H100 PCIe", "h100-pcie"},
      {"A100-SXM4-40GB", "a100-sxm4-40gb"},
      {"NVIDIA A100-PCIE-40GB", "a100-pcie"},
      {"NVIDIA A100 80GB PCIe", "a100-pcie-80gb"},
      {"NVIDIA GH200 480GB", "gh200-96gb"},
      {"NVIDIA A100-PG509-200", "a100-sxm4-40gb"},
      {"NVIDIA B300 (Blackwell Ultra)", "b300-sxm"},
      {"Tesla V100-SXM2-32GB", "v100-sxm2-32gb"},
      {"v100-sxm2", "v100-sxm2"},
      {"Tesla K40m", "k40"},
      {"NVIDIA GeForce RTX 3090", "rtx-3090"},
      {"TPU v4", "tpu-v4"},
      {"TPU v5 lite", "tpu-v5e"},
      {"AMD Instinct MI300X", "mi300x"},
      {"Trn2", "trainium2"},
  };
  for (const auto& c : cases) {
    const auto chip = find_chip(c.name);
    ASSERT_TRUE(chip) << c.name << ": " << chip.error().hint;
    EXPECT_EQ((*chip)->id, c.id) << c.name;
  }
}

TEST(Chips, AmbiguousAndUnknownNamesAreFaultsThatSayWhatIsNear) {
  const struct {
    std::string_view name, what, hint;
  } cases[] = {
      {"h100", "chip \"h100\" has variants", "name one: h100-sxm, h100-pcie, h100-nvl"},
      {"NVIDIA H100", "has variants", "h100-sxm, h100-pcie"},
      {"a100-sxm4", "has variants", "a100-sxm4-40gb, a100-sxm4-80gb"},
      {"Titan X", "has variants", "gtx-titan-x, titan-x-pascal"},
      {"TPU v5", "has variants", "tpu-v5e, tpu-v5p"},
      {"h100-sxn", "is not in the catalogue", "did you mean \"h100-sxm\"?"},
      {"abacus", "is not in the catalogue", "state its peak rate"},
      {"NVIDIA", "is not in the catalogue", "state its peak rate"},
      {"", "is not in the catalogue", "state its peak rate"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto chip = find_chip(c.name);
    ASSERT_FALSE(chip);
    EXPECT_EQ(chip.error().code, Code::chip_unknown);
    EXPECT_THAT(chip.error().what, HasSubstr(c.what));
    EXPECT_THAT(chip.error().hint, HasSubstr(c.hint));
  }
}

TEST(Peaks, AreThoseOfTheFormatOrOfTheDefaultOne) {
  const Chip& h100 = **find_chip("h100-sxm");
  EXPECT_EQ(find_peak(h100)->format, "bf16");
  EXPECT_EQ(find_peak(h100)->operations_per_second, 989.4e12);
  EXPECT_EQ(find_peak(h100)->clock_mhz, 1830);
  EXPECT_EQ(find_peak(h100, "FP8")->operations_per_second, 1979e12);
  EXPECT_EQ(find_peak(h100, "fp8")->sparse, 3958e12);
  EXPECT_EQ(find_peak(**find_chip("k40"))->format, "fp32");
}

TEST(Peaks, AFormatThatIsNotListedIsAFault) {
  const auto peak = find_peak(**find_chip("gtx-580"), "bf16");
  ASSERT_FALSE(peak);
  EXPECT_EQ(peak.error().code, Code::chip_unknown);
  EXPECT_THAT(peak.error().hint, HasSubstr("it lists fp64, fp32"));
}

}  // namespace
}  // namespace pfsday::hardware
