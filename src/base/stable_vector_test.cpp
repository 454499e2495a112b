#include "base/stable_vector.h"

#include <gtest/gtest.h>

#include <string>

namespace pfsday {
namespace {

TEST(StableVector, ElementsStayWhereTheyAre) {
  StableVector<std::string> all;
  const std::string& first = all.push_back("0");
  for (int i = 1; i < 100; ++i) all.push_back(std::to_string(i));
  ASSERT_EQ(all.size(), 100);
  EXPECT_EQ(&first, &all[0]);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], std::to_string(i));
}

TEST(StableVector, CopiesGrowInPlaceToo) {
  StableVector<std::string> all;
  for (int i = 0; i < 17; ++i) all.push_back(std::to_string(i));
  StableVector<std::string> copy = all;
  const std::string& last = copy[16];
  copy.push_back("17");
  EXPECT_EQ(&last, &copy[16]);
  EXPECT_EQ(all.size(), 17);
  const StableVector<std::string> moved = std::move(copy);
  EXPECT_EQ(moved.size(), 18);
  EXPECT_EQ(&last, &moved[16]);
  all = moved;
  EXPECT_EQ(all.size(), 18);
}

}  // namespace
}  // namespace pfsday
