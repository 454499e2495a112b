#include "estimate/row.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "units/quantity.h"

namespace pfsday::estimate {
namespace {

using testing::HasSubstr;

std::vector<Row> rows_with_tag(std::string_view tag) {
  std::vector<Row> rows = catalogue_rows().value();
  std::erase_if(rows, [tag](const Row& row) { return !row.has_tag(tag); });
  return rows;
}

TEST(CatalogueRows, HoldTheChartOf2018) {
  const auto rows = rows_with_tag("2018-chart");
  EXPECT_EQ(rows.size(), 15U);
  EXPECT_EQ(std::ranges::count_if(rows, [](const Row& row) { return row.flop.has_value(); }), 14);
  const auto alexnet = std::ranges::find(rows, "alexnet", &Row::id);
  ASSERT_NE(alexnet, rows.end());
  EXPECT_DOUBLE_EQ(*alexnet->flop, 0.0058 * units::operations_per_pfs_day);
  EXPECT_EQ(alexnet->method, "hardware");
  EXPECT_EQ(units::to_string(alexnet->date), "2012-09-30");
  const auto zero = std::ranges::find(rows, "alphago-zero", &Row::id);
  ASSERT_NE(zero, rows.end());
  EXPECT_FALSE(zero->flop);
  EXPECT_THAT(zero->included_because, HasSubstr("No value is printed"));
}

TEST(CatalogueRows, HoldTheResultsOfModestCompute) {
  const auto rows = rows_with_tag("2018-modest");
  EXPECT_EQ(rows.size(), 6U);
  EXPECT_EQ(std::ranges::count_if(rows, [](const Row& row) { return row.upper_bound; }), 4);
}

TEST(CatalogueRows, HoldTheDocumentedSystems) {
  const auto rows = rows_with_tag("documented");
  EXPECT_EQ(rows.size(), 58U);
  EXPECT_THAT(rows, testing::Each(testing::Field(&Row::tags, testing::SizeIs(1))));
}

TEST(CatalogueRows, HaveIdsOfTheirOwn) {
  std::set<std::string> ids;
  const std::vector<Row> rows = catalogue_rows().value();
  for (const Row& row : rows) {
    EXPECT_TRUE(ids.insert(row.id).second) << row.id;
  }
}

TEST(CatalogueRows, OfTheAnalysisNameThePostAndASourceOfTheirOwn) {
  for (const std::string_view tag : {"2018-chart", "2018-modest", "2019-chart"}) {
    const std::vector<Row> rows = rows_with_tag(tag);
    for (const Row& row : rows) {
      SCOPED_TRACE(row.id);
      ASSERT_GE(row.sources.size(), 2U);
      EXPECT_EQ(row.sources.front().url, "https://openai.com/index/ai-and-compute/");
    }
  }
}

TEST(CatalogueRows, EachNamesItsSourcesAndWhyItIsThere) {
  const std::vector<Row> rows = catalogue_rows().value();
  for (const Row& row : rows) {
    SCOPED_TRACE(row.id);
    ASSERT_FALSE(row.sources.empty());
    for (const Source& source : row.sources)
      EXPECT_THAT(source.url, testing::StartsWith("https://"));
    EXPECT_FALSE(row.included_because.empty());
    EXPECT_FALSE(row.organization.empty());
  }
}

TEST(RowOf, NeedsADate) {
  const auto row = row_of(estimate::Run{.id = "a"});
  ASSERT_FALSE(row);
  EXPECT_EQ(row.error().code, Code::run_input_missing);
}

}  // namespace
}  // namespace pfsday::estimate
