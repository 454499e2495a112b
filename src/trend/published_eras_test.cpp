#include "trend/published_eras.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trend/set.h"

namespace pfsday::trend {
namespace {

TEST(PublishedErasOf2018, ImplyTheDaysOfTheirRanges) {
  const PublishedEras eras = *find_published_eras("2018");
  ASSERT_EQ(eras.eras.size(), 4U);
  EXPECT_FALSE(days_implied(eras.eras[0], eras.utilization));
  const auto early = *days_implied(eras.eras[1], eras.utilization);
  EXPECT_NEAR(early.low, 3.03, 0.01);
  EXPECT_NEAR(early.high, 18.9, 0.1);
  const auto late = *days_implied(eras.eras[2], eras.utilization);
  EXPECT_NEAR(late.low, 6.06, 0.01);
  EXPECT_NEAR(late.high, 30.3, 0.1);
}

TEST(PublishedErasOf2018, ListTheSystemsThatFallOutside) {
  const PublishedEras eras = *find_published_eras("2018");
  const auto systems = *systems_of(*find_set(eras.set), *estimate::catalogue_rows());
  std::vector<std::string> names;
  for (const PublishedEra& era : eras.eras) {
    for (const System& system : systems_outside(era, systems)) names.push_back(system.name);
  }
  EXPECT_THAT(names, testing::ElementsAre("DQN", "VGG", "Seq2Seq", "GoogleNet"));
}

TEST(PublishedEras, OfTheAddendumStateTheirGrowth) {
  const PublishedEras eras = *find_published_eras("2019");
  ASSERT_EQ(eras.eras.size(), 2U);
  EXPECT_EQ(eras.eras[0].doubling_months, 24);
  EXPECT_EQ(eras.eras[1].doubling_months, 3.4);
}

TEST(PublishedEras, Faults) {
  EXPECT_EQ(find_published_eras("1492").error().code, Code::set_unknown);
  EXPECT_EQ(parse_published_eras("").error().code, Code::run_input_missing);
  const std::string head =
      "schema = \"pfsday.eras/1\"\nid = \"a\"\ntitle = \"b\"\nsource = \"c\"\nurl = \"d\"\n"
      "utilization = 0.3\n[[era]]\nname = \"e\"\nnote = \"f\"\n";
  EXPECT_TRUE(parse_published_eras(head));
  EXPECT_EQ(parse_published_eras(head + "chips = {low = 3, high = 2}").error().code,
            Code::run_malformed);
  EXPECT_EQ(parse_published_eras(head + "color = 1").error().code, Code::run_key_unknown);
}

}  // namespace
}  // namespace pfsday::trend
