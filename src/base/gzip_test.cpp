#include "base/gzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>

namespace pfsday {
namespace {

std::string packed(std::string_view text) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string bytes(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  bytes.resize(bytes.size() - stream.avail_out);
  deflateEnd(&stream);
  return bytes;
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(Gzip, Unpacks) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i);
  const std::string bytes = packed(text);
  EXPECT_TRUE(is_gzip(bytes_of(bytes)));
  EXPECT_EQ(*read_gzip(bytes_of(bytes)), text);
  EXPECT_EQ(*read_gzip(bytes_of(bytes + packed("more"))), text + "more");
  EXPECT_EQ(*read_gzip(bytes_of(packed(""))), "");
  EXPECT_EQ(read_gzip_head(bytes_of(bytes), 10), text.substr(0, 10));
  EXPECT_EQ(read_gzip_head(bytes_of(std::string_view(bytes).substr(0, 100)), 10),
            text.substr(0, 10));
}

TEST(Gzip, RefusesABomb) {
  std::string much;
  much.resize(40'000'000, 'a');
  const std::string bytes = packed(much);
  ASSERT_LT(bytes.size(), 100'000);
  const auto text = read_gzip(bytes_of(bytes));
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Code::limit_exceeded);
}

TEST(Gzip, RefusesWhatIsDamaged) {
  const std::string bytes = packed("a text that is long enough to be cut");
  EXPECT_FALSE(is_gzip(bytes_of("a")));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto text = read_gzip(bytes_of(std::string_view(bytes).substr(0, size)));
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Code::model_truncated);
  }
  std::string other = bytes;
  other[12] = static_cast<char>(~other[12]);
  EXPECT_FALSE(read_gzip(bytes_of(other)));
}

}  // namespace
}  // namespace pfsday
