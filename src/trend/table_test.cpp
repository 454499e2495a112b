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

TEST(ReadSystems, FindsUsualHeadings) {
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
    const Result<SystemTable> table = read_systems(c.csv, {});
    ASSERT_TRUE(table) << to_string(table.error());
    ASSERT_EQ(table->systems.size(), 1U);
    EXPECT_EQ(table->systems[0].name, "A");
    EXPECT_EQ(units::to_string(table->systems[0].date), "2020-01-01");
    EXPECT_DOUBLE_EQ(table->systems[0].amount(Quantity::compute)->value, c.flop);
  }
}

TEST(ReadSystems, TakesColumnsByName) {
  const std::string csv = "who,when,C (pfs-days),flop\nA,2020-01-01,1,5\n";
  const SystemTable table =
      *read_systems(csv, {.name = "who", .date = "when", .compute = "C (pfs-days)"});
  EXPECT_EQ(table.systems[0].amount(Quantity::compute)->value, 8.64e19);
  EXPECT_EQ(table.columns.compute, "C (pfs-days)");
  EXPECT_EQ(read_systems(csv, {.name = "Who"}).error().code, Code::column_missing);
  const Error missing = read_systems(csv, {}).error();
  EXPECT_EQ(missing.what, "no column has a usual heading of a name");
  EXPECT_EQ(missing.hint,
            "name it: --name HEADING; the columns are: who, when, C (pfs-days), flop");
}

TEST(ReadSystems, CountsEveryRow) {
  const SystemTable table = *read_systems(
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
  EXPECT_EQ(table.systems.size(), 3U);
  EXPECT_FALSE(table.systems[1].amount(Quantity::compute));
  EXPECT_EQ(table.systems[2].name, "two lines");
  std::vector<std::size_t> lines;
  for (const CsvFault& fault : table.faulty) {
    lines.push_back(fault.line);
    EXPECT_FALSE(fault.reason.empty());
  }
  EXPECT_THAT(lines, testing::ElementsAre(4, 5, 6, 7, 10));
}

TEST(ReadSystems, ReadsWhatElseATableHas) {
  const System system =
      read_systems(
          "Model,Publication date,Training compute (FLOP),Domain,Organization,Notability criteria,"
          "Frontier model,Base model,Training hardware,Hardware quantity,Training time (hours),"
          "Training compute cost (2023 USD)\n"
          "A,2020-03,above 1e25,\"Vision, Language,Vision\",\"X,Y\",\"SOTA improvement,Training "
          "cost\","
          "checked,B,\"T4,T5\",8,,$1200.5\n",
          {})
          ->systems.at(0);
  EXPECT_EQ(units::to_string(system.date), "2020-03-15");
  EXPECT_EQ(system.precision, Precision::month);
  EXPECT_EQ(system.amount(Quantity::compute)->bound, Bound::above);
  EXPECT_EQ(system.amount(Quantity::cost)->value, 1200.5);
  EXPECT_FALSE(system.amount(Quantity::power));
  EXPECT_THAT(system.domains, testing::ElementsAre("Vision", "Language"));
  EXPECT_THAT(system.organizations, testing::ElementsAre("X", "Y"));
  EXPECT_THAT(system.tags,
              testing::ElementsAre("notable", "sota-improvement", "training-cost", "frontier"));
  EXPECT_EQ(system.base_model, "B");
  EXPECT_THAT(system.hardware, testing::ElementsAre("T4", "T5"));
  EXPECT_EQ(system.chips, 8);
  EXPECT_FALSE(system.hours);
}

TEST(ReadSystems, OnlyTheQuantityAskedForMustBeReadable) {
  const std::string csv =
      "model,date,flop,dataset_size\nA,2020,1e20,Grok 4\nA,2021,1e20,5e9\n,,,\n";
  const SystemTable compute = *read_systems(csv, {});
  EXPECT_TRUE(compute.faulty.empty());
  EXPECT_EQ(compute.systems[0].id, "A (line 2)");
  EXPECT_EQ(compute.systems[2].id, "line 4");
  EXPECT_EQ(compute.systems[0].precision, Precision::year);
  const SystemTable data = *read_systems(csv, {}, Quantity::data);
  ASSERT_EQ(data.faulty.size(), 1U);
  EXPECT_EQ(data.faulty[0].line, 2U);
  EXPECT_EQ(data.columns.value, "dataset_size");
  EXPECT_EQ(read_systems(csv, {}, Quantity::cost).error().code, Code::column_missing);
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
TEST(ReadSystems, PublishedTablesFitAsComputedIndependently) {
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
    const SystemTable table = *read_systems(*csv, {});
    EXPECT_TRUE(table.faulty.empty());
    EXPECT_EQ(table.rows, c.rows);
    const Fit all = *fit_exponential(*select(table.systems, {}, Quantity::compute), {});
    EXPECT_EQ(all.line.n, c.all);
    EXPECT_NEAR(all.line.slope, c.slope, 1e-12);
    const auto recent =
        *select(table.systems, {.from = *units::parse_date("2012-01-01")}, Quantity::compute);
    EXPECT_EQ(recent.size(), c.since_2012);
    EXPECT_NEAR(fit_exponential(recent, {})->line.slope, c.slope_since_2012, 1e-12);
  }
}

}  // namespace
}  // namespace pfsday::trend
