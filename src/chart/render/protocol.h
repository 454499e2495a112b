// What the program and its renderer, lib/pfsday/render, say to each other over a socket, the
// standard input and output of the renderer. Both are of one build, so that structures pass as they
// lie in memory. The renderer replies to each request; before the first it says that it has its
// fonts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

namespace pfsday::chart::render {

enum class Task : std::uint32_t {
  measure,  ///< pixels that one line of UTF-8 text takes
  draw      ///< SVG as PNG
};

/// `length` bytes follow: the text or the SVG.
struct Request {
  Task task = Task::measure;
  std::int32_t weight = 400;  ///< of the font
  double size = 1;            ///< pixels per em, or PNG pixels per SVG pixel
  std::uint64_t length = 0;
};

/// `length` bytes follow: the PNG or, after a failure, its reason.
struct Reply {
  std::uint64_t failed = 0;
  double width = 0;  ///< pixels
  std::uint64_t length = 0;
};

/// False: the other side is gone.
bool send_all(int socket, const void* bytes, std::size_t count);
bool receive_all(int socket, void* bytes, std::size_t count);

/// A request or a reply, and the bytes that follow.
template <class Head>
struct Message {
  Head head;
  std::string bytes;
};

template <class Head>
bool send(int socket, Head head, std::string_view bytes) {
  static_assert(std::is_trivially_copyable_v<Head>);
  head.length = bytes.size();
  return send_all(socket, &head, sizeof head) && send_all(socket, bytes.data(), bytes.size());
}

/// Nothing: the other side is gone.
template <class Head>
std::optional<Message<Head>> receive(int socket) {
  Message<Head> message;
  if (!receive_all(socket, &message.head, sizeof message.head)) return {};
  message.bytes.resize(message.head.length);
  if (!receive_all(socket, message.bytes.data(), message.bytes.size())) return {};
  return message;
}

}  // namespace pfsday::chart::render
