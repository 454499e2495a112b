#include "base/gzip.h"

#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

namespace pfsday {
namespace {

constexpr std::size_t least_limit = std::size_t{16} << 20U;
constexpr std::size_t most_limit = std::size_t{1} << 30U;
/// Text of programs is packed to a tenth or less; a file that grows this much more is made to.
constexpr std::size_t growth = 200;
constexpr int gzip_window = 15 + 16;  ///< the largest window, and a header of gzip

/// zlib's state, which frees itself.
class Inflater {
 public:
  explicit Inflater(std::span<const std::byte> bytes) : rest_(bytes) {
    is_ready_ = inflateInit2(&stream_, gzip_window) == Z_OK;
  }
  ~Inflater() {
    if (is_ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool is_ready() const { return is_ready_; }
  bool is_done() const { return rest_.empty() && stream_.avail_in == 0; }

  /// The next bytes; none at the end of a member. `status` is zlib's.
  std::size_t next(std::span<char> into, int& status) {
    feed();
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(into.size());
    status = inflate(&stream_, Z_NO_FLUSH);
    return into.size() - stream_.avail_out;
  }

  /// To the member that may follow.
  void restart() { inflateReset(&stream_); }

 private:
  void feed() {
    if (stream_.avail_in != 0) return;
    const std::size_t size = std::min(rest_.size(), std::size_t{1} << 30U);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(rest_.data()));
    stream_.avail_in = static_cast<uInt>(size);
    rest_ = rest_.subspan(size);
  }

  z_stream stream_ = {};
  std::span<const std::byte> rest_;
  bool is_ready_ = false;
};

std::size_t limit_of(std::size_t packed) {
  const std::size_t grown = packed > most_limit / growth ? most_limit : packed * growth;
  return std::clamp(grown, least_limit, most_limit);
}

/// How much the last member says that it holds, modulo 2^32.
std::size_t stated_size(std::span<const std::byte> bytes) {
  std::uint32_t size = 0;
  if (bytes.size() < sizeof size) return 0;
  std::memcpy(&size, bytes.last(sizeof size).data(), sizeof size);
  return size;
}

/// The usual file, one member that is as large as it says, in less time than piece by piece; none
/// for any other, and for what is damaged.
std::optional<std::string> read_one_member(std::span<const std::byte> bytes) {
  constexpr std::size_t most_growth = 1032;  // that deflate can do
  const std::size_t size = stated_size(bytes);
  if (size > limit_of(bytes.size()) || size / most_growth > bytes.size()) return std::nullopt;
  const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)>
      decompressor(libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  if (!decompressor) return std::nullopt;
  bool is_whole = false;
  std::string text;
  text.resize_and_overwrite(size, [&](char* into, std::size_t room) {
    std::size_t taken = 0;
    std::size_t given = 0;
    const auto result = libdeflate_gzip_decompress_ex(decompressor.get(), bytes.data(),
                                                      bytes.size(), into, room, &taken, &given);
    is_whole = result == LIBDEFLATE_SUCCESS && taken == bytes.size() && given == room;
    return is_whole ? room : 0;
  });
  if (!is_whole) return std::nullopt;
  return text;
}

}  // namespace

bool is_gzip(std::span<const std::byte> bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

Result<std::string> read_gzip(std::span<const std::byte> bytes) {
  if (auto text = read_one_member(bytes)) return *std::move(text);
  const std::size_t limit = limit_of(bytes.size());
  Inflater inflater(bytes);
  std::string text;
  text.reserve(std::min(bytes.size() * 8, least_limit));
  std::array<char, 1U << 16U> buffer = {};
  for (int status = Z_OK; inflater.is_ready();) {
    const std::size_t count = inflater.next(buffer, status);
    text.append(buffer.data(), count);
    if (text.size() > limit) {
      return fail(Code::limit_exceeded,
                  fmt::format("{} packed bytes unpack to more than {}", bytes.size(), limit),
                  "unpack the file yourself if it is what it should be");
    }
    if (status == Z_STREAM_END) {
      if (inflater.is_done()) return text;
      inflater.restart();
    } else if (status == Z_BUF_ERROR || (status == Z_OK && count == 0 && inflater.is_done())) {
      return fail(Code::model_truncated, "the packed data ends too early",
                  "the file is cut off: write it again");
    } else if (status != Z_OK) {
      return fail(Code::model_malformed, "the packed data is damaged", "write the file again");
    }
  }
  return fail(Code::limit_exceeded, "there is no memory to unpack the file");
}

std::string read_gzip_head(std::span<const std::byte> bytes, std::size_t most) {
  Inflater inflater(bytes);
  std::string head(most, '\0');
  std::size_t size = 0;
  for (int status = Z_OK; inflater.is_ready() && status == Z_OK && size < most;) {
    const std::size_t count = inflater.next(std::span(head).subspan(size), status);
    if (count == 0) break;
    size += count;
  }
  head.resize(size);
  return head;
}

}  // namespace pfsday
