// How much a suite of proofs has checked: one line at its end, which `./test` shows.
//
//   class Primitives : public testing::TestWithParam<...> {
//     static void TearDownTestSuite() { checks.print("primitives"); }
//     static inline Checks checks;
//   };
//   checks.sample("dot", 3);            // the fourth sample of dot
//   checks.expect(work_holds(...));     // one comparison
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <string>

#include "units/count.h"

namespace pfsday {

class Checks {
 public:
  /// Samples are the same in each test of a suite, and count once.
  void sample(const std::string& of, std::size_t index) {
    std::size_t& samples = samples_[of];
    samples = std::max(samples, index + 1);
  }
  void expect(const testing::AssertionResult& result) {
    ++comparisons_;
    EXPECT_TRUE(result);
  }
  /// "checked: 38,000 samples of 190 primitives, 912,000 comparisons"
  void print(std::string_view subjects) const {
    std::size_t samples = 0;
    for (const auto& [subject, count] : samples_) samples += count;
    std::cout << fmt::format("checked: {} samples of {} {}, {} comparisons\n",
                             units::to_grouped(samples), samples_.size(), subjects,
                             units::to_grouped(comparisons_));
  }

 private:
  std::map<std::string, std::size_t> samples_;
  std::size_t comparisons_ = 0;
};

}  // namespace pfsday
