#include "telemetry/run_log.h"

#include <gmock/gmock.h>

namespace pfsday::telemetry {
namespace {

using testing::ElementsAre;

/// A step of MaxText that does 120 TFLOP and 4,000 tokens on each device.
LoggedStep step_of(std::int64_t number, double seconds, std::string loss = "") {
  return {.step = number,
          .seconds = seconds,
          .tokens_per_second = 4000 / seconds,
          .rate = 120e12 / seconds,
          .loss = std::move(loss)};
}

LoggedRun run_of(std::vector<LoggedStep> steps, LogFormat format = LogFormat::maxtext) {
  auto runs = split_runs({.format = format, .steps = std::move(steps)});
  EXPECT_EQ(runs.size(), 1U);
  return runs.front();
}

std::vector<StepKind> kinds_of(const LoggedRun& run) {
  std::vector<StepKind> kinds;
  for (const PlacedStep& step : run.steps) kinds.push_back(step.kind);
  return kinds;
}

TEST(LoggedRun, SumsWorkOverTimeAndNeverRates) {
  const LoggedRun run = run_of({step_of(0, 30), step_of(1, 0.004), step_of(2, 2), step_of(3, 2),
                                step_of(4, 8), step_of(5, 2), step_of(6, 2)});
  using enum StepKind;
  EXPECT_THAT(kinds_of(run),
              ElementsAre(warm_up, warm_up, warm_up, warm_up, warm_up, steady, steady));
  const StepSums all = run.all();
  EXPECT_DOUBLE_EQ(*all.seconds, 46.004);
  EXPECT_DOUBLE_EQ(*all.rate, 7 * 120e12 / 46.004);
  EXPECT_DOUBLE_EQ(*all.tokens_per_second, 7 * 4000 / 46.004);
  EXPECT_GT(*all.mean_of_rates, 4e15);
  EXPECT_DOUBLE_EQ(*run.steady().rate, 60e12);
  EXPECT_DOUBLE_EQ(*run.token_operations(), 3e10);
}

TEST(LoggedRun, TellsSlowStepsFromWarmUp) {
  std::vector<LoggedStep> steps;
  for (int i = 0; i < 20; ++i) steps.push_back(step_of(i, i == 0 ? 9 : 2));
  steps[15] = step_of(15, 7);
  const LoggedRun run = run_of(steps);
  EXPECT_EQ(run.lines_of(StepKind::warm_up), 1U);
  EXPECT_EQ(run.lines_of(StepKind::slow), 1U);
  EXPECT_EQ(run.lines_of(StepKind::steady), 18U);
  EXPECT_EQ(run_of({step_of(0, 1), step_of(1, 9)}).lines_of(StepKind::steady), 2U);
}

TEST(LoggedRun, CountsTheStepsBetweenLines) {
  const LoggedRun run =
      run_of({step_of(1, 2), step_of(10, 2), step_of(20, 2), step_of(30, 2), step_of(60, 2)});
  EXPECT_EQ(run.interval, 10);
  EXPECT_EQ(run.performed(), 1 + 9 + 10 + 10 + 10);
  EXPECT_EQ(run.missing, 20);
  EXPECT_EQ(run.redone, 0);
}

TEST(LoggedRun, CountsWhatARestartDoesAgain) {
  auto steps = std::vector{step_of(10, 2, "9"),   step_of(20, 2, "8"),   step_of(30, 2, "7"),
                           step_of(20, 2, "8.1"), step_of(30, 2, "7.1"), step_of(40, 2, "6")};
  const LoggedRun run = run_of(steps);
  ASSERT_EQ(run.restarts.size(), 1U);
  EXPECT_EQ(run.restarts[0].from, 30);
  EXPECT_EQ(run.restarts[0].to, 20);
  EXPECT_EQ(run.performed(), 60);
  EXPECT_EQ(run.redone, 20);
  EXPECT_EQ(run.useful(), 40);
}

TEST(LoggedRun, LeavesOutLinesThatRepeatAStep) {
  const LoggedRun ranks = run_of({step_of(1, 2, "9"), step_of(1, 2.1, "9"), step_of(2, 2, "8"),
                                  step_of(1, 2.2, "9"), step_of(2, 2, "8")});
  EXPECT_EQ(ranks.steps.size(), 2U);
  EXPECT_EQ(ranks.duplicates, 3U);
  EXPECT_TRUE(ranks.restarts.empty());
  // The same loss, but later: deterministic training began anew.
  auto steps = std::vector{step_of(1, 2, "9"), step_of(2, 2, "8"), step_of(1, 2, "9")};
  for (std::size_t i = 0; i < steps.size(); ++i)
    steps[i].clock = static_cast<std::int64_t>(100 * i);
  EXPECT_EQ(run_of(steps).restarts.size(), 1U);
  EXPECT_EQ(run_of(steps).wall_seconds(), 200);
}

TEST(LoggedRun, EndsWhereAnotherModelBegins) {
  auto other = step_of(0, 1, "11");
  other.rate = 60e12;
  const auto runs =
      split_runs({.format = LogFormat::maxtext, .steps = {step_of(0, 2), step_of(1, 2), other}});
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].steps.size(), 2U);
  EXPECT_EQ(runs[1].restarts.size(), 0U);
  // A figure of the last line that is cut off makes no other model.
  auto cut = step_of(1, 2, "9");
  cut.tokens_per_second = 20;
  EXPECT_EQ(run_of({step_of(0, 2, "10"), cut, step_of(0, 2, "11")}).restarts.size(), 1U);
}

// torchtitan prints tokens per second and no time: lines count by the time of equal steps.
TEST(LoggedRun, WeighsRatesByTheTimeThatTheyImply) {
  const auto line = [](std::int64_t step, double tokens) {
    return LoggedStep{
        .step = step, .tokens_per_second = tokens, .rate = tokens * 6e9, .share = 0.4};
  };
  const LoggedRun run = run_of({line(10, 1000), line(20, 2000)}, LogFormat::torchtitan);
  EXPECT_FALSE(run.all().seconds.has_value());
  EXPECT_DOUBLE_EQ(*run.all().tokens_per_second, 20 / (10 / 1000.0 + 10 / 2000.0));
  EXPECT_DOUBLE_EQ(*run.token_operations(), 6e9);
  EXPECT_DOUBLE_EQ(*run.log_peak, 1000 * 6e9 / 0.4);
}

}  // namespace
}  // namespace pfsday::telemetry
