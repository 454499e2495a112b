#include "cli/table.h"

#include <gtest/gtest.h>

namespace pfsday::cli {
namespace {

TEST(Table, AlignsColumnsUnderTheirHeader) {
  Table table({{"layer"}, {"MAC", Align::right}, {"note"}});
  table.add_row({"conv1", "105,415,200", "first"});
  table.add_row({"fc", "4,096"});
  table.add_rule();
  table.add_row({"total", "105,419,296"});
  EXPECT_EQ(table.render(false),
            "layer          MAC  note\n"
            "-------------------------\n"
            "conv1  105,415,200  first\n"
            "fc           4,096\n"
            "-------------------------\n"
            "total  105,419,296\n");
}

TEST(Table, HasNoHeaderLineWithoutHeaders) {
  Table table({{""}, {"", Align::right}});
  table.add_row({"a", "10"});
  table.add_row({"bc", "9"});
  EXPECT_EQ(table.render(false), "a   10\nbc   9\n");
}

TEST(Table, CountsColumnsNotBytes) {
  Table table({{"name"}, {"n", Align::right}});
  table.add_row({"µ", "1"});
  table.add_row({"語", "2"});
  EXPECT_EQ(table.render(false), "name  n\n-------\nµ     1\n語    2\n");
}

TEST(Table, ShowsControlCharactersAsQuestionMarks) {
  Table table({{""}});
  table.add_row({"a\033[31mb"});
  EXPECT_EQ(table.render(false), "a?[31mb\n");
}

TEST(Table, ColorsTheHeaderAndTheRule) {
  Table table({{"x"}});
  table.add_row({"1"});
  EXPECT_EQ(table.render(true), "\033[1mx\033[0m\n\033[2m-\033[0m\n1\n");
}

TEST(Table, GroupsStandAboveTheirColumns) {
  Table table({{"system"},
               {"printed", Align::right, "counting"},
               {"counted", Align::right, "counting"},
               {"ratio", Align::right}});
  table.add_row({"a", "1", "2", "3"});
  EXPECT_EQ(table.render(false),
            "        --- counting ---\n"
            "system  printed  counted  ratio\n"
            "-------------------------------\n"
            "a             1        2      3\n");
}

}  // namespace
}  // namespace pfsday::cli
