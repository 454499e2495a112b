#include "cli/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pfsday::cli {
namespace {

constexpr std::size_t most_piped_bytes = std::size_t{1} << 30U;

class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : owned_(path != "-"),
        number_(owned_ ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC) : STDIN_FILENO) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (owned_ && number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  bool owned_;
  int number_;
};

std::unexpected<Error> unreadable(std::string what, std::string hint = {}) {
  return fail(Code::file_unreadable, std::move(what), std::move(hint));
}
std::unexpected<Error> system_fault() { return unreadable(std::strerror(errno)); }

Result<MappedFile> read_all(int descriptor) {
  std::string content;
  char chunk[65536];
  while (true) {
    const ssize_t got = ::read(descriptor, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_fault();
    if (got == 0) return MappedFile(std::move(content));
    content.append(chunk, static_cast<std::size_t>(got));
    if (content.size() > most_piped_bytes) {
      return unreadable("more than 1 GiB arrives through a pipe", "name a file instead");
    }
  }
}

Result<MappedFile> map_descriptor(int descriptor) {
  if (descriptor < 0) return system_fault();
  struct stat status = {};
  if (::fstat(descriptor, &status) != 0) return system_fault();
  if (S_ISDIR(status.st_mode)) return unreadable("this is a folder, not a file");
  // Files of size 0 may still have content, as those of /proc do.
  if (!S_ISREG(status.st_mode) || status.st_size == 0) return read_all(descriptor);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const address =
      ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0);
  if (address == MAP_FAILED) return system_fault();
  ::madvise(address, size, MADV_RANDOM);  // no read-ahead into weights that nobody looks at
  return MappedFile(address, size);
}

}  // namespace

MappedFile::~MappedFile() {
  // munmap takes a pointer to what may be changed; the mapping itself never was.
  if (mapping_.data() != nullptr)
    ::munmap(const_cast<std::byte*>(mapping_.data()), mapping_.size());
}

Result<MappedFile> map_file(std::string_view path) {
  const Descriptor descriptor{std::string(path)};
  return in_file(path == "-" ? "standard input" : path, map_descriptor(descriptor.number()));
}

}  // namespace pfsday::cli
