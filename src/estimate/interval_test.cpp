// Intervals of estimates, from amounts that are not known exactly.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>

#include "estimate/calculator.h"
#include "estimate/method.h"
#include "estimate/run.h"

namespace pfsday::estimate {
namespace {

using testing::HasSubstr;

/// Two phases by hardware time, with these utilizations.
std::string two_phases(std::string_view first, std::string_view second) {
  std::string text = "schema = \"pfsday.run/1\"\nid = \"two\"\nname = \"Two\"\n";
  for (const auto& [name, chips, utilization] :
       {std::tuple("pretrain", 100, first), std::tuple("rl", 300, second)}) {
    text += fmt::format(
        "[[phase]]\nname = \"{}\"\n[phase.hardware]\npeak = 1e15\ncount = {}\ndays = 10\n"
        "utilization = {}\n",
        name, chips, utilization);
  }
  return text;
}

Result<Estimates> estimate_text(const std::string& text) {
  const Run run = TRY(parse_run(text));
  return estimate_run(run, {.uncertainty = {.samples = 100'000}});
}

TEST(Interval, OfAProductIsExact) {
  const auto run = calculate({.parameters = "3e9 to 4e9", .tokens = "3.3e12"});
  ASSERT_TRUE(run) << to_string(run.error());
  const Estimate estimate = *estimate_run(*run)->counting();
  EXPECT_NEAR(estimate.operations.low.value() / (6 * 3e9 * 3.3e12), 1, 1e-12);
  EXPECT_NEAR(estimate.operations.mid / (6 * std::sqrt(12) * 1e9 * 3.3e12), 1, 1e-12);
  EXPECT_NEAR(estimate.operations.high.value() / (6 * 4e9 * 3.3e12), 1, 1e-12);
  ASSERT_TRUE(estimate.interval);
  EXPECT_FALSE(estimate.interval->sampled);
  EXPECT_EQ(estimate.interval->budget.at(0).label, "parameters");
  EXPECT_THAT(estimate.formula, HasSubstr("x (3e9 to 4e9) parameters x 3.3e12 tokens"));
}

TEST(Interval, IsAbsentWhereAllIsExact) {
  const auto run = calculate({.parameters = "3e9", .tokens = "3.3e12"});
  const Estimate estimate = *estimate_run(*run)->counting();
  EXPECT_FALSE(estimate.operations.low);
  EXPECT_FALSE(estimate.operations.high);
  EXPECT_FALSE(estimate.interval);
}

TEST(Interval, EveryInputOfACalculatorMayBeUncertain) {
  const struct {
    std::string_view label;
    CalculatorInputs inputs;
  } cases[] = {
      {"parameters", {.parameters = "1 to 2", .tokens = "3"}},
      {"tokens", {.parameters = "1", .tokens = "3 +- 10%"}},
      {"epochs", {.parameters = "1", .tokens = "3", .epochs = "~2"}},
      {"chips", {.chips = "8 to 9", .days = "5", .peak = "1e12", .utilization = "0.5"}},
      {"days", {.chips = "8", .days = "5 to 6 days", .peak = "1e12", .utilization = "0.5"}},
      {"chip-hours", {.chip_hours = "8k to 9k", .peak = "1e12", .utilization = "0.5"}},
      {"operations/s of one chip at its peak",
       {.chip_hours = "8", .peak = "300 to 312 TFLOP/s", .utilization = "0.5"}},
      {"utilization", {.chip_hours = "8", .peak = "1e12", .utilization = "0.3 to 0.5"}},
      {"utilization (mfu)", {.chip_hours = "8", .peak = "1e12", .utilization = "0.3 to 0.5:mfu"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.label);
    const auto run = calculate(c.inputs);
    ASSERT_TRUE(run) << to_string(run.error());
    const auto estimates = estimate_run(*run, {.uncertainty = {.samples = 1000}});
    ASSERT_TRUE(estimates);
    const Estimate* headline = estimates->headline();
    ASSERT_TRUE(headline->interval);
    EXPECT_EQ(headline->interval->budget.at(0).label, c.label);
    EXPECT_LT(headline->operations.low.value(), headline->operations.mid);
    EXPECT_GT(headline->operations.high.value(), headline->operations.mid);
  }
}

TEST(Interval, OfASumOfPhasesIsSampled) {
  const auto estimates = estimate_text(two_phases("\"0.3 to 0.5\"", "\"0.2 to 0.4\""));
  ASSERT_TRUE(estimates) << to_string(estimates.error());
  const Estimate& total = estimates->hardware.value();
  ASSERT_TRUE(total.interval && total.interval->sampled);
  ASSERT_EQ(total.interval->budget.size(), 2);
  EXPECT_EQ(total.interval->budget[0].label, "rl: utilization");
  EXPECT_EQ(total.interval->budget[1].label, "pretrain: utilization");
  EXPECT_THAT(total.formula, HasSubstr("pretrain: 100 chips"));
}

/// Of one variable, the sum is the product of the variable with 400 chips: exact, and as wide.
TEST(Interval, ASharedNameIsOneVariable) {
  const std::string_view share = "{value = \"0.3 to 0.5\", as = \"utilization\"}";
  const auto estimates = estimate_text(two_phases(share, share));
  ASSERT_TRUE(estimates) << to_string(estimates.error());
  const Estimate& total = estimates->hardware.value();
  EXPECT_FALSE(total.interval.value().sampled);
  EXPECT_NEAR(total.operations.high.value() / (400 * 10 * 86400 * 1e15 * 0.5), 1, 1e-12);
  EXPECT_EQ(total.interval->budget.at(0).label, "utilization");

  const auto unlike =
      estimate_text(two_phases(share, "{value = \"0.3 to 0.6\", as = \"utilization\"}"));
  ASSERT_FALSE(unlike);
  EXPECT_EQ(unlike.error().code, Code::run_malformed);
  EXPECT_THAT(unlike.error().what, HasSubstr("stands for two different amounts"));
}

TEST(Interval, AUtilizationCountsAsOneAboveOne) {
  const auto run = calculate({.chip_hours = "1", .peak = "1", .utilization = "0.3 to 0.9"});
  const auto estimates = estimate_run(*run, {.uncertainty = {.level = 0.99, .samples = 100'000}});
  ASSERT_TRUE(estimates);
  const Estimate& estimate = estimates->hardware.value();
  EXPECT_TRUE(estimate.interval.value().sampled);
  EXPECT_NEAR(estimate.operations.high.value(), 3600, 1e-8);
  EXPECT_THAT(
      estimate.assumptions,
      testing::Contains("the utilization counts as 1 in the 2.5 % of cases where 0.3 to 0.9 "
                        "is more"));
  const auto narrow = calculate({.chip_hours = "1", .peak = "1", .utilization = "0.3 to 0.5"});
  EXPECT_FALSE(estimate_run(*narrow)->hardware->interval.value().sampled)
      << "one value in 10^9 is above 1";
}

TEST(Interval, ReachesTheEndOfNumbers) {
  const auto run =
      calculate({.parameters = "1e-150 to 1e150", .tokens = "1e200", .epochs = "1e60"});
  ASSERT_TRUE(run);
  const auto estimates = estimate_run(*run);
  ASSERT_FALSE(estimates);
  EXPECT_THAT(estimates.error().what, HasSubstr("is too large"));
}

}  // namespace
}  // namespace pfsday::estimate
