#include "estimate/utilization.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "estimate/utilization_convert.h"
#include "estimate/utilization_prior.h"

namespace pfsday::estimate {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;

using Basis = UtilizationBasis;
using Kind = UtilizationKind;
using Pairs = AttentionPairs;

const hardware::Chip& h100() { return *hardware::find_chip("h100-sxm").value(); }

TEST(Utilization, RefusesMoreThanThePeakAndNamesWhatHasIt) {
  const PeakInUse bf16{.chip = &h100(), .format = "bf16", .rate = 989.4e12};
  EXPECT_TRUE(check_share(1, bf16).has_value());
  const auto fault = check_share(1.4, bf16);
  ASSERT_FALSE(fault.has_value());
  EXPECT_EQ(fault.error().code, Code::utilization_out_of_range);
  EXPECT_THAT(fault.error().what, HasSubstr("the peak of h100-sxm in bf16"));
  EXPECT_THAT(fault.error().hint, HasSubstr("h100-sxm in fp8"));
  EXPECT_THAT(check_share(40, {}).error().hint, HasSubstr("40 % is 0.4"));
  EXPECT_THAT(check_share(1000, bf16).error().hint, HasSubstr("no peak of such a chip"));
  EXPECT_FALSE(check_share(0, bf16).has_value());
  EXPECT_FALSE(check_share(-1, bf16).has_value());
  EXPECT_FALSE(check_share(std::nan(""), bf16).has_value());
}

TEST(Utilization, HasKindsWithNames) {
  EXPECT_EQ(parse_utilization_kind("tensor-active").value(), Kind::tensor_active);
  EXPECT_THAT(parse_utilization_kind("gpu").error().hint, HasSubstr("mfu, hfu"));
}

TEST(UtilizationRows, AreThePublishedOnes) {
  std::map<Basis, std::size_t> rows;
  for (const UtilizationRow& row : utilization_rows()) {
    ++rows[row.basis];
    EXPECT_THAT(row.mfu, AllOf(Ge(0.01), Le(0.8))) << row.model;
    EXPECT_FALSE(row.source.url.empty()) << row.model;
    if (!row.hfu) continue;
    EXPECT_THAT(*row.hfu / row.mfu, AllOf(Ge(0.999), Le(1.335))) << row.model;
  }
  EXPECT_EQ(rows[Basis::benchmark], 519U);
  EXPECT_EQ(rows[Basis::whole_run], 20U);
  EXPECT_EQ(rows[Basis::reported], 41U);
  EXPECT_EQ(rows[Basis::conjecture], 1U);
}

TEST(UtilizationRows, HaveFamiliesOfChips) {
  EXPECT_EQ(chip_family("h100-sxm"), "h100");
  EXPECT_EQ(chip_family("h800-sxm"), "h100");
  EXPECT_EQ(chip_family("a100-sxm4-40gb"), "a100");
  EXPECT_EQ(chip_family("tpu-v5e"), "tpu-v5e");
  EXPECT_EQ(chip_family("h1000"), "");
  EXPECT_EQ(chip_family("k80"), "");
}

// What 0.33 stands for: compute over chip-hours of whole runs, 20 of them with the mixture.
TEST(UtilizationPrior, OfWholeRunsHasAMedianOf032) {
  const auto all = find_prior("prior:whole-run");
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->n, 20U);
  EXPECT_NEAR(all->median, 0.3178, 1e-9);
  const auto dense = find_prior({.basis = Basis::whole_run});
  ASSERT_TRUE(dense.has_value());
  EXPECT_EQ(dense->name, "prior:whole-run-dense");
  EXPECT_EQ(dense->n, 19U);
  EXPECT_NEAR(dense->median, 0.32, 1e-9);
  EXPECT_THAT(dense->notes, Contains(HasSubstr("GLaM (20 rows with them)")));
  EXPECT_NEAR(dense->low, 0.203, 1e-3);
  EXPECT_NEAR(dense->high, 0.464, 1e-3);
  EXPECT_EQ(dense->sources.size(), 19U);
}

// The medians of steps by chip and recipe, from one end to the other.
TEST(UtilizationPrior, GroupsOfBenchmarksSpreadByFormatAndArchitecture) {
  const struct {
    bool is_fp4, is_mixture;
    double low, high;  ///< of the medians, two digits
  } cases[] = {{false, false, 0.35, 0.66},
               {true, false, 0.22, 0.27},
               {false, true, 0.09, 0.21},
               {true, true, 0.05, 0.06}};
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.is_fp4 << c.is_mixture);
    double low = 1;
    double high = 0;
    for (const UtilizationGroup& group : group_rows(Basis::benchmark)) {
      if ((group.recipe == "nvfp4") != c.is_fp4 || group.is_mixture != c.is_mixture) continue;
      low = std::min(low, group.median);
      high = std::max(high, group.median);
    }
    EXPECT_NEAR(low, c.low, 0.006);
    EXPECT_NEAR(high, c.high, 0.006);
  }
}

TEST(UtilizationPrior, OfABenchmarkBelongsToOneFormat) {
  const auto bf16 = find_prior("prior:benchmark-h100-bf16-dense");
  const auto fp8 = find_prior("prior:benchmark-h100-fp8-dense");
  ASSERT_TRUE(bf16 && fp8);
  EXPECT_EQ(bf16->n, 70U);
  EXPECT_NEAR(bf16->median, 0.4037, 1e-3);
  EXPECT_EQ(bf16->attention, Pairs::full);
  EXPECT_THAT(bf16->notes, Contains(HasSubstr("is taken as 0.5")));
  EXPECT_LT(fp8->median, bf16->median);
  EXPECT_THAT(find_prior("prior:benchmark-h100-dense").error().what,
              HasSubstr("the format of the peak is not stated"));
}

TEST(UtilizationPrior, FallsBackAndSaysSo) {
  const auto other_chip = find_prior({.basis = Basis::whole_run, .chip = "v100-sxm2"});
  ASSERT_TRUE(other_chip.has_value());
  EXPECT_EQ(other_chip->name, "prior:whole-run-dense");
  EXPECT_THAT(other_chip->notes.front(),
              HasSubstr("0 whole-run rows of dense models on v100-sxm2"));

  const auto mixture = find_prior({.basis = Basis::whole_run,
                                   .chip = "h100-sxm",
                                   .format = "fp8",
                                   .architecture = Architecture::mixture});
  ASSERT_TRUE(mixture.has_value());
  EXPECT_EQ(mixture->name, "prior:benchmark-h100-fp8-mixture");
  EXPECT_THAT(mixture->notes, Contains(HasSubstr("0.7 to 0.95")));
  const auto step = find_prior(mixture->name);
  ASSERT_TRUE(step.has_value());
  EXPECT_NEAR(mixture->median, step->median * std::sqrt(0.70 * 0.95), 1e-12);
  EXPECT_LT(mixture->low / mixture->median, step->low / step->median);

  const auto rare = find_prior("prior:benchmark-b200-fp4-mixture");
  ASSERT_TRUE(rare.has_value());
  EXPECT_EQ(rare->name, "prior:benchmark-fp4-mixture");
  EXPECT_THAT(rare->notes.front(), HasSubstr("2 benchmark rows of mixtures of experts on b200"));
}

TEST(UtilizationPrior, IsNeverOfAnotherFormat) {
  EXPECT_FALSE(find_prior({.basis = Basis::whole_run, .chip = "k40", .format = "fp32"}));
  EXPECT_FALSE(find_prior({.basis = Basis::benchmark, .format = "fp32"}));
  EXPECT_THAT(find_prior("prior:whole-run-x900").error().what, HasSubstr("no prior is called"));
  EXPECT_THAT(find_prior("prior:conjecture").error().what, HasSubstr("no prior is called"));
}

TEST(UtilizationConvert, WidensByWhatIsNotKnown) {
  const struct {
    std::string_view name;
    Utilization from;
    UtilizationTarget to;
    ConversionFacts facts;
    double low, mid, high;
  } cases[] = {
      {"as it is", {0.4}, {}, {}, 0.4, 0.4, 0.4},
      {"recompute unknown", {0.4}, {Kind::hfu}, {}, 0.4, 0.4 * std::sqrt(1.34), 0.536},
      {"recompute known", {0.3}, {Kind::hfu}, {.executed_over_model = 4.0 / 3}, 0.4, 0.4, 0.4},
      {"hfu to mfu", {0.4, Kind::hfu}, {}, {.executed_over_model = 4.0 / 3}, 0.3, 0.3, 0.3},
      {"pairs known",
       {0.4, Kind::mfu, Pairs::full},
       {Kind::mfu, Pairs::causal},
       {.attention_share = 0.2},
       0.36,
       0.36,
       0.36},
      {"pairs back",
       {0.36, Kind::mfu, Pairs::causal},
       {Kind::mfu, Pairs::full},
       {.attention_share = 0.2},
       0.4,
       0.4,
       0.4},
      {"pairs unstated",
       {0.4, Kind::mfu, Pairs::unstated},
       {Kind::mfu, Pairs::causal},
       {.attention_share = 0.2},
       0.36,
       0.4 * std::sqrt(0.9),
       0.4},
      {"attention unknown",
       {0.4, Kind::mfu, Pairs::full},
       {Kind::mfu, Pairs::causal},
       {},
       0.296,
       0.4 * std::sqrt(0.74),
       0.4},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto result = convert(c.from, c.to, c.facts);
    ASSERT_TRUE(result && result->low && result->mid);
    EXPECT_NEAR(*result->low, c.low, 1e-12);
    EXPECT_NEAR(*result->mid, c.mid, 1e-12);
    EXPECT_NEAR(result->high, c.high, 1e-12);
    EXPECT_EQ(result->steps.empty(), c.name == "as it is");
  }
}

TEST(UtilizationConvert, TakesBusyTimeAsAnUpperBound) {
  const auto result = convert({1, Kind::smi}, {Kind::mfu}, {.clock_over_peak = 1.08});
  ASSERT_TRUE(result.has_value());
  EXPECT_FALSE(result->low || result->mid);
  EXPECT_DOUBLE_EQ(result->high, 1.08);
  EXPECT_THAT(result->steps.front(), HasSubstr("an upper bound"));
  EXPECT_FALSE(convert({0.4}, {Kind::smi}, {}).has_value());
}

}  // namespace
}  // namespace pfsday::estimate
