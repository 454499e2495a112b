#include "cli/session.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/text.h"

namespace pfsday::cli {
namespace {

constexpr std::size_t buffer_bytes = 65536;

/// 0, or the error number of the write that failed.
int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::unexpected<Error> output_fault(std::string_view path, int error_number) {
  return fail(Error{.code = Code::output_failed,
                    .what = std::strerror(error_number),
                    .place = {.file = std::string(path)}});
}

bool environment_allows_color() {
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const term = std::getenv("TERM");
  const bool refused = no_color != nullptr && *no_color != '\0';
  return !refused && term != nullptr && std::string_view(term) != "dumb";
}

Terminal terminal_of(int descriptor) {
  Terminal terminal;
  if (::isatty(descriptor) == 0) return terminal;
  terminal.is_terminal = true;
  terminal.color = environment_allows_color();
  winsize size = {};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) terminal.width = size.ws_col;
  return terminal;
}

/// Writes to a new file beside `path` and renames it, so that no reader sees half a file.
int replace_file(const std::string& path, std::string_view bytes) {
  std::string temporary = path + ".XXXXXX";
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return errno;
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(descriptor, 0666 & ~mask);  // mkostemp makes files that only their owner may read
  int fault = write_all(descriptor, bytes);
  if (::close(descriptor) != 0 && fault == 0) fault = errno;
  if (fault == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) fault = errno;
  if (fault != 0) ::unlink(temporary.c_str());
  return fault;
}

/// For what cannot be replaced: devices, pipes, links to them.
int write_in_place(const std::string& path, std::string_view bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int fault = write_all(descriptor, bytes);
  return ::close(descriptor) != 0 && fault == 0 ? errno : fault;
}

}  // namespace

void Output::write(std::string_view text) {
  buffer_ += text;
  if (descriptor_ >= 0 && buffer_.size() >= buffer_bytes) static_cast<void>(flush());
}

Result<void> Output::flush() {
  if (descriptor_ >= 0) {
    if (error_number_ == 0) error_number_ = write_all(descriptor_, buffer_);
    buffer_.clear();
  }
  if (error_number_ != 0) return output_fault("standard output", error_number_);
  return {};
}

Session Session::of_process() {
  return {Output(STDOUT_FILENO), terminal_of(STDOUT_FILENO), Output(STDERR_FILENO),
          terminal_of(STDERR_FILENO)};
}

void Session::report(const Error& error) {
  std::string text = to_printable(to_string(error));
  if (error_terminal_.color) {
    text.insert(text.find(':'), "\033[0m");
    text.insert(0, "\033[1;31m");
  }
  error_.write(text + "\n");
  static_cast<void>(error_.flush());  // there is nowhere left to say that this failed
}

void Session::warn(std::string_view text) {
  error_.write("warning: " + to_printable(std::string(text)) + "\n");
  static_cast<void>(error_.flush());  // there is nowhere left to say that this failed
}

Result<std::string> Session::read_text(std::string_view path, std::size_t most_bytes) const {
  const MappedFile file = TRY(map_file(path));
  const auto bytes = file.bytes();
  if (bytes.size() > most_bytes) {
    return fail(Error{.code = Code::file_unreadable,
                      .what = fmt::format("{} bytes are more than the {} a text file may have",
                                          bytes.size(), most_bytes),
                      .place = {.file = std::string(path)}});
  }
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Result<void> Session::write_file(std::string_view path, std::string_view bytes) {
  if (path == "-") {
    print(bytes);
    return {};
  }
  const std::string name(path);
  struct stat status = {};
  const bool in_place = ::lstat(name.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
  const int fault = in_place ? write_in_place(name, bytes) : replace_file(name, bytes);
  if (fault != 0) return output_fault(path, fault);
  return {};
}

}  // namespace pfsday::cli
