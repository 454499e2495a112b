// The first memory of a process, for releases: a count takes two milliseconds, and with malloc,
// free and a page fault for each page it would take a sixth more; one of a program of XLA takes
// twenty, and would take a third more. So the first megabytes are handed out one after another,
// from pages that the kernel gives many at a time, large ones behind the first two megabytes, and
// are not taken back. Whatever needs more, or has threads, goes on with malloc.
#include <sys/mman.h>
#include <sys/single_threaded.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20U;
constexpr std::size_t step_bytes = std::size_t{256} << 10U;
constexpr std::size_t large_page = std::size_t{2} << 20U;
constexpr std::size_t alignment = alignof(std::max_align_t);

/// Used from 0 to `used`; of the rest, pages are there up to `paged`.
struct Block {
  std::byte* begin = nullptr;
  std::size_t used = 0;
  std::size_t paged = 0;

  /// A block that cannot be mapped is one that is full.
  void map() {
    void* const mapped = ::mmap(nullptr, most_bytes + large_page, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) {
      used = paged = most_bytes;
      return;
    }
    const auto over = reinterpret_cast<std::uintptr_t>(mapped) % large_page;
    begin = static_cast<std::byte*>(mapped) + (large_page - over);
    ::madvise(begin + large_page, most_bytes - large_page, MADV_HUGEPAGE);
  }

  /// Where a kernel before 5.14 refuses this, the pages come one by one.
  void add_pages() {
    const std::size_t step = paged < large_page ? step_bytes : large_page;
    ::madvise(begin + paged, step, MADV_POPULATE_WRITE);
    paged += step;
  }

  void* take(std::size_t bytes) {
    if (begin == nullptr && used == 0) map();
    if (bytes > most_bytes - used || !__libc_single_threaded) return nullptr;
    while (paged - used < bytes) add_pages();
    void* const taken = begin + used;
    used += bytes;
    return taken;
  }

  bool holds(const void* at) const {
    const auto first = reinterpret_cast<std::uintptr_t>(begin);
    return reinterpret_cast<std::uintptr_t>(at) - first < most_bytes;
  }
};

constinit Block block;

}  // namespace

void* operator new(std::size_t bytes) {
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  if (rounded >= bytes && rounded != 0) {
    if (void* const taken = block.take(rounded)) return taken;
  }
  if (void* const taken = std::malloc(bytes == 0 ? 1 : bytes)) return taken;
  throw std::bad_alloc();
}

void operator delete(void* at) noexcept {
  if (!block.holds(at)) std::free(at);
}

void operator delete(void* at, std::size_t) noexcept { operator delete(at); }
