#include "uncertainty/select.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "stats/random.h"

namespace pfsday::uncertainty {
namespace {

TEST(Select, GivesWhatSortingGives) {
  stats::RandomStream random(2018, 1);
  const struct {
    std::string_view name;
    double width;  ///< of the logarithm
  } cases[] = {{"all equal", 0}, {"close together", 1e-9}, {"usual", 1}, {"far apart", 200}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    std::vector<double> values;
    for (int i = 0; i < 10000; ++i) values.push_back(std::exp(c.width * random.normal()));
    values[17] = values[18] = 0;
    const std::size_t ranks[] = {0, 1, 2, 500, 499, 5000, 9998, 9999, 500};
    const std::vector<double> selected = select(values, ranks);
    std::ranges::sort(values);
    for (std::size_t i = 0; i < std::size(ranks); ++i) EXPECT_EQ(selected[i], values[ranks[i]]);
  }
}

TEST(Select, OfOneValue) {
  const double values[] = {5};
  const std::size_t ranks[] = {0, 0};
  EXPECT_EQ(select(values, ranks), (std::vector<double>{5, 5}));
}

}  // namespace
}  // namespace pfsday::uncertainty
