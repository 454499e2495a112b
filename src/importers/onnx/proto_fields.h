// The fields of protobuf's wire format, for the files that read messages of ONNX.
//
//   Fields fields(message, "a node");
//   while (fields.next()) {
//     if (fields.number() == 3) node.name = fields.bytes(); else fields.skip();
//   }
//
// Faults are thrown as Malformed; `read_bytes` turns them into an Error.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <protozero/pbf_reader.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "importers/onnx/proto.h"

namespace pfsday::onnx {

inline constexpr std::string_view model_kind = "the model";

/// A fault in the bytes, thrown within the readers of proto*.cpp only.
struct Malformed {
  const char* at;
  std::string what;
  bool is_end = false;  ///< a field goes on where its message ends
  std::string_view kind = {};
};

inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Walks the fields of one message. A field of another wire type than asked for is a fault, so that
/// the reader's own assumptions hold.
class Fields {
 public:
  Fields(std::string_view message, std::string_view kind)
      : reader_(message.data(), message.size()), kind_(kind) {}

  bool next() {
    at_ = reader_.data().data();
    return guard([&] { return reader_.next(); });
  }
  unsigned number() const { return reader_.tag(); }
  const char* at() const { return at_; }

  std::string_view bytes() {
    require(protozero::pbf_wire_type::length_delimited);
    return guard([&] {
      const auto view = reader_.get_view();
      return std::string_view(view.data(), view.size());
    });
  }
  std::int64_t integer() {
    require(protozero::pbf_wire_type::varint);
    return guard([&] { return reader_.get_int64(); });
  }
  float real() {
    require(protozero::pbf_wire_type::fixed32);
    return guard([&] { return reader_.get_float(); });
  }
  void skip() {
    guard([&] { return reader_.skip(), true; });
  }

  /// The elements of a repeated integer, packed or not.
  template <class Add>
  void integers(Add add) {
    if (reader_.wire_type() != protozero::pbf_wire_type::length_delimited) {
      add(integer());
      return;
    }
    const std::string_view packed = bytes();
    const char* p = packed.data();
    const char* const end = p + packed.size();
    while (p != end) {
      add(static_cast<std::int64_t>(guard([&] { return protozero::decode_varint(&p, end); })));
    }
  }

  /// The elements of a repeated float or double, packed or not.
  template <class Number, class Add>
  void numbers(Add add) {
    if (reader_.wire_type() != protozero::pbf_wire_type::length_delimited) {
      constexpr bool is_float = sizeof(Number) == 4;
      require(is_float ? protozero::pbf_wire_type::fixed32 : protozero::pbf_wire_type::fixed64);
      add(guard([&]() -> Number {
        return is_float ? static_cast<Number>(reader_.get_float())
                        : static_cast<Number>(reader_.get_double());
      }));
      return;
    }
    const std::string_view packed = bytes();
    if (packed.size() % sizeof(Number) != 0) fail("packed numbers end within a number");
    for (std::size_t i = 0; i < packed.size(); i += sizeof(Number)) {
      Number value;
      std::memcpy(&value, packed.data() + i, sizeof value);
      add(value);
    }
  }

  [[noreturn]] void fail(std::string what) const {
    throw Malformed{at_, std::move(what), false, kind_};
  }

 private:
  template <class Read>
  auto guard(Read read) -> decltype(read()) {
    try {
      return read();
    } catch (const protozero::end_of_buffer_exception&) {
      throw Malformed{at_, fmt::format("a field of {} goes on after its end", kind_), true, kind_};
    } catch (const protozero::exception& fault) {
      throw Malformed{at_, fmt::format("{} has a broken field ({})", kind_, fault.what()), false,
                      kind_};
    }
  }

  void require(protozero::pbf_wire_type type) const {
    if (reader_.wire_type() == type) return;
    fail(fmt::format("field {} of {} has wire type {}", number(), kind_,
                     static_cast<int>(reader_.wire_type())));
  }

  protozero::pbf_reader reader_;
  std::string_view kind_;
  const char* at_ = nullptr;
};

/// How often each field of a low number stands in a message, as far as it can be read: with room
/// made for them beforehand, nothing that is read moves.
class FieldCounts {
 public:
  explicit FieldCounts(std::string_view message) {
    protozero::pbf_reader reader(message.data(), message.size());
    try {
      while (reader.next()) {
        if (reader.tag() < counts_.size()) ++counts_[reader.tag()];
        reader.skip();
      }
    } catch (const protozero::exception&) {
      return;  // the faults are for those who read the fields
    }
  }
  std::size_t operator[](std::size_t number) const { return counts_[number]; }

 private:
  std::array<std::size_t, 16> counts_ = {};
};

/// Runs a reader on those bytes; its fault becomes an Error. A fault of the outermost
/// message that is at its end says that the file is cut off.
template <class Read>
auto read_bytes(Bytes file, Read read) -> Result<decltype(read(std::string_view{}))> {
  try {
    return read(text_of(file));
  } catch (const Malformed& fault) {
    const bool is_truncated = fault.is_end && fault.kind == model_kind;
    Error error{
        .code = is_truncated ? Code::model_truncated : Code::model_malformed,
        .what = is_truncated ? fmt::format("the file ends within {}", model_kind) : fault.what};
    const char* const start = text_of(file).data();
    if (fault.at != nullptr) error.place.byte = static_cast<std::size_t>(fault.at - start);
    return fail(std::move(error));
  }
}

}  // namespace pfsday::onnx
