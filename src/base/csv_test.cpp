#include "base/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace pfsday {
namespace {

using Cells = std::vector<std::string>;

TEST(ReadCsv, Cells) {
  const struct {
    std::string_view name, text;
    Cells cells;
  } cases[] = {
      {"plain", "a,b\n1,2\n", {"1", "2"}},
      {"no line end", "a,b\n1,2", {"1", "2"}},
      {"CRLF", "a,b\r\n1,2\r\n", {"1", "2"}},
      {"CR", "a,b\r1,2\r", {"1", "2"}},
      {"byte-order mark", "\xEF\xBB\xBF\"a\",b\n1,2\n", {"1", "2"}},
      {"comma in quotes", "a,b\n\"x, y\",2\n", {"x, y", "2"}},
      {"line break in quotes", "a,b\n\"x\r\ny\nz\",2\n", {"x\r\ny\nz", "2"}},
      {"doubled quote", "a,b\n\"x \"\"y\"\"\",2\n", {"x \"y\"", "2"}},
      {"quote inside a plain cell", "a,b\n5\" disk,2\n", {"5\" disk", "2"}},
      {"empty cells", "a,b\n,\n", {"", ""}},
      {"blank lines", "\na,b\n\n\r\n1,2\n\n", {"1", "2"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Result<CsvTable> table = read_csv(c.text);
    ASSERT_TRUE(table);
    EXPECT_EQ(table->heading, (Cells{"a", "b"}));
    ASSERT_EQ(table->rows.size(), 1U);
    EXPECT_EQ(table->rows[0].cells, c.cells);
    EXPECT_TRUE(table->faulty.empty());
  }
}

TEST(ReadCsv, LinesCountBreaksInsideQuotes) {
  const CsvTable table = *read_csv("a,b\r\n\"1\r\n2\",x\r\n3,y\r\n");
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].line, 2U);
  EXPECT_EQ(table.rows[1].line, 4U);
}

TEST(ReadCsv, FaultyRowsAreKeptWithTheirLine) {
  const CsvTable table = *read_csv("a,b\n1\n1,2\n1,2,3\n\"x\"y,2\n");
  EXPECT_EQ(table.rows.size(), 1U);
  ASSERT_EQ(table.faulty.size(), 3U);
  EXPECT_EQ(table.faulty[0].line, 2U);
  EXPECT_EQ(table.faulty[0].reason, "1 cells where the heading has 2");
  EXPECT_EQ(table.faulty[1].line, 4U);
  EXPECT_EQ(table.faulty[2].line, 5U);
  EXPECT_EQ(table.faulty[2].reason, "\"y\" follows a closing quote");
}

TEST(ReadCsv, Faults) {
  for (const std::string_view text : {"", "\n\n", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(read_csv(text).error().what, "the table is empty");
  }
  const Error open = read_csv("a,b\n1,2\n\"3,4\n5,6\n").error();
  EXPECT_EQ(open.code, Code::table_malformed);
  EXPECT_EQ(open.place.line, 3U);
  EXPECT_EQ(read_csv(std::string_view("a\n\0", 3)).error().code, Code::table_malformed);
}

/// Writes a cell as RFC 4180 asks; the second half of the round trip.
std::string in_quotes(const std::string& cell) {
  std::string out = "\"";
  for (const char c : cell) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

TEST(ReadCsv, RandomTablesComeBack) {
  std::mt19937 random(4180);
  const std::string_view alphabet = "ab ,\"\r\n\xC3";
  for (int round = 0; round < 200; ++round) {
    std::vector<Cells> rows(1 + random() % 4);
    std::string text = "h,h\n";
    for (Cells& row : rows) {
      for (int i = 0; i < 2; ++i) {
        std::string cell;
        for (auto length = random() % 6; length > 0; --length) cell += alphabet[random() % 8];
        row.push_back(cell);
      }
      text += in_quotes(row[0]) + ',' + in_quotes(row[1]) + (random() % 2 ? "\n" : "\r\n");
    }
    const CsvTable table = *read_csv(text);
    ASSERT_EQ(table.rows.size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(table.rows[i].cells, rows[i]);
  }
}

}  // namespace
}  // namespace pfsday
