// Numbers by text: for the names of a program, of which there are many, and its types, of which few
// differ. The texts must outlive the table.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace pfsday::hlo {

class TextTable {
 public:
  /// Empty again; keeps its room.
  void clear() {
    used_ = 0;
    ++round_;
  }

  /// False if the text is there already.
  bool add(std::string_view text, std::uint32_t number) {
    if (3 * (used_ + 1) > 2 * slots_.size()) grow();
    const std::uint32_t hash = hash_of(text);
    Slot& slot = slots_[find_slot(text, hash)];
    if (slot.round == round_) return false;
    slot = {text.data(), static_cast<std::uint32_t>(text.size()), hash, number, round_};
    ++used_;
    return true;
  }

  std::optional<std::uint32_t> find(std::string_view text) const {
    const Slot& slot = slots_[find_slot(text, hash_of(text))];
    return slot.round == round_ ? std::optional(slot.number) : std::nullopt;
  }

 private:
  /// Small: most of what a look-up costs is to fetch it.
  struct Slot {
    const char* first = nullptr;
    std::uint32_t size = 0;
    std::uint32_t hash = 0;
    std::uint32_t number = 0;
    std::uint32_t round = 0;  ///< in which it was filled; 0: never

    std::string_view text() const { return {first, size}; }
  };

  template <class Number>
  static std::uint64_t load(const char* from) {
    Number number = 0;
    std::memcpy(&number, from, sizeof number);
    return number;
  }
  static std::uint64_t mix(std::uint64_t bits) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{bits} * 0x9e3779b97f4a7c15U;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  }
  /// Eight bytes at a time; the last ones may overlap those before.
  static std::uint32_t hash_of(std::string_view text) {
    return static_cast<std::uint32_t>(mixed(text));
  }
  static std::uint64_t mixed(std::string_view text) {
    const std::size_t size = text.size();
    const char* const first = text.data();
    std::uint64_t hash = size;
    if (size >= 8) {
      for (std::size_t i = 0; i + 8 < size; i += 8) {
        hash = mix(hash ^ load<std::uint64_t>(first + i));
      }
      return mix(hash ^ load<std::uint64_t>(first + size - 8));
    }
    if (size >= 4) {
      const std::uint64_t last = load<std::uint32_t>(first + size - 4);
      return mix(hash ^ (load<std::uint32_t>(first) | last << 32U));
    }
    for (std::size_t i = 0; i < size; ++i) hash = hash << 8U | static_cast<unsigned char>(text[i]);
    return mix(hash);
  }

  /// Where the text is, or is to be.
  std::size_t find_slot(std::string_view text, std::uint32_t hash) const {
    for (std::size_t i = hash;; ++i) {
      const Slot& slot = slots_[i & (slots_.size() - 1)];
      const bool is_other = slot.round == round_ && (slot.hash != hash || slot.text() != text);
      if (!is_other) return i & (slots_.size() - 1);
    }
  }

  void grow() {
    std::vector<Slot> before(2 * slots_.size());
    std::swap(slots_, before);
    for (const Slot& slot : before) {
      if (slot.round == round_) slots_[find_slot(slot.text(), slot.hash)] = slot;
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(256);
  std::size_t used_ = 0;
  std::uint32_t round_ = 1;
};

}  // namespace pfsday::hlo
