// A table of cells, for whichever face shows it.
//
//   Grid grid{.headings = {"pass", "FLOP"}};
//   grid.rows.push_back({"forward", "1,234"});
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pfsday::report {

/// The first `text_columns` columns are text, the others numbers.
struct Grid {
  std::size_t text_columns = 1;
  std::vector<std::string> headings = {};
  std::vector<std::vector<std::string>> rows = {};
  std::vector<std::string> total = {};  ///< below a rule; empty where there is none
};

}  // namespace pfsday::report
