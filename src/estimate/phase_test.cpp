#include "estimate/phase.h"

#include <gmock/gmock.h>

#include "estimate/method.h"

namespace pfsday::estimate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view start = "schema = \"pfsday.run/1\"\nid = \"a\"\nname = \"A\"\n";

Result<Run> run_with(std::string_view phases) {
  return parse_run(std::string(start) + std::string(phases));
}

Estimates estimates_of(std::string_view phases, std::string_view view) {
  const auto run = run_with(phases);
  EXPECT_TRUE(run) << to_string(run.error());
  auto estimates = estimate_run(*run, {.view = view});
  EXPECT_TRUE(estimates) << to_string(estimates.error());
  return *std::move(estimates);
}

TEST(Phase, EveryPurposeHasACode) {
  EXPECT_EQ(purpose_codes().size(), purpose_count);
  for (const std::string_view code : purpose_codes()) {
    ASSERT_TRUE(find_purpose(code)) << code;
    EXPECT_EQ(to_string(*find_purpose(code)), code);
  }
}

TEST(Phase, GenerationIsForwardOnlyAndCountsWhatIsThrownAway) {
  const struct {
    std::string_view name, purpose, counting;
    double operations;
  } cases[] = {
      {"tokens", "synthetic-private", "parameters = 1e9\ntokens = 100\n", 2 * 1e9 * 100},
      {"100 generated, 10 kept", "synthetic-private",
       "parameters = 1e9\ngenerated = 100\nkept = 10\n", 2 * 1e9 * 100},
      {"games, moves, simulations", "rl-rollout",
       "example = \"position\"\nadd_multiplies_per_example = 50\ngenerated = [{name = \"games\", "
       "value = 3}, {name = \"moves\", value = 7}]\n",
       2 * 50 * 21},
      {"stated operations", "synthetic-public", "operations_per_example = 5\nexamples = 4\n", 20},
      {"evaluation", "evaluation", "parameters = 3\ntokens = 5\n", 30},
      {"layers", "rl-rollout",
       "generated = 10\n[phase.counting.recipe]\nbias = false\ninput = [3]\nlayers = [{dense = 5}, "
       "{dense = 2, relu = false}]\n",
       2 * (15 + 10) * 10},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Estimates estimates =
        estimates_of("[[phase]]\nname = \"p\"\npurpose = \"" + std::string(c.purpose) +
                         "\"\njudgement = [{counted = true, why = \"test\"}]\n[phase.counting]\n" +
                         std::string(c.counting),
                     "updates");
    ASSERT_EQ(estimates.items.size(), 1U);
    EXPECT_DOUBLE_EQ(estimates.items[0].estimate->operations.mid, c.operations);
    EXPECT_EQ(estimates.items[0].passes, Passes::forward);
  }
}

TEST(Phase, SaysHowManyWereKept) {
  const Estimates estimates = estimates_of(
      "[[phase]]\nname = \"p\"\npurpose = \"synthetic-private\"\n[phase.counting]\nparameters = "
      "1e9\ngenerated = 100\nkept = 10\n",
      "eu-cumulative");
  EXPECT_THAT(estimates.counting()->assumptions,
              testing::Contains("10 of 100 generated were kept; all of them count"));
}

TEST(Phase, TakesTheBestMethodThereIs) {
  constexpr std::string_view counting = "[phase.counting]\nparameters = 1\ntokens = 1\n";
  constexpr std::string_view hardware =
      "[phase.hardware]\nchip_hours = 1\npeak = 1\nutilization = 0.5\n";
  constexpr std::string_view counters =
      "[phase.metered]\nkind = \"counters\"\nflop = 7\nhow = \"counters of all chips\"\n";
  constexpr std::string_view energy =
      "[phase.metered]\nkind = \"energy\"\nkwh = 2\nflop_per_joule = 10\nhow = \"meter\"\n";
  constexpr std::string_view reported =
      "[phase.reported]\nflop = \"2 pfs-days\"\nbasis = \"stated\"\n";
  const struct {
    std::string_view keys;
    std::vector<std::string_view> tables;
    std::string_view method;
    double operations;
  } cases[] = {
      {"", {counting, hardware, counters, reported}, "counting", 6},
      {"", {hardware, counters, reported}, "metered", 7},
      {"", {energy}, "metered", 2 * 3.6e6 * 10},
      {"", {hardware, reported}, "hardware", 1800},
      {"", {reported}, "reported", 2 * 8.64e19},
      {"method = \"hardware\"\n", {counting, hardware}, "hardware", 1800},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.method);
    std::string text = "[[phase]]\nname = \"p\"\n" + std::string(c.keys);
    for (const std::string_view table : c.tables) text += table;
    const Estimates estimates = estimates_of(text, "updates");
    EXPECT_EQ(estimates.total->method, c.method);
    EXPECT_DOUBLE_EQ(estimates.total->operations.mid, c.operations);
  }
}

TEST(Phase, ATotalOfSeveralMethodsIsMixed) {
  const Estimates estimates = estimates_of(
      "[[phase]]\nname = \"p\"\n[phase.counting]\nparameters = 1\ntokens = 10\n"
      "[[phase]]\nname = \"q\"\npurpose = \"sft\"\n[phase.reported]\nflop = 5\nbasis = "
      "\"stated\"\n",
      "updates");
  EXPECT_EQ(estimates.total->method, "mixed");
  EXPECT_DOUBLE_EQ(estimates.total->operations.mid, 65);
  EXPECT_FALSE(estimates.counting());
  EXPECT_THAT(estimates.missing, ElementsAre("hardware inputs of \"p\"", "counting inputs of \"q\"",
                                             "hardware inputs of \"q\""));
}

TEST(Phase, AnExecutedRateBesideAViewWithoutRecomputation) {
  constexpr std::string_view phase =
      "[[phase]]\nname = \"p\"\n[phase.hardware]\nchip_hours = 1\npeak = 1\nutilization = 0.5\n"
      "utilization_kind = \"hfu\"\n";
  EXPECT_THAT(estimates_of(phase, "model-flop").total->assumptions,
              testing::Contains(HasSubstr("covers recomputed activations")));
  EXPECT_THAT(estimates_of(phase, "hardware-flop").total->assumptions, testing::IsEmpty());
}

}  // namespace
}  // namespace pfsday::estimate
