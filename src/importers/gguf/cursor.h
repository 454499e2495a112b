// Reads the fields of a GGUF file in their order; nothing is taken for granted that the file
// claims.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

#include "importers/importer.h"

namespace pfsday::gguf {

class Cursor {
 public:
  explicit Cursor(importers::Bytes file) : file_(file) {}

  /// The fields that follow are of the other byte order, of version 1 (lengths of 32 bits), or
  /// both.
  void set_layout(bool is_swapped, std::uint32_t version) {
    is_swapped_ = is_swapped;
    has_short_lengths_ = version == 1;
  }

  std::uint64_t position() const { return position_; }
  std::uint64_t left() const { return file_.size() - position_; }

  template <class T>
  Result<T> read(std::string_view what) {
    T value{};
    if (left() < sizeof(T)) return truncated(what);
    std::memcpy(&value, file_.data() + position_, sizeof(T));
    position_ += sizeof(T);
    if (!is_swapped_) return value;
    auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
    std::ranges::reverse(bytes);
    return std::bit_cast<T>(bytes);
  }

  /// A length, a size or a number of things, of any value.
  Result<std::uint64_t> read_length(std::string_view what) {
    if (!has_short_lengths_) return read<std::uint64_t>(what);
    return std::uint64_t{TRY(read<std::uint32_t>(what))};
  }

  /// A number of things that take at least so many bytes each, for which the file has room.
  Result<std::uint64_t> read_count(std::string_view what, std::uint64_t least_bytes) {
    const std::uint64_t count = TRY(read_length(what));
    if (count > left() / least_bytes) return truncated(what);
    return count;
  }

  Result<std::string_view> read_text(std::string_view what) {
    const std::uint64_t length = TRY(read_count(what, 1));
    const auto* begin = reinterpret_cast<const char*>(file_.data() + position_);
    position_ += length;
    return std::string_view(begin, length);
  }

  /// Passes over so many things of that size.
  Result<void> skip(std::uint64_t count, std::uint64_t bytes_each, std::string_view what) {
    if (count > left() / bytes_each) return truncated(what);
    position_ += count * bytes_each;
    return {};
  }

  std::unexpected<Error> malformed(std::string what) const {
    return fail(Error{.code = Code::model_malformed,
                      .what = std::move(what),
                      .place = {.byte = static_cast<std::size_t>(position_)}});
  }

 private:
  std::unexpected<Error> truncated(std::string_view what) const {
    return fail(Error{.code = Code::model_truncated,
                      .what = "the file ends within " + std::string(what),
                      .place = {.byte = static_cast<std::size_t>(position_)}});
  }

  importers::Bytes file_;
  std::uint64_t position_ = 0;
  bool is_swapped_ = false;
  bool has_short_lengths_ = false;
};

}  // namespace pfsday::gguf
