// Run files from any bytes: what parses can be estimated or says why not, and amounts are positive.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "estimate/crosscheck.h"
#include "estimate/run.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pfsday::estimate;
  const auto run = parse_run({reinterpret_cast<const char*>(data), size});
  if (!run) return 0;
  const auto check = crosscheck(*run);
  if (!check) return 0;
  for (const Estimate* estimate : check->estimates.methods()) {
    if (!(estimate->operations.mid >= 0) || estimate->formula.empty()) std::abort();
  }
  return 0;
}
