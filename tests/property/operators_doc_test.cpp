// docs/operators.md lists as not lowered only what is not.
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <sstream>

#include "base/text.h"
#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

/// The cells of a row of a table, without marks of code; none where the line is no such row.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  if (!line.starts_with("|")) return cells;
  std::istringstream in(line.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) {
    std::erase(cell, '`');
    cells.emplace_back(trim(cell));
  }
  return cells;
}

TEST(OperatorsDoc, ListsAsNotLoweredWhatIsNot) {
  std::ifstream in(PFSDAY_OPERATORS_DOC);
  std::size_t listed = 0;
  bool is_in_list = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) is_in_list = line == "## What is not lowered";
    const auto cells = cells_of(line);
    if (!is_in_list || cells.size() != 3 || cells[0] == "domain" || cells[0] == "---") continue;
    const auto newest = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(find_lowering(cells[0], cells[1], newest), nullptr) << line;
    EXPECT_FALSE(cells[2].empty()) << line;
    ++listed;
  }
  EXPECT_GT(listed, 50U);
}

}  // namespace
}  // namespace pfsday::onnx
