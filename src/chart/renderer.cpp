#include "chart/renderer.h"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "chart/render/protocol.h"

namespace pfsday::chart {
namespace {

using render::Message;
using render::Reply;
using render::Request;
using render::Task;

std::unexpected<Error> missing(std::string_view reason) {
  return fail(Code::renderer_missing, fmt::format("charts cannot be drawn: {}", reason),
              "install the packages libpangocairo-1.0-0, librsvg2-2 and fonts-inter, and keep "
              "lib/pfsday beside bin");
}

/// Starts a program with `socket` as its standard input and output. 0, or an error number.
int spawn(const std::string& path, int socket, pid_t& process) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
  std::string name = path;
  const std::array<char*, 2> arguments{name.data(), nullptr};
  const int error =
      posix_spawn(&process, path.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

Result<std::unique_ptr<Renderer>> Renderer::open(const std::string& path) {
  std::array<int, 2> sockets{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
    return missing(std::strerror(errno));
  }
  pid_t process = 0;
  const int error = spawn(path, sockets[1], process);
  close(sockets[1]);
  if (error != 0) {
    close(sockets[0]);
    return missing(fmt::format("{}: {}", path, std::strerror(error)));
  }
  std::unique_ptr<Renderer> renderer(new Renderer(sockets[0], process));
  const auto started = render::receive<Reply>(sockets[0]);
  if (!started) return missing(path + " does not start");
  if (started->head.failed != 0) return missing(started->bytes);
  return renderer;
}

Renderer::~Renderer() {
  close(socket_);  // which ends the program
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

double Renderer::width(std::string_view text, const Font& font) const {
  const auto reply =
      ask({.task = Task::measure, .weight = font.weight, .size = font.size}, to_valid_utf8(text));
  return reply ? reply->head.width : 0;
}

Result<std::string> Renderer::to_png(std::string_view svg, double scale) const {
  auto reply = ask({.task = Task::draw, .size = scale}, svg);
  TRY(check());
  if (reply->head.failed != 0) {
    return fail(Code::output_failed, "the chart cannot be rendered: " + reply->bytes);
  }
  return std::move(reply->bytes);
}

Result<void> Renderer::check() const {
  if (is_gone_)
    return fail(Code::output_failed, "the chart cannot be rendered: the renderer ended");
  return {};
}

std::optional<Message<Reply>> Renderer::ask(const Request& request, std::string_view bytes) const {
  if (is_gone_ || !render::send(socket_, request, bytes)) {
    is_gone_ = true;
    return {};
  }
  auto reply = render::receive<Reply>(socket_);
  is_gone_ = !reply;
  return reply;
}

}  // namespace pfsday::chart
