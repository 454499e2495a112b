// Recipes: any bytes are read or refused, and what is read can be counted, forward and in training.
#include "format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pfsday::fuzz_format("recipe", std::as_bytes(std::span(data, size)));
  return 0;
}
