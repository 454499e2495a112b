#include "telemetry/log.h"

#include <gmock/gmock.h>

#include "telemetry/line.h"

namespace pfsday::telemetry {
namespace {

using testing::HasSubstr;

TEST(Line, HoldsNumbersAsPeopleWriteThem) {
  const struct {
    std::string_view line, key;
    std::optional<double> value;
  } cases[] = {
      {"tps: 4,376  mfu: 25.62%", "tps:", 4376},
      {"tps: 4,376  mfu: 25.62%", "mfu:", 25.62},
      {"seconds: 5.402, TFLOP/s/device: 141.542, x: 1", "seconds:", 5.402},
      {"seconds: 5.402, TFLOP/s/device: 141.542, x: 1", "TFLOP/s/device:", 141.542},
      {"rate: 490.0/495.2 |", "rate:", 490},
      {"loss: 4.134000E-07 |", "loss:", 4.134e-07},
      {"my_step: 1 step: 2", "step:", 2},
      {"mfu: N/A", "mfu:", std::nullopt},
      {"mfu: inf", "mfu:", std::nullopt},
      {"mfu: 1e999", "mfu:", std::nullopt},
      {"mfu:", "mfu:", std::nullopt},
      {"tps: 5", "mfu:", std::nullopt},
      {"n: 11111111111111111111111111111111111111111", "n:", std::nullopt},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.line);
    EXPECT_EQ(find_number(c.line, c.key), c.value);
  }
  EXPECT_EQ(find_whole("step: 1.5", "step:"), std::nullopt);
  EXPECT_EQ(find_whole("step: -1", "step:"), std::nullopt);
}

TEST(Line, BeginsWithARankAndATime) {
  EXPECT_EQ(find_rank("[rank3]:[titan] step"), 3);
  EXPECT_EQ(find_rank("12: completed step"), 12);
  EXPECT_EQ(find_rank("2026-01-01 completed"), std::nullopt);
  EXPECT_EQ(find_clock("[1970-01-02 00:00:01] x"), 86401);
  EXPECT_NEAR(find_clock("2026/07/14 08:12:53.353, x").value_or(0) -
                  find_clock("2026-07-14 08:12:53,100 - x").value_or(0),
              0.253, 1e-6);
  EXPECT_EQ(find_clock("2026-02-30 08:12:53"), std::nullopt);
  EXPECT_EQ(find_clock("2026-02-3"), std::nullopt);
}

TEST(Line, LosesItsColors) {
  EXPECT_EQ(without_colors("\x1b[31mstep: \x1b[38;2;180;60;0m1\x1b[39m"), "step: 1");
  EXPECT_EQ(without_colors("a\x1b"), "a");
  EXPECT_EQ(without_colors("a\x1b[31"), "a");
}

TEST(TrainingLog, IsToldByItsLines) {
  const struct {
    std::string_view name, text;
    LogFormat format;
    double rate;
  } cases[] = {
      {"Megatron",
       "x\n iteration 5/ 100 | elapsed time per iteration (ms): 15800.0 | throughput per GPU "
       "(TFLOP/s/GPU): 490.0 | global batch size:  2048 | lm loss: 1.3E+01 |",
       LogFormat::megatron, 490e12},
      {"older Megatron",
       " iteration 5/ 100 | elapsed time per iteration (ms): 15800.0 | TFLOPs: 49.0 |",
       LogFormat::megatron, 49e12},
      {"torchtitan", "step: 20  loss: 11.8  tps: 4,376  tflops: 253.41  mfu: 25.62%",
       LogFormat::torchtitan, 253.41e12},
      {"MaxText", "completed step: 3, seconds: 5.402, TFLOP/s/device: 141.542, loss: 1",
       LogFormat::maxtext, 141.542e12},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto log = read_log(c.text);
    ASSERT_TRUE(log.has_value());
    EXPECT_EQ(log->format, c.format);
    ASSERT_EQ(log->steps.size(), 1U);
    EXPECT_NEAR(log->steps[0].rate.value_or(0) / c.rate, 1, 1e-12);
  }
}

TEST(TrainingLog, LeavesOutWhatItCannotUse) {
  const auto log = read_log(
      "[rank1]: step: 1  tps: 10\n"
      "[rank0]: step: 1  tps: 11\r[rank1]: step: 2  tps: 12\n"
      "step: 3  tps: \n"
      "completed step: 3, seconds: 5\n");
  ASSERT_TRUE(log.has_value());
  EXPECT_EQ(log->format, LogFormat::torchtitan);
  EXPECT_EQ(log->steps.size(), 2U);
  EXPECT_EQ(log->steps[1].line, 2U);
  EXPECT_EQ(log->other_ranks, 1U);
  EXPECT_EQ(log->cut_off, 1U);
  EXPECT_EQ(log->other_formats, 1U);
  EXPECT_EQ(log->lines, 4U);
}

TEST(TrainingLog, SaysWhatItLacks) {
  EXPECT_THAT(read_log("hello\nworld\n").error().what, HasSubstr("no line is one"));
  EXPECT_THAT(read_log("").error().what, HasSubstr("no line is one"));
  EXPECT_THAT(read_log("completed step: 3, seco").error().what, HasSubstr("is cut off"));
  EXPECT_EQ(read_log("completed step: 3, seco").error().code, Code::log_without_steps);
}

}  // namespace
}  // namespace pfsday::telemetry
