// The text of a file, which may be packed by gzip.
#pragma once

#include <string>
#include <string_view>

#include "base/gzip.h"
#include "importers/importer.h"

namespace pfsday::importers {

class TextFile {
 public:
  /// Errors: those of read_gzip. Views the bytes, unless they are packed.
  static Result<TextFile> open(Bytes file) {
    TextFile opened;
    opened.is_packed_ = is_gzip(file);
    if (opened.is_packed_) {
      opened.unpacked_ = TRY(read_gzip(file));
    } else {
      opened.plain_ = text_of(file);
    }
    return opened;
  }

  /// As much of the text as the head of a file holds, 4 KiB at most of one that is packed.
  static std::string head(Bytes head) {
    return is_gzip(head) ? read_gzip_head(head, 4096) : std::string(text_of(head));
  }

  std::string_view text() const { return is_packed_ ? std::string_view(unpacked_) : plain_; }

 private:
  static std::string_view text_of(Bytes file) {
    return {reinterpret_cast<const char*>(file.data()), file.size()};
  }

  bool is_packed_ = false;
  std::string unpacked_;
  std::string_view plain_;
};

}  // namespace pfsday::importers
