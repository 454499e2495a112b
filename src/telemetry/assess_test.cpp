#include "telemetry/assess.h"

#include <gmock/gmock.h>

namespace pfsday::telemetry {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

LoggedRun megatron_run() {
  std::vector<LoggedStep> steps;
  for (int i = 1; i <= 4; ++i) {
    steps.push_back({.step = i, .seconds = 4, .rate = 153.6e12, .examples = 512});
  }
  return split_runs({.format = LogFormat::megatron, .steps = std::move(steps)}).front();
}

/// 1e9 parameters, and as much again for attention over all pairs.
ModelWork work_of_test(Recomputed recomputed = Recomputed::unknown) {
  return work_of_size({.parameters = 1e9,
                       .layers = 16,
                       .hidden = 2048,
                       .sequence = 6e9 / (12.0 * 16 * 2048),
                       .recomputed = recomputed})
      .value();
}

TEST(ModelWork, OfASizeIsThatOfPalm) {
  const auto work =
      work_of_size({.parameters = 7504924672, .layers = 32, .hidden = 4096, .sequence = 8192});
  ASSERT_TRUE(work.has_value());
  EXPECT_DOUBLE_EQ(work->full, 6 * 7504924672.0 + 12.0 * 32 * 4096 * 8192);
  EXPECT_DOUBLE_EQ(work->causal, 6 * 7504924672.0 + 6.0 * 32 * 4096 * 8193);
  EXPECT_FALSE(work->executed_over_model.has_value());
  EXPECT_DOUBLE_EQ(*work_of_test(Recomputed::all).executed_over_model, 4.0 / 3);
  EXPECT_NEAR(*work_of_test(Recomputed::attention).executed_over_model, 1 + 0.5 / 3, 1e-12);
  EXPECT_FALSE(work_of_size({.parameters = 1e9, .layers = 32}).has_value());
  EXPECT_THAT(work_of_size({.parameters = 1e9})->notes, Contains(HasSubstr("is left out")));
}

TEST(Assess, DividesOurCountByThePeak) {
  const ModelWork work = work_of_test(Recomputed::all);
  const auto result = assess(
      megatron_run(),
      {.work = &work, .peak = {.format = "bf16", .rate = 1e15}, .chips = 256, .sequence = 100});
  ASSERT_TRUE(result.has_value());
  const double tokens = 512 * 100 / (4.0 * 256);
  EXPECT_DOUBLE_EQ(*result->steady.tokens_per_second, tokens);
  EXPECT_DOUBLE_EQ(*result->steady.full, tokens * 12e9 / 1e15);
  EXPECT_NEAR(*result->steady.causal, tokens * 9e9 / 1e15, 1e-6);
  EXPECT_DOUBLE_EQ(*result->steady.by_log, 0.1536);
  EXPECT_NEAR(*result->hfu->mid, *result->steady.full * 4 / 3, 1e-12);
  EXPECT_DOUBLE_EQ(*result->performed_tokens, 4 * 512 * 100);
  EXPECT_DOUBLE_EQ(*result->performed_operations, 4 * 512 * 100 * 12e9);
  EXPECT_THAT(result->missing, IsEmpty());
  ASSERT_EQ(result->differences.size(), 1U);
  EXPECT_DOUBLE_EQ(result->differences[0].log, 153.6e12 * 4 * 256 / (512 * 100));
}

TEST(Assess, SaysWhatItLacks) {
  const auto result = assess(megatron_run(), {});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->missing.size(), 4U);
  EXPECT_FALSE(result->steady.full || result->performed_operations || result->hfu);
  EXPECT_DOUBLE_EQ(*result->steady.sums.rate, 153.6e12);
}

TEST(Assess, RefusesMoreThanThePeak) {
  const ModelWork work = work_of_test();
  const auto result = assess(
      megatron_run(),
      {.work = &work, .peak = {.format = "bf16", .rate = 1e11}, .chips = 256, .sequence = 100});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, Code::utilization_out_of_range);
}

}  // namespace
}  // namespace pfsday::telemetry
