// SHA-256 of bytes, so that a report can say which file it counted.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace pfsday {

/// 64 hexadecimal digits.
std::string sha256_of(std::span<const std::byte> bytes);

}  // namespace pfsday
