#include "chart/render/protocol.h"

#include <sys/socket.h>

#include <cerrno>

namespace pfsday::chart::render {

bool send_all(int socket, const void* bytes, std::size_t count) {
  const auto* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t sent = send(socket, next, count, MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) return false;
    if (sent < 0) continue;
    next += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool receive_all(int socket, void* bytes, std::size_t count) {
  auto* next = static_cast<char*>(bytes);
  while (count > 0) {
    const ssize_t taken = recv(socket, next, count, 0);
    if (taken == 0 || (taken < 0 && errno != EINTR)) return false;
    if (taken < 0) continue;
    next += taken;
    count -= static_cast<std::size_t>(taken);
  }
  return true;
}

}  // namespace pfsday::chart::render
