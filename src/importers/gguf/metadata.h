// The keys and values at the head of a GGUF file.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "importers/gguf/cursor.h"

namespace pfsday::gguf {

/// Numbers that are not negative, texts, and the lengths of arrays; other values are passed over.
struct ArrayLength {
  std::uint64_t count = 0;
};
using Metadata =
    std::map<std::string, std::variant<std::uint64_t, std::string, ArrayLength>, std::less<>>;

/// Errors: Code::model_truncated, Code::model_malformed, Code::limit_exceeded.
Result<Metadata> read_metadata(Cursor& in, std::uint64_t count);

std::optional<std::uint64_t> find_natural(const Metadata& metadata, std::string_view key);
/// Empty if there is none.
std::string find_text(const Metadata& metadata, std::string_view key);
/// Of a key of the architecture: "block_count" is "llama.block_count".
std::optional<std::uint64_t> find_of_architecture(const Metadata& metadata, std::string_view key);

}  // namespace pfsday::gguf
