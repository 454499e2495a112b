// Text helpers on any bytes: a pattern, a newline, a text. Neither need be UTF-8.

#include "base/text.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto parts = pfsday::split(input, '\n');
  const std::string_view pattern = parts.front(), text = parts.back();
  if (pfsday::matches_glob(pattern, text) && !pfsday::matches_glob("*", text)) std::abort();
  // No byte of UTF-8 is wider than one column, and no character wider than two.
  if (pfsday::display_width(text) > text.size()) std::abort();
  return 0;
}
