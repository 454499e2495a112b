#include "estimate/explanation.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "estimate/crosscheck.h"
#include "estimate/quotient.h"

namespace pfsday::estimate {
namespace {

using testing::HasSubstr;

/// A run of one phase with the keys of both methods.
Run run_of(std::string_view counting, std::string_view hardware) {
  std::string text =
      "schema = \"pfsday.run/1\"\nid = \"x\"\nname = \"X\"\n[[phase]]\nname = \"training\"\n";
  text += "[phase.counting]\n";
  text += counting;
  text += "\n[phase.hardware]\n";
  text += hardware;
  return parse_run(text).value();
}

Crosscheck check_of(const Run& run, double tolerance = 2) {
  return crosscheck(run, {.tolerance = tolerance, .depth = Depth::all}).value();
}

/// The row of an assumption; null if there is none.
const Explanation* find(const Crosscheck& check, Assumption assumption) {
  const auto found = std::ranges::find(check.explanations, assumption, &Explanation::assumption);
  return found == check.explanations.end() ? nullptr : &*found;
}

// The conflicts of the documented systems at a utilization of 0.33: inputs as the papers named in
// the catalogue state them.
struct Conflict {
  std::string_view name, counting, hardware;
  double ratio = 0, implied = 0;
  std::set<Assumption> closing = {};  ///< each alone
};

const Conflict conflicts[] = {
    {"6-layer MLP",
     "parameters = 12.11e6\ntokens = 60000\nepochs = 30",
     "peak = 622.1e12\ncount = 1e-3\nhours = 1.225\nutilization = 0.33\n"
     "notes = [\"time is an upper bound\"]",
     6.922,
     0.04767,
     {Assumption::utilization, Assumption::downtime, Assumption::epochs, Assumption::other_work}},
    {"BERT-Large",
     "parameters = 340e6\ntokens = 42598400000\nnotes = [\"sequence length of most steps\"]",
     "chip = \"tpu-v2\"\npeak = 46e12\nchip_hours = 6144\nutilization = 0.33",
     3.864,
     0.08541,
     {Assumption::utilization, Assumption::downtime, Assumption::epochs, Assumption::other_work}},
    {"RoBERTa-Large",
     "parameters = 355e6\ntokens = 2.048e12",
     "chip = \"v100-sxm2-32gb\"\npeak = 125e12\ncount = 1024\nhours = 120\nutilization = 0.33",
     4.183,
     0.07889,
     {Assumption::utilization, Assumption::downtime, Assumption::format, Assumption::epochs,
      Assumption::other_work}},
    {"Megatron 8B",
     "parameters = 8.3e9\ntokens = 157286400000\n"
     "notes = [\"activation recompute makes hardware operations about 8 N D\"]",
     "chip = \"v100-sxm3-32gb\"\npeak = 125e12\ncount = 512\nhours = 220.752\nutilization = 0.33",
     2.143,
     0.1540,
     {Assumption::utilization, Assumption::recompute, Assumption::downtime, Assumption::variant,
      Assumption::epochs, Assumption::other_work}},
    {"GShard dense",
     "parameters = 2.3e9\ntokens = 1.2e12",
     "chip = \"tpu-v3\"\ncount = 1024\nhours = 1008\nutilization = 0.33\n"
     "notes = [\"GPipe bubbles and recompute\"]",
     9.108,
     0.03623,
     {Assumption::utilization, Assumption::downtime, Assumption::epochs, Assumption::other_work}},
    {"XGLM",
     "parameters = 7.5e9\ntokens = 5e11\nepochs = 1",
     "chip = \"a100-sxm4-40gb\"\nchip_hours = 129024\nutilization = 0.33",
     2.125,
     0.1553,
     {Assumption::utilization, Assumption::recompute, Assumption::downtime, Assumption::format,
      Assumption::epochs, Assumption::other_work}},
    {"LaMDA",
     "parameters = 137e9\ntokens = 2.81e12\nnotes = [\"tokens of the corpus; tokens seen are not "
     "stated\"]",
     "chip = \"tpu-v3\"\ncount = 1024\nhours = 1384.8\nutilization = 0.33",
     0.08971,
     3.679,
     {Assumption::epochs}},
    {"nt25b",
     "parameters = 2.5e9\ntokens = 3e11",
     "chip = \"a100-sxm4-80gb\"\nformat = \"tf32\"\ncount = 128\nhours = 672\nutilization = 0.33",
     3.542,
     0.09316,
     {Assumption::utilization, Assumption::downtime, Assumption::epochs, Assumption::other_work}},
    {"Jais",
     "parameters = 13e9\ntokens = 3.95e11",
     "peak = 7.5e15\ncount = 16\nhours = 600\nutilization = 0.33",
     2.776,
     0.1189,
     {Assumption::utilization, Assumption::downtime, Assumption::epochs, Assumption::other_work}},
};

TEST(Explanation, EachConflictOfTheDocumentedSystems) {
  for (const Conflict& c : conflicts) {
    SCOPED_TRACE(c.name);
    const Crosscheck check = check_of(run_of(c.counting, c.hardware));
    EXPECT_EQ(check.verdict, Verdict::conflict);
    EXPECT_NEAR(check.ratio->mid, c.ratio, 2e-3 * c.ratio);
    EXPECT_NEAR(check.implied_utilization->mid, c.implied, 2e-3 * c.implied);
    std::set<Assumption> closing;
    for (const Explanation& row : check.explanations) {
      if (row.closes) closing.insert(row.assumption);
    }
    EXPECT_EQ(closing, c.closing);
  }
}

TEST(Explanation, WhatIsNeededClosesTheGap) {
  // By hand: 6 x 1e9 x 1e12 = 6e21; 100,000 h x 3,600 s x 312e12 x 0.4 = 4.49e22; ratio 7.488.
  const estimate::Run run =
      run_of("parameters = 1e9\ntokens = 1e12\nepochs = 1",
             "chip = \"a100-sxm4-80gb\"\nchip_hours = 1e5\nutilization = 0.4");
  const Crosscheck check = check_of(run);
  const Explanation& utilization = *find(check, Assumption::utilization);
  EXPECT_NEAR(utilization.value, 6e21 / (1e5 * 3600 * 312e12), 1e-12);
  EXPECT_NEAR(utilization.enough->from, utilization.value / 2, 1e-12);
  EXPECT_NEAR(utilization.enough->to, utilization.value * 2, 1e-12);
  EXPECT_NEAR(find(check, Assumption::epochs)->value, 7.488, 1e-9);
  EXPECT_NEAR(find(check, Assumption::downtime)->value, 1 - 1 / 7.488, 1e-9);
  EXPECT_NEAR(find(check, Assumption::downtime)->enough->from, 1 - 2 / 7.488, 1e-9);
  EXPECT_NEAR(find(check, Assumption::recompute)->ratio, 7.488 * 3 / 4, 1e-9);
  EXPECT_FALSE(find(check, Assumption::recompute)->closes);
  // tf32 has half the peak, fp32 19.49 of 312: 3.744 and 0.4678.
  const Explanation& format = *find(check, Assumption::format);
  EXPECT_THAT(format.needed, HasSubstr("fp32"));
  EXPECT_NEAR(format.ratio, 7.488 * 19.49 / 312, 1e-9);
  EXPECT_FALSE(format.closes);

  // Each continuous one, put in, makes the methods agree.
  estimate::Run mended = run;
  mended.phases[0].hardware->utilization = utilization.value;
  EXPECT_NEAR(check_of(mended).ratio->mid, 1, 1e-9);
  mended = run;
  mended.phases[0].counting->repeats.back().value = find(check, Assumption::epochs)->value;
  EXPECT_NEAR(check_of(mended).ratio->mid, 1, 1e-9);
}

TEST(Explanation, ACountAboveThePeakNeedsMoreThanUtilization) {
  const Crosscheck check = check_of(run_of(conflicts[6].counting, conflicts[6].hardware));  // LaMDA
  const Explanation& row = *find(check, Assumption::utilization);
  EXPECT_FALSE(row.closes);
  EXPECT_EQ(row.plausibility, Plausibility::not_enough);
  EXPECT_NEAR(row.ratio, 1 / row.value, 1e-12);
  EXPECT_THAT(row.needed, HasSubstr("no chip does more than its peak"));
  EXPECT_FALSE(check.place->point);
  EXPECT_EQ(find(check, Assumption::downtime), nullptr);
  EXPECT_EQ(check.explanations.front().assumption, Assumption::epochs);
  EXPECT_THAT(check.explanations.front().facts, testing::ElementsAre(HasSubstr("tokens seen")));
}

TEST(Explanation, SparsityOfAChipAndVariantsOfIt) {
  // The count is 3 times what the dense peak gives; sparse it is twice as much.
  const std::string_view counting = "parameters = 1e9\ntokens = 1e12";
  const Crosscheck check = check_of(
      run_of(counting, "chip = \"h100-pcie\"\nchip_hours = 2205\nutilization = 0.333"), 1.6);
  const Explanation& sparse = *find(check, Assumption::sparsity);
  EXPECT_NEAR(sparse.ratio, 2 * check.ratio->mid, 1e-9);
  const Explanation* const variant = find(check, Assumption::variant);
  for (const Explanation& row : check.explanations) {
    EXPECT_LT(std::abs(std::log(row.ratio)), std::abs(std::log(check.ratio->mid)) + 1e-9);
    EXPECT_TRUE(row.closes || row.assumption != Assumption::variant);
  }
  EXPECT_EQ(variant, nullptr);  // 989.4 / 756 is not enough
  const Crosscheck near = check_of(
      run_of(counting, "chip = \"h100-pcie\"\nchip_hours = 5000\nutilization = 0.333"), 1.1);
  ASSERT_NE(find(near, Assumption::variant), nullptr);
  EXPECT_THAT(find(near, Assumption::variant)->stated, HasSubstr("h100-pcie"));
}

TEST(Explanation, AnMfuLeavesRecomputationOut) {
  const std::string_view counting = "parameters = 1e9\ntokens = 1e12";
  const std::string hardware = "chip = \"a100-sxm4-80gb\"\nchip_hours = 5e4\nutilization = 0.4\n";
  EXPECT_NE(find(check_of(run_of(counting, hardware)), Assumption::recompute), nullptr);
  EXPECT_NE(find(check_of(run_of(counting, hardware + "utilization_kind = \"hfu\"")),
                 Assumption::recompute),
            nullptr);
  EXPECT_EQ(find(check_of(run_of(counting, hardware + "utilization_kind = \"mfu\"")),
                 Assumption::recompute),
            nullptr);
}

TEST(Explanation, AreInOrderOfPlausibility) {
  for (const Conflict& c : conflicts) {
    SCOPED_TRACE(c.name);
    const Crosscheck check = check_of(run_of(c.counting, c.hardware));
    EXPECT_TRUE(std::ranges::is_sorted(check.explanations, {}, &Explanation::plausibility));
    for (const Explanation& row : check.explanations) {
      EXPECT_EQ(row.closes, row.plausibility != Plausibility::not_enough);
    }
  }
}

TEST(Explanation, OnlyOfConflictsUnlessAskedForAll) {
  const estimate::Run run =
      run_of("parameters = 1e9\ntokens = 1e12",
             "chip = \"a100-sxm4-80gb\"\nchip_hours = 1e4\nutilization = 0.4");
  EXPECT_THAT(crosscheck(run, {.depth = Depth::conflicts})->explanations, testing::IsEmpty());
  EXPECT_THAT(check_of(run).explanations, testing::Not(testing::IsEmpty()));
}

TEST(Tension, IntervalsOverlapButAMiddleIsOutside) {
  const auto verdict = [](std::string_view tokens, std::string_view hours) {
    return check_of(
               run_of(fmt::format("parameters = 1e9\ntokens = \"{}\"", tokens),
                      fmt::format("peak = 1e15\nutilization = 0.5\nchip_hours = \"{}\"", hours)))
        .verdict;
  };
  // 6e21 operations are 3,333 chip-hours.
  EXPECT_EQ(verdict("0.9e12 to 1.1e12", "3000 to 3600"), Verdict::consistent);
  EXPECT_EQ(verdict("0.9e12 to 1.1e12", "3500 to 5000"), Verdict::tension);
  EXPECT_EQ(verdict("0.3e12 to 3e12", "3000 to 20000"), Verdict::conflict);  // both middles inside
  EXPECT_EQ(verdict("0.99e12 to 1.01e12", "4000 to 4400"), Verdict::consistent);  // apart, near
  EXPECT_EQ(verdict("0.5e12 to 2e12", "6500 to 9000"), Verdict::tension);
}

TEST(Quotient, WhatBothShareCancels) {
  const estimate::Run run = run_of(
      "parameters = 1e9\ntokens = {value = \"1e12 +- 50%\", as = \"x\"}",
      "peak = 1e15\nutilization = 0.5\nchip_hours = 3e3\nfactors = [{name = \"of the tokens\", "
      "value = \"1e12 +- 50%\", as = \"x\"}, {name = \"tokens at once\", value = 1e-12}]");
  const Crosscheck check = check_of(run);
  EXPECT_NEAR(check.ratio->mid, 0.9, 1e-9);
  EXPECT_FALSE(check.ratio->low);
  EXPECT_THAT(check.combination.missing, HasSubstr("both methods take \"x\""));
}

TEST(Quotient, OfIndependentLogNormalsIsExact) {
  // Both span a factor of 2 between 5 and 95 %: the ratio spans 2^sqrt(2).
  const Crosscheck check =
      check_of(run_of("parameters = 1e9\ntokens = \"1e12 to 2e12\"",
                      "peak = 1e15\nutilization = 0.5\nchip_hours = \"3000 to 6000\""));
  EXPECT_NEAR(std::log2(*check.ratio->high / *check.ratio->low), std::sqrt(2), 1e-9);
  EXPECT_NEAR(check.ratio->mid, 0.9, 1e-9);
}

TEST(Combination, WeighsByPrecision) {
  // ln 2 and 2 ln 2 between 5 and 95 %: weights 4 to 1.
  const Crosscheck check =
      check_of(run_of("parameters = 1e9\ntokens = \"1e12 to 2e12\"",
                      "peak = 1e15\nutilization = 0.5\nutilization_kind = \"mfu\"\n"
                      "chip_hours = \"3000 to 12000\""));
  ASSERT_TRUE(check.combination.estimate);
  EXPECT_NEAR(check.combination.counting_weight, 0.8, 1e-9);
  const double counting = 6e21 * std::sqrt(2.0), hardware = 0.5e15 * 3600 * 6000;
  const Amount& both = check.combination.estimate->operations;
  EXPECT_NEAR(both.mid / (std::pow(counting, 0.8) * std::pow(hardware, 0.2)), 1, 1e-9);
  EXPECT_NEAR(std::log2(*both.high / *both.low), std::sqrt(0.8), 1e-9);
}

TEST(Combination, TakesThePriorForAnAssumedUtilization) {
  const Crosscheck check =
      check_of(run_of("parameters = 1e9\ntokens = \"1e12 +- 5%\"",
                      "chip = \"a100-sxm4-80gb\"\nchip_hours = 1.4e4\nutilization = 0.33"));
  ASSERT_TRUE(check.combination.estimate);
  EXPECT_THAT(check.combination.estimate->assumptions,
              testing::Contains(HasSubstr("hardware time takes prior:whole-run")));
  EXPECT_GT(check.combination.counting_weight, 0.9);
}

TEST(Combination, NeedsIntervals) {
  const std::string_view hardware = "peak = 1e15\nutilization = 0.5\nutilization_kind = \"mfu\"\n";
  const auto missing = [&](std::string_view tokens, std::string_view hours) {
    return check_of(run_of(fmt::format("parameters = 1e9\ntokens = {}", tokens),
                           fmt::format("{}chip_hours = {}", hardware, hours)))
        .combination.missing;
  };
  EXPECT_THAT(missing("1e12", "\"3000 to 4000\""), HasSubstr("counting has no interval"));
  EXPECT_THAT(missing("\"1e12 +- 5%\"", "3333"), HasSubstr("hardware time has no interval"));
  EXPECT_THAT(missing("1e12", "100000"), HasSubstr("not consistent"));
}

}  // namespace
}  // namespace pfsday::estimate
