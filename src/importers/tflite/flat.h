// The encoding of FlatBuffers: tables of optional fields, vectors, texts. Every offset is held
// against the file when it is followed, so that nothing outside it is ever read.
//
//   Budget budget = budget_of(file);
//   const Table model = TRY(root_of(file, budget));
//   const auto version = TRY(model.number<std::uint32_t>(0, 0));   // field 0, absent: 0
//   const auto graphs = TRY(model.tables(2));
//
//   file     u32: offset of the root table; "TFL3"
//   table    i32: back to its vtable; then the fields
//   vtable   u16: its bytes; u16: bytes of the table; u16 for each field: its offset, 0 if absent
//   vector   u32: number of elements; those. A text is a vector of bytes
//   Vectors, texts and tables stand in a field as an u32: forward from that field.
#pragma once

#include <cstring>
#include <string_view>
#include <vector>

#include "importers/importer.h"

namespace pfsday::tflite {

using importers::Bytes;

/// Bytes of lists that may still be read. The lists of a file do not overlap, so that one of a few
/// bytes cannot ask for more work than it holds.
struct Budget {
  std::size_t bytes = 0;
};
inline Budget budget_of(Bytes file) { return {4 * file.size() + 4096}; }

class Table {
 public:
  Table() = default;
  bool exists() const { return !file_.empty(); }
  /// The same for the same table of the file.
  std::size_t position() const { return at_; }

  /// The fallback if the field is absent. Errors of all: Code::model_malformed, at the byte.
  template <class T>
  Result<T> number(int field, T fallback) const {
    const std::size_t at = TRY(find(field, sizeof(T)));
    return at == 0 ? fallback : load<T>(at);
  }
  Result<std::string_view> text(int field) const;
  Result<Bytes> bytes(int field) const;
  /// Of numbers.
  template <class T>
  Result<std::vector<T>> numbers(int field) const {
    const Bytes raw = TRY(vector(field, sizeof(T)));
    TRY(spend(raw.size()));
    std::vector<T> list(raw.size() / sizeof(T));
    if (!list.empty()) std::memcpy(list.data(), raw.data(), raw.size());
    return list;
  }
  /// A table that is not there does not exist.
  Result<Table> table(int field) const;
  Result<std::vector<Table>> tables(int field) const;

 private:
  friend Result<Table> table_at(Bytes file, Budget& budget, std::size_t at);

  Result<void> spend(std::size_t bytes) const;
  /// Where a field of so many bytes is; 0 if it is absent.
  Result<std::size_t> find(int field, std::size_t bytes) const;
  /// The place that an offset at that place leads to, with room for so many bytes.
  Result<std::size_t> follow(std::size_t at, std::size_t bytes) const;
  /// The elements of a vector; none if it is absent.
  Result<Bytes> vector(int field, std::size_t element_bytes) const;

  template <class T>
  T load(std::size_t at) const {
    T value{};
    std::memcpy(&value, file_.data() + at, sizeof(T));
    return value;
  }

  Bytes file_ = {};
  Budget* budget_ = nullptr;
  std::size_t at_ = 0;
  std::size_t vtable_ = 0;
  std::uint16_t vtable_bytes_ = 0, table_bytes_ = 0;
};

/// The budget must outlive the table and those that it leads to.
Result<Table> root_of(Bytes file, Budget& budget);

}  // namespace pfsday::tflite
