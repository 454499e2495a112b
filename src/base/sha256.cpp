#include "base/sha256.h"

#include <sha2.h>

#include <cstdint>

namespace pfsday {

std::string sha256_of(std::span<const std::byte> bytes) {
  std::string digits(SHA256_DIGEST_STRING_LENGTH, '\0');
  SHA256Data(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), digits.data());
  digits.pop_back();  // the terminating zero
  return digits;
}

}  // namespace pfsday
