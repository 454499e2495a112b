#include "estimate/lineage.h"

#include <gmock/gmock.h>

#include <map>

#include "estimate/method.h"

namespace pfsday::estimate {
namespace {

using testing::HasSubstr;

/// Run files in memory.
class Lineage : public testing::Test {
 protected:
  void add(const std::string& path, std::string_view id, std::string_view flop,
           std::string_view parents = "") {
    files_[path] =
        "schema = \"pfsday.run/1\"\nid = \"" + std::string(id) + "\"\nname = \"run " +
        std::string(id) +
        "\"\n[[phase]]\nname = \"training\"\n[phase.reported]\nflop = " + std::string(flop) +
        "\nbasis = \"stated\"\n" + std::string(parents);
  }

  Result<Estimates> estimate(const std::string& path, std::string_view view) {
    const auto read = [this](const std::string& name) -> Result<importers::Bytes> {
      const auto found = files_.find(name);
      if (found == files_.end()) return fail(Code::file_unreadable, "no file " + name);
      return std::as_bytes(std::span(found->second));
    };
    return estimate_run(TRY(parse_run(files_[path])), {.read_file = read, .view = view});
  }

  std::map<std::string, std::string> files_;
};

constexpr std::string_view from_base = "[[lineage]]\nrelation = \"init\"\nrun = \"base/b.toml\"\n";

TEST_F(Lineage, IsPartOfTheCumulativeFigure) {
  add("a.toml", "a", "1", from_base);
  add("base/b.toml", "b", "10", "[[lineage]]\nrelation = \"merge\"\nrun = \"c.toml\"\n");
  add("base/c.toml", "c", "100");
  const auto estimates = estimate("a.toml", "eu-cumulative");
  ASSERT_TRUE(estimates) << to_string(estimates.error());
  EXPECT_DOUBLE_EQ(estimates->total->operations.mid, 111);
  ASSERT_EQ(estimates->items.size(), 3U);
  EXPECT_EQ(estimates->items[1].name, "run b");
  EXPECT_EQ(estimates->items[2].purpose, Purpose::merge_parent);
  EXPECT_THAT(estimates->total->formula, HasSubstr("run c: "));
}

TEST_F(Lineage, IsOutWithTheRunThatBuildsOnIt) {
  add("a.toml", "a", "1", from_base);
  add("base/b.toml", "b", "10", "[[lineage]]\nrelation = \"merge\"\nrun = \"c.toml\"\n");
  add("base/c.toml", "c", "100");
  const auto estimates = estimate("a.toml", "model-flop");
  ASSERT_TRUE(estimates);
  EXPECT_DOUBLE_EQ(estimates->total->operations.mid, 1);
  EXPECT_THAT(estimates->items[2].decision.why, HasSubstr("\"run b\", which builds on it"));
  EXPECT_DOUBLE_EQ(estimates->items[2].estimate->operations.mid, 100);
}

TEST_F(Lineage, CountsTheBaseOfTwoMergedModelsOnce) {
  constexpr std::string_view from_c = "[[lineage]]\nrelation = \"init\"\nrun = \"c.toml\"\n";
  add("a.toml", "a", "1",
      "[[lineage]]\nrelation = \"merge\"\nrun = \"b.toml\"\n"
      "[[lineage]]\nrelation = \"merge\"\nrun = \"d.toml\"\n");
  add("b.toml", "b", "10", from_c);
  add("d.toml", "d", "10", from_c);
  add("c.toml", "c", "100");
  const auto estimates = estimate("a.toml", "eu-cumulative");
  ASSERT_TRUE(estimates);
  EXPECT_DOUBLE_EQ(estimates->total->operations.mid, 121);
  EXPECT_THAT(estimates->items.back().decision.why, HasSubstr("counted already as \"run c\""));
}

TEST_F(Lineage, ACycleIsNamed) {
  add("a.toml", "a", "1", from_base);
  add("base/b.toml", "b", "10", "[[lineage]]\nrelation = \"distill\"\nrun = \"../a.toml\"\n");
  const auto estimates = estimate("a.toml", "updates");
  ASSERT_FALSE(estimates);
  EXPECT_EQ(estimates.error().code, Code::lineage_cyclic);
  EXPECT_THAT(estimates.error().what, HasSubstr("a -> b -> a"));
  EXPECT_EQ(estimates.error().place.file, "base/b.toml");
}

TEST_F(Lineage, ManyWaysToTheSameRunsEnd) {
  for (int i = 0; i < 40; ++i) {
    const std::string next = "r" + std::to_string(i + 1) + ".toml";
    const std::string link = "[[lineage]]\nrelation = \"merge\"\nrun = \"" + next + "\"\n";
    add("r" + std::to_string(i) + ".toml", "r" + std::to_string(i), "1", link + link);
  }
  add("r40.toml", "r40", "1");
  const auto estimates = estimate("r0.toml", "eu-cumulative");
  ASSERT_FALSE(estimates);
  EXPECT_EQ(estimates.error().code, Code::limit_exceeded);
}

TEST_F(Lineage, NamesOfAmountsAreThoseOfTheirOwnFile) {
  add("a.toml", "a", "{value = \"1 to 2\", as = \"x\"}", from_base);
  add("base/b.toml", "b", "{value = \"10 to 30\", as = \"x\"}");
  const auto estimates = estimate("a.toml", "eu-cumulative");
  ASSERT_TRUE(estimates) << to_string(estimates.error());
  EXPECT_TRUE(estimates->total->operations.low);
}

TEST_F(Lineage, OfTheCatalogueAndOfStatedCompute) {
  add("a.toml", "a", "1", "[[lineage]]\nrelation = \"init\"\nid = \"alphago-zero\"\n");
  const auto nothing = estimate("a.toml", "eu-cumulative");
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Code::run_input_missing);
  add("a.toml", "a", "1", "[[lineage]]\nrelation = \"init\"\nid = \"eu-annex-a\"\n");
  EXPECT_DOUBLE_EQ(estimate("a.toml", "eu-cumulative")->total->operations.mid, 7.524e22);
  add("a.toml", "a", "1",
      "[[lineage]]\nrelation = \"init\"\nname = \"base\"\nflop = \"3 MFLOP\"\n");
  EXPECT_DOUBLE_EQ(estimate("a.toml", "eu-cumulative")->total->operations.mid, 3e6 + 1);
  add("a.toml", "a", "1", "[[lineage]]\nrelation = \"init\"\nid = \"alexnt\"\n");
  EXPECT_THAT(estimate("a.toml", "eu-cumulative").error().hint, HasSubstr("\"alexnet\""));
}

}  // namespace
}  // namespace pfsday::estimate
