// Unpacks gzip, with a bound on what comes out.
//
//   if (is_gzip(bytes)) text = TRY(read_gzip(bytes));
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace pfsday {

/// True if the bytes begin as gzip does.
bool is_gzip(std::span<const std::byte> bytes);

/// What is packed in the bytes; several members follow one another. What comes out may be 16 MiB,
/// or 200 times as much as goes in, and never more than 1 GiB. Errors: Code::limit_exceeded,
/// model_truncated, model_malformed.
Result<std::string> read_gzip(std::span<const std::byte> bytes);

/// The first bytes of what is packed, at most that many; fewer, or none, where the bytes end or are
/// damaged.
std::string read_gzip_head(std::span<const std::byte> bytes, std::size_t most);

}  // namespace pfsday
