// A vector that holds a few elements within itself: it then allocates nothing, and to move it is to
// copy some bytes. For short lists of numbers, of which there are many.
//
//   InlineVector<std::int64_t, 6> shape = {1, 3, 224, 224};
//   shape.insert(shape.end(), 2, 1);  // as that of std::vector
#pragma once

#include <algorithm>
#include <cassert>
#include <compare>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace pfsday {

/// An object of such a type may be moved by a copy of its bytes, the old ones then being forgotten:
/// it has no pointer into itself. A type that is more than plain data says so by a member of that
/// name.
template <class T>
concept MovesAsBytes = std::is_trivially_copyable_v<T> || requires { typename T::MovesAsBytes; };

/// Up to `few` elements stand in the object itself.
template <MovesAsBytes T, std::size_t few>
class InlineVector {
 public:
  using MovesAsBytes = void;
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = T&;
  using const_reference = const T&;
  using iterator = T*;
  using const_iterator = const T*;

  InlineVector() noexcept {}
  explicit InlineVector(size_type size, const T& value = T{}) { insert(end(), size, value); }
  InlineVector(std::initializer_list<T> list) { insert(end(), list.begin(), list.end()); }
  template <std::forward_iterator It>
  InlineVector(It first, It last) {
    insert(end(), first, last);
  }
  InlineVector(const InlineVector& other) {
    if (std::is_trivially_copyable_v<T> && other.is_inside()) {
      take(other);
    } else {
      insert(end(), other.begin(), other.end());
    }
  }
  InlineVector(InlineVector&& other) noexcept {
    take(other);
    other.forget();
  }
  InlineVector& operator=(const InlineVector& other) {
    if (this != &other) assign(other.begin(), other.end());
    return *this;
  }
  InlineVector& operator=(InlineVector&& other) noexcept {
    if (this == &other) return *this;
    release();
    take(other);
    other.forget();
    return *this;
  }
  ~InlineVector() { release(); }

  T* data() { return is_inside() ? storage_.inside : storage_.outside; }
  const T* data() const { return is_inside() ? storage_.inside : storage_.outside; }
  size_type size() const { return size_; }
  bool empty() const { return size_ == 0; }
  iterator begin() { return data(); }
  iterator end() { return data() + size_; }
  const_iterator begin() const { return data(); }
  const_iterator end() const { return data() + size_; }

  T& operator[](size_type i) {
    assert(i < size_);
    return data()[i];
  }
  const T& operator[](size_type i) const {
    assert(i < size_);
    return data()[i];
  }
  const T& at(size_type i) const {
    if (i >= size_) throw std::out_of_range("InlineVector::at");
    return data()[i];
  }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& back() const { return (*this)[size_ - 1]; }

  void reserve(size_type capacity) {
    if (capacity > capacity_) move_outside(capacity);
  }
  void resize(size_type size, const T& value = T{}) {
    if (size > size_) {
      insert(end(), size - size_, value);
    } else {
      erase(begin() + size, end());
    }
  }
  void clear() { erase(begin(), end()); }
  void assign(size_type size, const T& value) {
    const T copy = value;  // NOLINT(performance-unnecessary-copy-initialization): may be an element
    clear();
    insert(end(), size, copy);
  }
  template <std::forward_iterator It>
  void assign(It first, It last) {
    clear();
    insert(end(), first, last);
  }

  void push_back(const T& value) { emplace_back(value); }
  template <class... Args>
  T& emplace_back(Args&&... args) {
    T value(std::forward<Args>(args)...);  // perhaps of an element, which may move
    T* const added = std::construct_at(make_gap(end(), 1), std::move(value));
    ++size_;
    return *added;
  }
  void pop_back() {
    assert(size_ > 0);
    erase(end() - 1);
  }
  iterator insert(const_iterator at, const T& value) { return insert(at, 1, value); }
  iterator insert(const_iterator at, size_type count, const T& value) {
    const T copy = value;  // NOLINT(performance-unnecessary-copy-initialization): may be an element
    T* const gap = make_gap(at, count);
    std::uninitialized_fill_n(gap, count, copy);
    size_ += static_cast<std::uint32_t>(count);
    return gap;
  }
  /// What is inserted stands outside of this vector.
  template <std::forward_iterator It>
  iterator insert(const_iterator at, It first, It last) {
    const auto count = static_cast<size_type>(std::distance(first, last));
    T* const gap = make_gap(at, count);
    std::uninitialized_copy(first, last, gap);
    size_ += static_cast<std::uint32_t>(count);
    return gap;
  }
  iterator insert(const_iterator at, std::initializer_list<T> list) {
    return insert(at, list.begin(), list.end());
  }
  iterator erase(const_iterator at) { return erase(at, at + 1); }
  iterator erase(const_iterator first, const_iterator last) {
    T* const to = begin() + (first - begin());
    std::destroy(first, last);
    move_bytes(last, end(), to);
    size_ -= static_cast<std::uint32_t>(last - first);
    return to;
  }

  friend bool operator==(const InlineVector& a, const InlineVector& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }
  friend auto operator<=>(const InlineVector& a, const InlineVector& b) {
    return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  union Storage {
    Storage() {}   // what is there the vector knows
    ~Storage() {}  // and ends
    T inside[few];
    T* outside;
  };

  bool is_inside() const { return capacity_ == few; }

  /// The bytes of the other, whatever it holds.
  void take(const InlineVector& other) noexcept {
    std::memcpy(static_cast<void*>(&storage_), static_cast<const void*>(&other.storage_),
                sizeof storage_);
    size_ = other.size_;
    capacity_ = other.capacity_;
  }
  void forget() noexcept {
    size_ = 0;
    capacity_ = few;
  }
  void release() noexcept {
    std::destroy(begin(), end());
    if (!is_inside()) std::allocator<T>().deallocate(storage_.outside, capacity_);
  }

  void move_outside(size_type capacity) {
    assert(capacity <= UINT32_MAX);
    T* const larger = std::allocator<T>().allocate(capacity);
    move_bytes(begin(), end(), larger);
    if (!is_inside()) std::allocator<T>().deallocate(storage_.outside, capacity_);
    storage_.outside = larger;
    capacity_ = static_cast<std::uint32_t>(capacity);
  }

  static void move_bytes(const T* first, const T* last, T* to) noexcept {
    std::memmove(static_cast<void*>(to), static_cast<const void*>(first),
                 static_cast<size_type>(last - first) * sizeof(T));
  }

  /// Room for more elements there, which are yet to be made and to be added to the size.
  T* make_gap(const_iterator at, size_type count) {
    const std::ptrdiff_t offset = at - begin();
    if (size_ + count > capacity_) {
      move_outside(std::max<size_type>(size_ + count, 2 * size_type{capacity_}));
    }
    T* const gap = begin() + offset;
    move_bytes(gap, end(), gap + count);
    return gap;
  }

  Storage storage_;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = few;
};
}  // namespace pfsday
