#include "telemetry/trainer_use.h"

#include <gmock/gmock.h>

namespace pfsday::telemetry {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

const ModelWork& billion() {
  static const ModelWork work = work_of_size({.parameters = 1e9}).value();
  return work;
}

TEST(TrainerState, IsKeptAsReported) {
  const auto state = read_trainer_state(
      R"({"global_step": 10, "total_flos": 6e18, "num_input_tokens_seen": 1000000000,
          "log_history": [{"step": 5}, {"train_runtime": 100, "train_samples_per_second": 20}]})");
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(state->samples, 2000);
  const auto use = assess(*state, {.work = &billion(), .peak = {.rate = 1e15}, .chips = 100});
  ASSERT_TRUE(use.has_value());
  EXPECT_DOUBLE_EQ(*use->operations, 6e18);
  EXPECT_DOUBLE_EQ(*use->full, 0.6);
  EXPECT_DOUBLE_EQ(*use->by_log, 0.6);
  EXPECT_DOUBLE_EQ(*use->implied_tokens, 1e9);
  EXPECT_THAT(use->warnings, IsEmpty());
  EXPECT_THAT(use->missing, IsEmpty());
}

TEST(TrainerState, WarnsOfPixels) {
  const auto by_tokens = read_trainer_state(
      R"({"global_step": 10, "total_flos": 6e18, "num_input_tokens_seen": 1000000})");
  ASSERT_TRUE(by_tokens.has_value());
  EXPECT_THAT(assess(*by_tokens, {.work = &billion()})->warnings,
              Contains(HasSubstr("each pixel value as a token")));
  const auto by_samples = read_trainer_state(
      R"({"total_flos": 6e18,
          "log_history": [{"train_runtime": 100, "train_samples_per_second": 20}]})");
  ASSERT_TRUE(by_samples.has_value());
  EXPECT_THAT(assess(*by_samples, {.work = &billion()})->warnings,
              Contains(HasSubstr("pixels as tokens")));
  EXPECT_THAT(assess(*by_samples, {})->warnings, Contains(HasSubstr("kept as reported")));
}

TEST(TrainerState, RefusesWhatIsNone) {
  for (const std::string_view text : {"{\"global_step\": 1", "[1]"}) {
    EXPECT_EQ(read_trainer_state(text).error().code, Code::log_malformed) << text;
  }
  for (const std::string_view text :
       {"{}", "{\"total_flos\": -1}", "{\"global_step\": \"x\"}", "{\"total_flos\": 1e99}"}) {
    EXPECT_EQ(read_trainer_state(text).error().code, Code::log_without_steps) << text;
  }
  EXPECT_TRUE(is_trainer_state(" {\"epoch\": 1, \"global_step\": 2}"));
  EXPECT_FALSE(is_trainer_state("global_step {"));
  EXPECT_FALSE(is_trainer_state("{\"model\": 1}"));
}

TEST(SmiLog, IsAnUpperBound) {
  const std::string_view text =
      "timestamp, name, index, utilization.gpu [%], clocks.current.sm [MHz]\n"
      "2026/07/14 08:12:50.000, H100, 0, 100 %, 1980 MHz\n"
      "2026/07/14 08:12:50.000, H100, 1, 50 %, 1980 MHz\n"
      "timestamp, name, index, utilization.gpu [%], clocks.current.sm [MHz]\n"
      "2026/07/14 08:13:50.500, H100, 0, [N/A], 1905 MHz\n"
      "2026/07/14 08:13:50.500, H100, 1, 60 %, 1905 MHz\n"
      "2026/07/14 08:14:50\n";
  ASSERT_TRUE(is_nvidia_smi(text));
  const auto log = read_nvidia_smi(text);
  ASSERT_TRUE(log.has_value());
  EXPECT_DOUBLE_EQ(log->busy, 0.7);
  EXPECT_EQ(log->samples, 3U);
  EXPECT_EQ(log->without, 1U);
  EXPECT_EQ(log->cut_off, 1U);
  EXPECT_EQ(log->devices, 2U);
  EXPECT_EQ(log->clock_mhz, 1980);
  EXPECT_DOUBLE_EQ(*log->seconds, 60.5);
  const auto use = assess(*log, {.peak = {.rate = 1e15}});
  ASSERT_TRUE(use.has_value());
  EXPECT_FALSE(use->bound.low.has_value());
  EXPECT_DOUBLE_EQ(use->bound.high, 0.7);
  EXPECT_DOUBLE_EQ(*use->operations, 0.7 * 2 * 60.5 * 1e15);
  // A chip above the clock of its peak does more than its peak.
  EXPECT_NEAR(assess(*log, {.peak = {.rate = 1e15, .clock_mhz = 1830}})->bound.high,
              0.7 * 1980 / 1830, 1e-12);
}

TEST(SmiLog, SaysWhyThereIsNone) {
  const auto mig = read_nvidia_smi("index, utilization.gpu [%]\n0, [N/A]\n");
  ASSERT_FALSE(mig.has_value());
  EXPECT_THAT(mig.error().hint, HasSubstr("MIG"));
  EXPECT_FALSE(read_nvidia_smi("index, power.draw [W]\n0, 5 W\n").has_value());
  EXPECT_FALSE(is_nvidia_smi("index, power.draw [W]\n"));
}

}  // namespace
}  // namespace pfsday::telemetry
