#include "cli/progress.h"

#include <gtest/gtest.h>

namespace pfsday::cli {
namespace {

TEST(Progress, SaysHowMuchIsLeft) {
  EXPECT_EQ(progress_text(120, 1072, "models", 1), "120 of 1,072 models (11 %), about 8 s left");
  EXPECT_EQ(progress_text(1, 2, "models", 90), "1 of 2 models (50 %), about 1 min 30 s left");
  EXPECT_EQ(progress_text(1, 3, "models", 5400), "1 of 3 models (33 %), about 3 h 0 min left");
}

Progress::Time now;
Progress::Time fake_now() { return now; }

/// What stands on standard error after two of three steps of `seconds` each.
std::string shown_after_two_steps(bool is_terminal, int seconds) {
  Session session(Output(), {}, Output(), {.is_terminal = is_terminal});
  Progress progress(session, 3, "models", fake_now);
  for (int i = 0; i < 2; ++i) {
    now += std::chrono::seconds(seconds);
    progress.step();
  }
  return std::string(session.error().buffered());
}

TEST(Progress, IsShownOnATerminalAfterASecond) {
  EXPECT_EQ(shown_after_two_steps(true, 3),
            "1 of 3 models (33 %), about 6 s left"
            "\r\033[K"
            "2 of 3 models (66 %), about 3 s left");
  EXPECT_EQ(shown_after_two_steps(true, 0), "");
  EXPECT_EQ(shown_after_two_steps(false, 3), "");
}

TEST(Progress, LeavesNothingBehind) {
  Session session(Output(), {}, Output(), {.is_terminal = true});
  {
    Progress progress(session, 3, "models", fake_now);
    now += std::chrono::seconds(2);
    progress.step();
  }
  EXPECT_TRUE(session.error().buffered().ends_with("left\r\033[K"));
}

}  // namespace
}  // namespace pfsday::cli
