// Worked examples that others print, from their run files.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "estimate/method.h"
#include "estimate/row.h"
#include "units/quantity.h"

namespace pfsday::estimate {
namespace {

const std::vector<estimate::Run>& catalogue() {
  static const std::vector<estimate::Run> runs = catalogue_runs().value();
  return runs;
}

std::vector<estimate::Run> runs_with_tag(std::string_view tag) {
  std::vector<estimate::Run> runs;
  for (const estimate::Run& run : catalogue()) {
    if (std::ranges::find(run.tags, tag) != run.tags.end()) runs.push_back(run);
  }
  return runs;
}

/// Annex A.3 of the guidelines: inputs as printed there, products by hand.
TEST(WorkedExamples, OfTheEuGuidelines) {
  const struct {
    std::string_view id, method;
    double operations, printed;
    bool cut_off;  ///< the print truncates where rounding would round up
  } cases[] = {
      {"eu-annex-a", "counting", 7.524e22, 7.5e22, false},
      {"eu-annex-b", "hardware", 1.08e23, 1e23, false},
      {"eu-annex-c", "counting", 1.296e23, 1.3e23, false},
      {"eu-annex-d", "counting", 1.6632e23, 1.6e23, true},
      {"eu-annex-e", "counting", 3.672e23, 3.7e23, false},
      {"eu-annex-f", "counting", 1.80e23, 1.8e23, false},
      {"eu-annex-g", "counting", 1.560624e23, 1.5e23, true},
      {"eu-annex-h", "hardware", 6.58674e23, 6.5e23, true},
  };
  EXPECT_EQ(runs_with_tag("eu-annex").size(), std::size(cases));
  for (const auto& c : cases) {
    SCOPED_TRACE(c.id);
    const auto run = find_catalogue_run(c.id);
    ASSERT_TRUE(run);
    for (const std::string_view view : {"updates", "eu-cumulative"}) {
      const auto estimates = estimate_run(*run, {.view = view});
      ASSERT_TRUE(estimates) << to_string(estimates.error());
      EXPECT_EQ(estimates->total->method, c.method);
      EXPECT_NEAR(estimates->total->operations.mid / c.operations, 1, 1e-12);
    }
    EXPECT_DOUBLE_EQ(run->printed.total->operations(), c.printed);
    const double unit = std::pow(10, std::floor(std::log10(c.printed)) - 1);
    const double tenths = c.operations / unit;
    if (c.cut_off) {
      EXPECT_NEAR(std::floor(tenths) * unit / c.printed, 1, 1e-12);
      EXPECT_GT(std::round(tenths), std::floor(tenths));
      EXPECT_FALSE(
          (run->printed.counting ? run->printed.counting : run->printed.hardware)->note.empty());
    } else if (c.id != "eu-annex-b") {  // which is printed with one figure
      EXPECT_NEAR(std::round(tenths) * unit / c.printed, 1, 1e-12);
    }
  }
}

/// Table D.1 of "Language Models are Few-Shot Learners": 17 rows, operations and petaflop/s-days as
/// they are printed.
TEST(WorkedExamples, OfTheTableOfGpt3) {
  const std::vector<estimate::Run> rows = runs_with_tag("gpt3-table-d1");
  EXPECT_EQ(rows.size(), 17U);
  double worst = 0;
  for (const estimate::Run& run : rows) {
    SCOPED_TRACE(run.id);
    const auto estimates = estimate_run(run);
    ASSERT_TRUE(estimates) << to_string(estimates.error());
    const double operations = estimates->counting()->operations.mid;
    ASSERT_TRUE(run.printed.total->flop && run.printed.total->pfs_days);
    for (const double printed :
         {*run.printed.total->flop, *run.printed.total->pfs_days * units::operations_per_pfs_day}) {
      worst = std::max(worst, std::abs(operations / printed - 1));
    }
  }
  EXPECT_LT(worst, 0.0031);
  EXPECT_GT(worst, 0.0030);  // BERT-Base, printed with three figures
}

}  // namespace
}  // namespace pfsday::estimate
