// Headers of safetensors files, and indexes of such files.
#include "format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  const bool is_index = size > 0 && data[0] == '{';
  pfsday::fuzz_format(is_index ? "safetensors-index" : "safetensors", file);
  return 0;
}
