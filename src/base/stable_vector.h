// A vector whose elements never move: references to them stay valid, whatever is appended.
//
//   StableVector<Info> infos;
//   const Info& first = infos.push_back({...});
//   infos.push_back({...});  // `first` is still there
#pragma once

#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace pfsday {

template <class T>
class StableVector {
 public:
  StableVector() = default;
  StableVector(const StableVector& other) {
    for (std::size_t i = 0; i < other.size(); ++i) push_back(other[i]);
  }
  StableVector(StableVector&&) noexcept = default;
  StableVector& operator=(StableVector other) noexcept {
    blocks_ = std::move(other.blocks_);
    return *this;
  }
  ~StableVector() = default;

  std::size_t size() const {
    return blocks_.empty() ? 0 : (blocks_.size() - 1) * block_size + blocks_.back().size();
  }
  T& operator[](std::size_t i) {
    assert(i < size());
    return blocks_[i / block_size][i % block_size];
  }
  const T& operator[](std::size_t i) const {
    assert(i < size());
    return blocks_[i / block_size][i % block_size];
  }

  T& push_back(T value) {
    if (blocks_.empty() || blocks_.back().size() == block_size) {
      blocks_.emplace_back().reserve(block_size);
    }
    return blocks_.back().emplace_back(std::move(value));
  }

 private:
  /// A power of two: an element is found without a division.
  static constexpr std::size_t block_size = 16;

  std::vector<std::vector<T>> blocks_;
};

}  // namespace pfsday
