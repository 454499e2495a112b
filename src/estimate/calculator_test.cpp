#include "estimate/calculator.h"

#include <gmock/gmock.h>

#include "estimate/crosscheck.h"
#include "units/print.h"

namespace pfsday::estimate {
namespace {

using testing::HasSubstr;

/// Worked examples of the European Commission's guidelines for providers of general-purpose AI
/// models, C(2025) 5045, Annex A.3.
TEST(Calculate, WorkedExamplesOfTheGuidelines) {
  const struct {
    std::string_view name;
    CalculatorInputs inputs;
    std::string_view operations;
  } cases[] = {
      {"A", {.parameters = "3.8e9", .tokens = "3.3e12"}, "7.524e22"},
      {"B",
       {.chip = "a100-sxm4-40gb",
        .chip_hours = "200,000",
        .peak = "300 TFLOP/s",
        .utilization = "0.5"},
       "1.08e23"},
      {"C", {.parameters = "600M", .tokens = "36T"}, "1.296e23"},
      {"G", {.parameters = "2.6e9", .tokens = "61e9", .epochs = "164"}, "1.561e23"},
      {"H", {.chip_hours = "370k", .peak = "989e12", .utilization = "0.5:mfu"}, "6.587e23"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto run = calculate(c.inputs);
    ASSERT_TRUE(run) << to_string(run.error());
    const auto estimates = estimate_run(*run);
    ASSERT_TRUE(estimates);
    EXPECT_EQ(units::to_significant(estimates->headline()->operations.mid), c.operations);
  }
}

TEST(Calculate, BothMethodsAreCrosschecked) {
  const auto run = calculate({.parameters = "1e9",
                              .tokens = "9e12",
                              .chip = "h100-sxm",
                              .chip_hours = "370k chip-hours",
                              .utilization = "0.5"});
  const auto check = crosscheck(*run);
  ASSERT_TRUE(check);
  EXPECT_EQ(check->verdict, Verdict::conflict);
  EXPECT_EQ(units::to_significant(check->ratio->mid), "12.2");
  EXPECT_EQ(units::to_significant(check->implied_utilization->mid), "0.04097");
}

TEST(Calculate, AGpuWithoutUtilizationReachesAThirdAndSaysSo) {
  const auto run = calculate({.chip = "a100-pcie", .chips = "8", .days = "48 h"});
  const auto estimates = estimate_run(*run);
  EXPECT_DOUBLE_EQ(estimates->hardware->operations.mid, 8.0 * 2 * 86400 * 312e12 * 0.33);
  EXPECT_THAT(estimates->hardware->assumptions, testing::Contains(HasSubstr("assumed to be 0.33")));
}

TEST(Calculate, FaultsNameWhatIsMissing) {
  const struct {
    CalculatorInputs inputs;
    Code code;
    std::string_view says;
  } cases[] = {
      {{}, Code::usage, "nothing to estimate"},
      {{.parameters = "1e9"}, Code::run_input_missing, "the number of tokens"},
      {{.tokens = "1e9"}, Code::run_input_missing, "the number of parameters"},
      {{.chip = "h100-sxm"}, Code::run_input_missing, "the number of chips"},
      {{.chip = "h100", .chip_hours = "1"}, Code::chip_unknown, "has variants"},
      {{.chip = "tpu-v4", .chip_hours = "1"}, Code::run_input_missing, "the utilization"},
      {{.chip = "h100-sxm", .chip_hours = "1", .utilization = "1.2"},
       Code::utilization_out_of_range,
       "1.2"},
      {{.chip_hours = "1", .peak = "0"}, Code::quantity_malformed, "not more than zero"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.says);
    const auto run = calculate(c.inputs);
    ASSERT_FALSE(run);
    EXPECT_EQ(to_string(run.error().code), to_string(c.code));
    EXPECT_THAT(run.error().what, HasSubstr(c.says));
  }
}

}  // namespace
}  // namespace pfsday::estimate
