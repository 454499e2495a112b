#include "estimate/run.h"

#include <gmock/gmock.h>

#include "estimate/method.h"
#include "estimate/row.h"
#include "units/print.h"

namespace pfsday::estimate {
namespace {

using testing::HasSubstr;

constexpr std::string_view start = "schema = \"pfsday.run/1\"\nid = \"a\"\nname = \"A\"\n";
constexpr std::string_view counting = R"([[phase]]
name = "training"
[phase.counting]
add_multiplies_per_example = "0.75 GMAC"
examples = "1.2M"
epochs = 90
)";
constexpr std::string_view hardware = R"([[phase]]
name = "training"
[phase.hardware]
count = 2
days = "5.5 days"
peak = "1.58 TFLOP/s"
utilization = 0.33
)";

std::string join_texts(std::string_view a, std::string_view b, std::string_view c = "") {
  return std::string(a) + std::string(b) + std::string(c);
}

TEST(ParseRun, CountingWithItsDefaultsSaidAsAssumptions) {
  const auto run = parse_run(join_texts(start, counting));
  ASSERT_TRUE(run) << to_string(run.error());
  const auto estimates = estimate_run(*run);
  ASSERT_TRUE(estimates && estimates->counting());
  const Estimate& estimate = *estimates->counting();
  EXPECT_DOUBLE_EQ(estimate.operations.mid, 4.86e17);
  EXPECT_EQ(
      estimate.formula,
      "750,000,000 add-multiplies per example x 2 operations per add-multiply x 3 forward and "
      "backward x 1,200,000 examples x 90 epochs = 4.86e17 operations");
  EXPECT_THAT(estimate.assumptions, testing::ElementsAre(HasSubstr("not stated: forward and")));
  EXPECT_THAT(estimates->missing, testing::ElementsAre("hardware inputs of \"training\""));
}

TEST(ParseRun, HardwareTime) {
  const auto run = parse_run(join_texts(start, hardware));
  ASSERT_TRUE(run) << to_string(run.error());
  const auto estimates = estimate_run(*run);
  ASSERT_TRUE(estimates && estimates->hardware);
  EXPECT_DOUBLE_EQ(estimates->hardware->operations.mid, 4.9553856e17);
  EXPECT_EQ(estimates->hardware->formula,
            "2 chips x 5.5 days x 86,400 seconds per day x 1.58e12 operations/s of one chip at its "
            "peak x 0.33 utilization = 4.955e17 operations");
  EXPECT_EQ(estimates->headline()->formula, estimates->hardware->formula);
}

TEST(ParseRun, PhasesAreSummedAndAMethodNeedsThemAll) {
  const auto both = parse_run(join_texts(start, counting, counting));
  EXPECT_DOUBLE_EQ(estimate_run(*both)->counting()->operations.mid, 2 * 4.86e17);
  const auto mixed = parse_run(join_texts(start, counting, hardware));
  const auto estimates = estimate_run(*mixed);
  EXPECT_FALSE(estimates->counting());
  EXPECT_FALSE(estimates->hardware);
  EXPECT_EQ(estimates->missing.size(), 2U);
}

TEST(ParseRun, FaultsNameWhatIsWrong) {
  const struct {
    std::string_view name, text;
    Code code;
    std::string_view says;
  } cases[] = {
      {"unknown key", "epoch = 1\n", Code::run_key_unknown, "unknown key \"epoch\" in run"},
      {"bad date", "date = \"2012\"\n", Code::date_malformed, "line 4"},
      {"empty phase", "[[phase]]\nname = \"p\"\n", Code::run_input_missing, "lacks \"counting\""},
      {"no repeats", "[[phase]]\nname = \"p\"\n[phase.counting]\noperations_per_example = 1\n",
       Code::run_input_missing, "lacks \"examples\""},
      {"no epochs",
       "[[phase]]\nname = \"p\"\n[phase.counting]\noperations_per_example = 1\nexamples = 2\n",
       Code::run_input_missing, "lacks \"epochs\""},
      {"no batch",
       "[[phase]]\nname = \"p\"\n[phase.counting]\noperations_per_example = 1\nupdates = 2\n",
       Code::run_input_missing, "lacks \"batch\""},
      {"two kinds",
       "[[phase]]\nname = \"p\"\n[phase.counting]\noperations_per_example = 1\nparameters = 2\n",
       Code::run_malformed, "cannot stand beside"},
      {"negative", "[[phase]]\nname = \"p\"\n[phase.counting]\noperations_per_example = -1\n",
       Code::run_malformed, "is not more than zero"},
      {"wrong unit",
       "[[phase]]\nname = \"p\"\n[phase.counting]\nadd_multiplies_per_example = \"3 days\"\n",
       Code::quantity_malformed, "line 7"},
      {"no chips", "[[phase]]\nname = \"p\"\n[phase.hardware]\ndays = 2\n", Code::run_input_missing,
       "lacks the number of chips"},
      {"no time", "[[phase]]\nname = \"p\"\n[phase.hardware]\ncount = 2\n", Code::run_input_missing,
       "lacks its time"},
      {"no peak", "[[phase]]\nname = \"p\"\n[phase.hardware]\ncount = 2\ndays = 2\n",
       Code::run_input_missing, "lacks the chip or its peak rate"},
      {"no utilization", "[[phase]]\nname = \"p\"\n[phase.hardware]\nchip_hours = 2\npeak = 1e12\n",
       Code::run_input_missing, "lacks the utilization"},
      {"utilization above 1",
       "[[phase]]\nname = \"p\"\n[phase.hardware]\nchip_hours = 2\npeak = 1e12\nutilization = "
       "1.2\n",
       Code::utilization_out_of_range,
       "a utilization of 1.2 is above 1: the peak stated is 1 TFLOP/s"},
      {"kind of utilization",
       "[[phase]]\nname = \"p\"\n[phase.hardware]\nchip_hours = 2\npeak = 1e12\nutilization = 1\n"
       "utilization_kind = \"mfx\"\n",
       Code::run_malformed, "\"mfx\""},
      {"ambiguous chip",
       "[[phase]]\nname = \"p\"\n[phase.hardware]\nchip_hours = 2\nchip = \"h100\"\n",
       Code::chip_unknown, "has variants"},
      {"both times", "[[phase]]\nname = \"p\"\n[phase.hardware]\ncount = 1\ndays = 2\nhours = 3\n",
       Code::run_malformed, "in days and in hours"},
      {"nothing printed", "[printed.counting]\n", Code::run_input_missing, "lacks \"pfs_days\""},
      {"basis", "[printed.total]\npf = 1\nbasis = \"guess\"\n", Code::run_malformed, "\"guess\""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto run = parse_run(join_texts(start, c.text));
    ASSERT_FALSE(run);
    EXPECT_EQ(to_string(run.error().code), to_string(c.code));
    EXPECT_TRUE(run.error().place.line);
    EXPECT_THAT(to_string(run.error()), HasSubstr(c.says));
  }
}

TEST(ParseRun, AnotherSchemaIsRefused) {
  const auto run = parse_run("schema = \"pfsday.run/2\"\n");
  ASSERT_FALSE(run);
  EXPECT_THAT(run.error().hint, HasSubstr("pfsday.run/1"));
}

/// The product of the factors that the 2018 post states for each of its worked examples, by hand.
TEST(Catalogue, RecomputesTheWorkedExamplesOf2018) {
  const struct {
    std::string_view run;
    bool counts;  ///< or takes hardware time
    std::string_view pf;
  } cases[] = {
      {"alexnet", true, "486"},        {"alexnet", false, "495.5"},
      {"dropout", false, "175.6"},     {"zeiler-fergus", false, "526.9"},
      {"dqn", true, "2.454"},          {"seq2seq", true, "11150"},
      {"seq2seq", false, "7983"},      {"vgg", true, "8525"},
      {"vgg", false, "8725"},          {"deepspeech2", true, "25480"},
      {"deepspeech2", false, "20740"}, {"resnet", true, "10510"},
      {"xception", false, "436200"},   {"nas", true, "1.92e6"},
      {"nas", false, "2.682e6"},       {"gnmt", false, "6.622e6"},
  };
  const auto runs = catalogue_runs();
  ASSERT_TRUE(runs) << to_string(runs.error());
  for (const auto& c : cases) {
    SCOPED_TRACE(c.run);
    const auto run = std::ranges::find(*runs, c.run, &estimate::Run::id);
    ASSERT_NE(run, runs->end());
    const auto estimates = estimate_run(*run);
    ASSERT_TRUE(estimates) << to_string(estimates.error());
    const auto& estimate = c.counts ? estimates->stated_count : estimates->hardware;
    ASSERT_TRUE(estimate);
    EXPECT_EQ(units::to_significant(estimate->operations.mid / 1e15), c.pf);
  }
}

/// Multiply-adds of the forward pass, worked out by hand from the layers as the papers print them.
TEST(Catalogue, CountsTheLayersOfItsRecipes) {
  const struct {
    std::string_view run;
    double add_multiplies;
    bool as_stated;
  } cases[] = {
      {"dqn", 2'555'904, true},          {"deepspeech2", 98'304'000, true},
      {"alexnet", 724'406'816, false},   {"vgg", 15'470'264'320, false},
      {"resnet", 11'282'415'616, false},
  };
  const auto runs = catalogue_runs();
  ASSERT_TRUE(runs);
  for (const auto& c : cases) {
    SCOPED_TRACE(c.run);
    const auto estimates = estimate_run(*std::ranges::find(*runs, c.run, &estimate::Run::id));
    ASSERT_TRUE(estimates) << to_string(estimates.error());
    ASSERT_EQ(estimates->examples.size(), 1U);
    const CountedExample& example = estimates->examples[0];
    EXPECT_EQ(example.add_multiplies, c.add_multiplies);
    EXPECT_EQ(example.add_multiplies == *example.stated_add_multiplies, c.as_stated);
    EXPECT_LT(example.operations, 3 * example.forward_operations);
    EXPECT_GT(example.operations, 2.5 * example.forward_operations);
  }
}

TEST(ParseRun, ARecipeAloneIsTheCount) {
  const auto run = parse_run(join_texts(start, R"([[phase]]
name = "training"
[phase.counting]
updates = 10
batch = 4
[phase.counting.recipe]
bias = false
input = [3]
layers = [{dense = 5}, {dense = 2, relu = false}]
)"));
  ASSERT_TRUE(run) << to_string(run.error());
  const auto estimates = estimate_run(*run);
  ASSERT_TRUE(estimates) << to_string(estimates.error());
  EXPECT_FALSE(estimates->stated_count);
  // Forward 15 + 10 multiply-adds, weight gradients as many, data gradient 10 into the first layer.
  EXPECT_EQ(estimates->counting()->operations.mid, 2.0 * (25 + 25 + 10) * 40);
}

TEST(ParseRun, EditingAFactorMovesTheResult) {
  std::string text(join_texts(start, counting));
  text.replace(text.find("epochs = 90"), 11, "epochs = 45");
  EXPECT_DOUBLE_EQ(estimate_run(*parse_run(text))->counting()->operations.mid, 4.86e17 / 2);
}

}  // namespace
}  // namespace pfsday::estimate
