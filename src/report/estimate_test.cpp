#include "report/estimate.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "estimate/calculator.h"
#include "estimate/row.h"
#include "report/crosscheck.h"
#include "report/estimate_items.h"

namespace pfsday::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

RunReport report_of(std::string_view id) {
  const std::vector<estimate::Run> runs = estimate::catalogue_runs().value();
  return report_run(*std::ranges::find(runs, id, &estimate::Run::id)).value();
}

TEST(EstimateText, ShowsTheArithmeticAndOnDemandTheSources) {
  const std::string text = estimate_text(report_of("alexnet"), {.width = 100});
  EXPECT_THAT(text, HasSubstr("AlexNet, 2012-09-30\n"));
  EXPECT_THAT(text, HasSubstr("counting     4.86e17 FLOP   0.005625 pfs-days\n"));
  EXPECT_THAT(text, HasSubstr("  2 chips x 5.5 days x 86,400 seconds per day x 1.58e12"));
  EXPECT_THAT(text, HasSubstr("ratio hardware / counting 1.02"));
  EXPECT_THAT(text, Not(HasSubstr("https://openai.com")));
  const std::string explained =
      estimate_text(report_of("alexnet"), {.width = 100, .explain = true});
  EXPECT_THAT(explained, HasSubstr("https://openai.com/index/ai-and-compute/"));
}

TEST(EstimateText, ARunWithoutInputsSaysWhatItWouldNeed) {
  const std::string text = estimate_text(report_of("alphago-zero"), {});
  EXPECT_THAT(text, HasSubstr("no estimate\n"));
  EXPECT_THAT(text, HasSubstr("missing\n  - a phase with counting or hardware inputs\n"));
}

TEST(EstimateCells, ArePfsDays) {
  EXPECT_THAT(estimate_cells(report_of("alexnet")),
              ElementsAre("alexnet", "2012-09-30", "0.005625", "0.005735", "0.0058", "counting"));
  EXPECT_THAT(estimate_cells(report_of("alphago-zero")),
              ElementsAre("alphago-zero", "2017-10-18", "-", "-", "-", "-"));
}

TEST(EstimateJson, HasAmountsInOperationsAndPfsDays) {
  const auto run = estimate::calculate({.parameters = "1e9", .tokens = "1e12"});
  const RunReport report = report_run(*run).value();
  const std::string json = estimate_json({&report, 1});
  EXPECT_THAT(json, testing::StartsWith(R"({
  "schema": "pfsday.estimate/1",
  "run": "",
  "name": "",
  "counting": {
    "flop": {
      "low": null,
      "mid": 6e+21,
      "high": null
    },
    "pfs_days": {
      "low": null,
      "mid": 69.44444444444444,
      "high": null
    },
    "formula": "6 operations per parameter and token x 1e9 parameters x 1e12 tokens = 6e21 operations",
    "assumptions": [
      "6 operations per parameter and token: attention over the context and embeddings are left out"
    ],
    "sources": []
  },
  "headline": {
    "method": "counting",
    "flop": {
      "low": null,
      "mid": 6e+21,
      "high": null
    },
    "pfs_days": {
      "low": null,
      "mid": 69.44444444444444,
      "high": null
    }
  },
)"));
  EXPECT_THAT(json, HasSubstr(R"(
  "missing": [
    "hardware inputs of \"the run\""
  ]
})"));
}

TEST(EstimateJson, ItemizesTheTotal) {
  const auto run = estimate::calculate({.parameters = "1e9", .tokens = "1e12"});
  const RunReport report = report_run(*run, {.view = "model-flop"}).value();
  const std::string json = estimate_json({&report, 1});
  EXPECT_THAT(json, HasSubstr(R"("view": {
    "id": "model-flop",)"));
  EXPECT_THAT(json, HasSubstr(R"("phases": [
    {
      "name": "the run",
      "purpose": "pretrain",
      "passes": "training",
      "counted": true,
      "judged": false,
      "why": "forward and backward passes of the training steps",
      "section": "Appendix B",
      "share": 1,
      "method": "counting",)"));
  EXPECT_THAT(json, HasSubstr("\"lineage\": []"));
}

TEST(ItemGrid, HasColumnsForIntervalsWhereThereAreAny) {
  const auto exact = estimate::calculate({.parameters = "1e9", .tokens = "1e12"});
  const Grid plain = item_grid(report_run(*exact).value());
  EXPECT_THAT(plain.headings, ElementsAre("phase", "purpose", "method", "counts", "FLOP", "share"));
  EXPECT_THAT(plain.rows,
              ElementsAre(ElementsAre("the run", "pretrain", "counting", "in", "6e21", "100.0 %")));
  const auto range = estimate::calculate({.parameters = "1e9 to 2e9", .tokens = "1e12"});
  const Grid wide = item_grid(report_run(*range).value());
  EXPECT_THAT(wide.headings, testing::Contains("low"));
  EXPECT_EQ(wide.rows[0].size(), wide.headings.size());
  EXPECT_EQ(wide.rows[0][5], "6e21");
}

TEST(CrosscheckRows, MarkSlipsAndLeaveOutRunsWithoutInputs) {
  const std::vector<RunReport> reports = {report_of("seq2seq"), report_of("alphazero")};
  EXPECT_THAT(crosscheck_rows(reports),
              ElementsAre(ElementsAre("seq2seq", "7,300*", "11,149", "-", "8,100*", "7,983",
                                      "0.716", "0.4609", "-", "consistent")));
  EXPECT_THAT(crosscheck_notes(reports).back(),
              HasSubstr("without the inputs of either method: AlphaZero"));
}

}  // namespace
}  // namespace pfsday::report
