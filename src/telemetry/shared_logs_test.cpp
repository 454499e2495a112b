// The published samples of logs, where they are found: each is read, and the log's own figures are
// explained.

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "telemetry/trainer_use.h"

namespace pfsday::telemetry {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// The text of a sample; empty where the folder is missing.
std::string sample(const std::string& name) {
  const char* const shared = std::getenv("PFSDAY_SHARED");
  const auto path =
      std::filesystem::path(shared == nullptr ? "../shared" : shared) / "telemetry" / name;
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

#define SKIP_WITHOUT(text) \
  if ((text).empty()) GTEST_SKIP() << "PFSDAY_SHARED names no folder with this sample"

estimate::PeakInUse peak_of(std::string_view id) {
  return estimate::find_peak_in_use(*hardware::find_chip(id).value()).value();
}

// 5.791e10 operations for a token at 8,192 tokens of sequence are those of Llama 3 8B without its
// embedding, attention over all pairs; the share refers to 989 TFLOP/s.
TEST(SharedLogs, Torchtitan) {
  const std::string text = sample("training-logs/torchtitan.log");
  SKIP_WITHOUT(text);
  const auto log = read_log(text);
  ASSERT_TRUE(log.has_value());
  EXPECT_EQ(log->format, LogFormat::torchtitan);
  const ModelWork work =
      work_of_size({.parameters = 7504924672, .layers = 32, .hidden = 4096, .sequence = 8192})
          .value();
  const LoggedRun run = split_runs(*log).front();
  const auto result = assess(run, {.work = &work, .peak = peak_of("h100-sxm")});
  ASSERT_TRUE(result.has_value());
  EXPECT_NEAR(*result->steady.full, 0.2562, 1e-4);
  EXPECT_NEAR(*result->steady.full / *run.steps.front().logged.share, 1, 1e-3);
  EXPECT_NEAR(*run.log_peak, 989e12, 1e12);
  ASSERT_EQ(result->differences.size(), 2U);
  EXPECT_THAT(result->differences[0].reasons, Contains(HasSubstr("our count over all pairs")));
  EXPECT_THAT(result->differences[1].reasons, Contains(HasSubstr("the same peak")));
}

TEST(SharedLogs, Megatron) {
  const std::string text = sample("training-logs/megatron_cloudai.log");
  SKIP_WITHOUT(text);
  const auto log = read_log(text);
  ASSERT_TRUE(log.has_value());
  EXPECT_EQ(log->format, LogFormat::megatron);
  const LoggedRun run = split_runs(*log).front();
  EXPECT_EQ(run.performed(), 3);
  EXPECT_EQ(run.interval, 1);
  const double work_done = 490.0 * 15.8 + 494.6 * 15.639 + 500.6 * 15.4485;
  EXPECT_NEAR(*run.all().rate / 1e12, work_done / (15.8 + 15.639 + 15.4485), 1e-9);
  EXPECT_EQ(run.wall_seconds(), 30);
  const ModelWork work = work_of_size({.parameters = 1e9}).value();
  const auto result = assess(run, {.work = &work, .peak = peak_of("h100-sxm"), .chips = 256});
  ASSERT_TRUE(result.has_value());
  EXPECT_THAT(result->missing, Contains(HasSubstr("--seq")));
  EXPECT_NEAR(*result->steady.by_log, 0.5, 0.01);
}

// Two runs. The first steps of each are dispatched before they end: the log prints 917,442 TFLOP/s
// for one of them, and the mean of its rates is a thousand times too high.
TEST(SharedLogs, MaxText) {
  const std::string text = sample("training-logs/maxtext_tpu.log");
  SKIP_WITHOUT(text);
  const auto log = read_log(text);
  ASSERT_TRUE(log.has_value());
  const auto runs = split_runs(*log);
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].lines_of(StepKind::warm_up), 3U);
  EXPECT_NEAR(*runs[0].steady().rate / 1e12, 2 * 2265.17 / (11.715 + 11.645), 0.1);
  EXPECT_GT(*runs[0].all().mean_of_rates / *runs[0].all().rate, 500);
  EXPECT_NEAR(*runs[0].step_tokens, 49152, 2);
  EXPECT_NEAR(*runs[0].steps[0].logged.tokens / *runs[0].step_tokens, 32, 0.01);
  EXPECT_EQ(runs[1].lines_of(StepKind::warm_up), 2U);
  EXPECT_EQ(runs[1].lines_of(StepKind::steady), 8U);
  EXPECT_NEAR(*runs[1].steady().rate / 1e12,
              764.7 * 8 / (5.658 + 5.402 + 5.669 * 2 + 5.668 * 3 + 5.667), 0.1);
  EXPECT_NEAR(*runs[1].steps[0].logged.tokens / *runs[1].step_tokens, 4, 0.01);
  const auto result = assess(runs[0], {.peak = {.rate = 459e12}});
  ASSERT_TRUE(result.has_value());
  ASSERT_EQ(result->differences.size(), 1U);
  EXPECT_EQ(result->differences[0].what, "mean of the printed rates");
  EXPECT_THAT(result->differences[0].reasons, Contains(HasSubstr("dispatched before they end")));
}

TEST(SharedLogs, NvidiaSmi) {
  const std::string text = sample("nvidia-smi/h100-80gb-hbm3__590.48.01__load__query-gpu.csv");
  SKIP_WITHOUT(text);
  ASSERT_TRUE(is_nvidia_smi(text));
  const auto log = read_nvidia_smi(text);
  ASSERT_TRUE(log.has_value());
  EXPECT_EQ(log->busy, 1);
  EXPECT_EQ(log->clock_mhz, 1980);
  EXPECT_EQ(log->names.front(), "NVIDIA H100 80GB HBM3");
  const std::string mig = sample("nvidia-smi/h100-mig__590.48.01__load__query-gpu.csv");
  EXPECT_THAT(read_nvidia_smi(mig).error().hint, HasSubstr("MIG"));
}

}  // namespace
}  // namespace pfsday::telemetry
