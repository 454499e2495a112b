// Tables from any bytes: every row has the heading's width, lines only grow.

#include "base/csv.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto table = pfsday::read_csv({reinterpret_cast<const char*>(data), size});
  if (!table) return 0;
  std::size_t line = 0;
  for (const pfsday::CsvRow& row : table->rows) {
    if (row.cells.size() != table->heading.size() || row.line <= line) std::abort();
    line = row.line;
  }
  return 0;
}
