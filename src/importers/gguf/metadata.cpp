#include "importers/gguf/metadata.h"

#include <fmt/format.h>

#include <concepts>

#include "base/text.h"

namespace pfsday::gguf {
namespace {

enum class Type : std::uint32_t {
  u8,
  i8,
  u16,
  i16,
  u32,
  i32,
  f32,
  boolean,
  text,
  array,
  u64,
  i64,
  f64
};
constexpr std::uint32_t type_count = 13;
constexpr int most_nested_arrays = 4;

/// Bytes of a value of a fixed size; 0 for others.
std::uint64_t bytes_of(Type type) {
  switch (type) {
    case Type::u8:
    case Type::i8:
    case Type::boolean:
      return 1;
    case Type::u16:
    case Type::i16:
      return 2;
    case Type::u32:
    case Type::i32:
    case Type::f32:
      return 4;
    case Type::u64:
    case Type::i64:
    case Type::f64:
      return 8;
    case Type::text:
    case Type::array:
      break;
  }
  return 0;
}

Result<Type> read_type(Cursor& in) {
  const auto number = TRY(in.read<std::uint32_t>("the type of a value"));
  if (number < type_count) return static_cast<Type>(number);
  return in.malformed(fmt::format("a value of type {}, which the format does not have", number));
}

/// The elements are passed over; their number is returned.
Result<std::uint64_t> read_array(Cursor& in, int depth) {
  if (depth == most_nested_arrays) return in.malformed("arrays nest too deep");
  const Type type = TRY(read_type(in));
  const std::uint64_t fixed = bytes_of(type);
  constexpr std::uint64_t least_bytes = 4;  // a length, of version 1
  const std::uint64_t count = TRY(in.read_count("an array", fixed == 0 ? least_bytes : fixed));
  if (fixed != 0) {
    TRY(in.skip(count, fixed, "an array"));
    return count;
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    if (type == Type::text) {
      TRY(in.read_text("a text"));
    } else {
      TRY(read_array(in, depth + 1));
    }
  }
  return count;
}

using Value = Metadata::mapped_type;

template <std::integral T>
Result<std::optional<Value>> read_integer(Cursor& in) {
  const T value = TRY(in.read<T>("a number"));
  if (std::cmp_less(value, 0)) return std::nullopt;
  return Value(static_cast<std::uint64_t>(value));
}

/// None if nobody asks for values of its type.
Result<std::optional<Value>> read_value(Cursor& in, Type type) {
  switch (type) {
    case Type::u8:
      return read_integer<std::uint8_t>(in);
    case Type::i8:
      return read_integer<std::int8_t>(in);
    case Type::u16:
      return read_integer<std::uint16_t>(in);
    case Type::i16:
      return read_integer<std::int16_t>(in);
    case Type::u32:
      return read_integer<std::uint32_t>(in);
    case Type::i32:
      return read_integer<std::int32_t>(in);
    case Type::u64:
      return read_integer<std::uint64_t>(in);
    case Type::i64:
      return read_integer<std::int64_t>(in);
    case Type::text:
      return Value(std::string(TRY(in.read_text("a text"))));
    case Type::array:
      return Value(ArrayLength{TRY(read_array(in, 0))});
    case Type::f32:
    case Type::f64:
    case Type::boolean:
      TRY(in.skip(1, bytes_of(type), "a value"));
  }
  return std::nullopt;
}

}  // namespace

Result<Metadata> read_metadata(Cursor& in, std::uint64_t count) {
  Metadata metadata;
  std::map<std::string_view, bool> seen;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string_view key = TRY(in.read_text("a key"));
    if (!seen.emplace(key, true).second) {
      return in.malformed(fmt::format("the key \"{}\" stands there twice", to_printable(key)));
    }
    const Type type = TRY(read_type(in));
    if (auto value = TRY(read_value(in, type))) metadata.emplace(key, std::move(*value));
  }
  return metadata;
}

std::optional<std::uint64_t> find_natural(const Metadata& metadata, std::string_view key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return std::nullopt;
  const auto* number = std::get_if<std::uint64_t>(&found->second);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::string find_text(const Metadata& metadata, std::string_view key) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return {};
  const auto* text = std::get_if<std::string>(&found->second);
  return text == nullptr ? std::string() : to_printable(*text);
}

std::optional<std::uint64_t> find_of_architecture(const Metadata& metadata, std::string_view key) {
  return find_natural(metadata,
                      fmt::format("{}.{}", find_text(metadata, "general.architecture"), key));
}

}  // namespace pfsday::gguf
