#include "estimate/crosscheck.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "estimate/row.h"
#include "units/print.h"

namespace pfsday::estimate {
namespace {

using testing::HasSubstr;

estimate::Run catalogue_run(std::string_view id) {
  const std::vector<estimate::Run> runs = catalogue_runs().value();
  return *std::ranges::find(runs, id, &estimate::Run::id);
}

TEST(Crosscheck, TheMethodsAgreeOnAlexNet) {
  const auto check = crosscheck(catalogue_run("alexnet"));
  ASSERT_TRUE(check);
  EXPECT_EQ(check->verdict, Verdict::consistent);
  EXPECT_EQ(units::to_significant(check->ratio->mid), "1.02");
  EXPECT_EQ(units::to_significant(check->implied_utilization->mid), "0.3236");
  EXPECT_TRUE(check->counting_slips);
  EXPECT_FALSE(check->hardware_slips);
}

TEST(Crosscheck, TheLargestSlipOf2018) {
  const auto check = crosscheck(catalogue_run("seq2seq"));
  ASSERT_TRUE(check);
  EXPECT_THAT(check->notes,
              testing::Contains(HasSubstr("counting: prints 7,300 PF; its own factors give 11,149 "
                                          "PF (printed is 34.5 % lower)")));
}

TEST(Crosscheck, ToleranceDecidesBetweenConsistentAndConflict) {
  estimate::Run run = catalogue_run("alexnet");
  run.phases[0].hardware->count = 4;  // ratio 2.04
  EXPECT_EQ(crosscheck(run)->verdict, Verdict::conflict);
  EXPECT_EQ(crosscheck(run, {.tolerance = 2.1})->verdict, Verdict::consistent);
  run.phases[0].hardware->count = 0.9;  // ratio 1/2.18
  EXPECT_EQ(crosscheck(run)->verdict, Verdict::conflict);
}

TEST(Crosscheck, AnImpossibleCountIsCalledSo) {
  estimate::Run run = catalogue_run("alexnet");
  run.phases[0].hardware->days = 0.5;
  EXPECT_THAT(crosscheck(run)->notes,
              testing::Contains(HasSubstr("exceeds what the chips could do at their peak")));
}

TEST(Crosscheck, OneMethodAloneIsSingle) {
  EXPECT_EQ(crosscheck(catalogue_run("dropout"))->verdict, Verdict::single);
  EXPECT_EQ(crosscheck(catalogue_run("alphazero"))->verdict, Verdict::none);
}

TEST(PfText, KeepsFourDigitsOrMore) {
  EXPECT_EQ(to_pf_text(1.11492e19), "11,149");
  EXPECT_EQ(to_pf_text(4.86e17), "486");
  EXPECT_EQ(to_pf_text(2.45366784e15), "2.454");
  EXPECT_EQ(to_pf_text(6.6215e21), "6.622e6");
}

}  // namespace
}  // namespace pfsday::estimate
