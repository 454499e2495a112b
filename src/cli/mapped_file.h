// The bytes of an input file without reading it: only the pages that someone looks at are loaded,
// so that a file of any size, sparse or not, costs what its header costs.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace pfsday::cli {

/// Read-only bytes, valid as long as this object. The file must not be shortened meanwhile.
class MappedFile {
 public:
  explicit MappedFile(std::string content) : content_(std::move(content)) {}
  /// Takes a mapping of `size` bytes at `address`.
  MappedFile(const void* address, std::size_t size)
      : mapping_(static_cast<const std::byte*>(address), size) {}
  MappedFile(MappedFile&& other) noexcept
      : content_(std::move(other.content_)), mapping_(std::exchange(other.mapping_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(content_, other.content_);
    std::swap(mapping_, other.mapping_);
    return *this;
  }
  ~MappedFile();

  std::span<const std::byte> bytes() const {
    return mapping_.data() != nullptr ? mapping_ : std::as_bytes(std::span(content_));
  }

 private:
  std::string content_;  ///< of an input that cannot be mapped, such as a pipe
  std::span<const std::byte> mapping_ = {};
};

/// Maps a file; a pipe, or standard input for "-", is read into memory up to 1 GiB.
///   errors  Code::file_unreadable: it does not exist, is a folder, may not be read, is too large
Result<MappedFile> map_file(std::string_view path);

}  // namespace pfsday::cli
