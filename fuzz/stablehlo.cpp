// The text of StableHLO programs, from their bytes to a count.
#include "format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pfsday::fuzz_format("stablehlo", std::as_bytes(std::span(data, size)));
  return 0;
}
