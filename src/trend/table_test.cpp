#include "trend/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "trend/fit.h"
#include "trend/select.h"

namespace pfsday::trend {
namespace {

TEST(ReadPoints, FindsUsualHeadings) {
  const struct {
    std::string_view csv;
    double flop;
  } cases[] = {
      {"System,Publication date,Training compute (FLOP)\nA,2020-01-01,1.5e20\n", 1.5e20},
      {"id,model,publication_date,training_compute_flop\n7,A,2020-01-01,1.5e20\n", 1.5e20},
      {"name,date,pfs-days\nA,2020-01-01,2\n", 1.728e20},
      {"name,date,training compute (petaflop/s-days),flop\nA,2020-01-01,9,2e20\n", 2e20},
      {"NAME,Date,Compute\nA,2020-01-01,3 pfs-days\n", 2.592e20},
      {"Compute,name,date\n1e20,\" A \",2020-01-01 \n", 1e20},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.csv);
    const Result<PointTable> table = read_points(c.csv, {});
    ASSERT_TRUE(table) << to_string(table.error());
    ASSERT_EQ(table->points.size(), 1U);
    EXPECT_EQ(table->points[0].name, "A");
    EXPECT_EQ(units::to_string(table->points[0].date), "2020-01-01");
    EXPECT_DOUBLE_EQ(table->points[0].flop, c.flop);
  }
}

TEST(ReadPoints, TakesColumnsByName) {
  const std::string csv = "who,when,C (pfs-days),flop\nA,2020-01-01,1,5\n";
  const PointTable table =
      *read_points(csv, {.name = "who", .date = "when", .compute = "C (pfs-days)"});
  EXPECT_EQ(table.points[0].flop, 8.64e19);
  EXPECT_EQ(table.columns.compute, "C (pfs-days)");
  EXPECT_EQ(read_points(csv, {.name = "Who"}).error().code, Code::column_missing);
  const Error missing = read_points(csv, {}).error();
  EXPECT_EQ(missing.what, "no column has a usual heading of a name");
  EXPECT_EQ(missing.hint,
            "name it: --name HEADING; the columns are: who, when, C (pfs-days), flop");
}

TEST(ReadPoints, CountsEveryRow) {
  const PointTable table = *read_points(
      "name,date,flop\n"
      "good,2020-01-01,1e20\n"
      "no compute,2020-01-01,\n"
      "no date,,1e20\n"
      "bad date,2020-02-30,1e20\n"
      "bad compute,2020-01-01,many\n"
      "zero,2020-01-01,0\n"
      "\"two\r\nlines\",2020-01-01,1e21\n"
      "short,2020-01-01\n",
      {});
  EXPECT_EQ(table.rows, 8U);
  EXPECT_EQ(table.points.size(), 2U);
  EXPECT_EQ(table.points[1].name, "two lines");
  EXPECT_EQ(table.without_compute, 1U);
  std::vector<std::size_t> lines;
  for (const CsvFault& fault : table.faulty) {
    lines.push_back(fault.line);
    EXPECT_FALSE(fault.reason.empty());
  }
  EXPECT_THAT(lines, testing::ElementsAre(4, 5, 6, 7, 10));
}

/// A file of the published tables that may stand beside the project.
std::optional<std::string> read_shared(const std::string& name) {
  const char* shared = std::getenv("PFSDAY_SHARED");
  const char* source = std::getenv("PFSDAY_SOURCE_DIR");
  std::filesystem::path folder =
      source == nullptr ? "../shared" : std::string(source) + "/../shared";
  if (shared != nullptr && *shared != '\0') folder = shared;
  std::ifstream in(folder / "data" / name, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Reference slopes: normal equations in 60 decimal digits on rows read by another CSV reader.
TEST(ReadPoints, PublishedTablesFitAsComputedIndependently) {
  const struct {
    std::string file;
    std::size_t rows, all, since_2012;
    double slope, slope_since_2012;
  } cases[] = {
      {"three_eras_2022.csv", 137, 137, 114, 0.29085450632425286, 0.61171867393206047},
      {"notable_2026-07.csv", 529, 529, 457, 0.32761815838812308, 0.65685648665780394},
      {"epoch_notable_ai_models_2026-07.csv", 1036, 529, 457, 0.32761815838812264,
       0.65685648665780394},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.file);
    const auto csv = read_shared(c.file);
    if (!csv) GTEST_SKIP() << "no published tables beside the project";
    const PointTable table = *read_points(*csv, {});
    EXPECT_TRUE(table.faulty.empty());
    EXPECT_EQ(table.rows, c.rows);
    EXPECT_EQ(table.rows - table.without_compute, c.all);
    const Fit all = *fit_exponential(table.points, {});
    EXPECT_EQ(all.line.n, c.all);
    EXPECT_NEAR(all.line.slope, c.slope, 1e-12);
    const auto recent = *select(table.points, {.from = *units::parse_date("2012-01-01")});
    EXPECT_EQ(recent.size(), c.since_2012);
    EXPECT_NEAR(fit_exponential(recent, {})->line.slope, c.slope_since_2012, 1e-12);
  }
}

}  // namespace
}  // namespace pfsday::trend
