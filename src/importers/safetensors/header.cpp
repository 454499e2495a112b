#include "importers/safetensors/header.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "base/text.h"
#include "importers/header/json_events.h"

namespace pfsday::safetensors {
namespace {

using graph::ElementType;
using graph::to_string;
using importers::check_header_shape;
using importers::HeaderTensor;
using importers::JsonEvent;
using importers::JsonPath;
using units::Count;

constexpr std::uint64_t length_bytes = 8;
constexpr std::uint64_t longest_header = 100'000'000;

struct Type {
  std::string_view name;
  std::int64_t bits = 0;
  ElementType element = ElementType::unknown;  ///< or one that holds it
};
constexpr Type types[] = {
    {"F64", 64, ElementType::f64},
    {"F32", 32, ElementType::f32},
    {"F16", 16, ElementType::f16},
    {"BF16", 16, ElementType::bf16},
    {"F8_E4M3", 8, ElementType::f8e4m3fn},
    {"F8_E5M2", 8, ElementType::f8e5m2},
    {"F8_E4M3FNUZ", 8, ElementType::f8e4m3fnuz},
    {"F8_E5M2FNUZ", 8, ElementType::f8e5m2fnuz},
    {"F8_E8M0", 8, ElementType::f8e5m2},
    {"F6_E2M3", 6, ElementType::f8e4m3fn},
    {"F6_E3M2", 6, ElementType::f8e5m2},
    {"F4", 4, ElementType::f4e2m1},
    {"I64", 64, ElementType::i64},
    {"I32", 32, ElementType::i32},
    {"I16", 16, ElementType::i16},
    {"I8", 8, ElementType::i8},
    {"U64", 64, ElementType::u64},
    {"U32", 32, ElementType::u32},
    {"U16", 16, ElementType::u16},
    {"U8", 8, ElementType::u8},
    {"BOOL", 8, ElementType::boolean},
    {"C64", 64, ElementType::c64},
};

const Type* find_type(std::string_view name) {
  const auto* found = std::ranges::find(types, name, &Type::name);
  return found == std::end(types) ? nullptr : found;
}

/// A tensor as its entry writes it.
struct Entry {
  std::string name;
  std::string type = {};
  graph::Shape shape = {};
  std::array<std::uint64_t, 2> offsets = {};
  std::size_t offset_count = 0;
  bool has_shape = false;
};

std::unexpected<Error> malformed(std::string what) {
  return fail(Code::model_malformed, std::move(what));
}

/// Gathers the entries of the header from its events.
class Entries {
 public:
  Result<void> use(const JsonPath& path, const JsonEvent& event) {
    using Kind = JsonEvent::Kind;
    if (path.empty()) {
      if (event.kind == Kind::object) return {};
      return malformed("the header is no JSON object");
    }
    if (path.front() == "__metadata__") return {};
    if (path.size() == 1) {
      if (event.kind != Kind::object) return malformed(describe(path) + " is no JSON object");
      entries_.push_back({.name = path.front()});
      return {};
    }
    return path.size() == 2 ? set(path, event) : malformed(describe(path) + " has members");
  }

  std::vector<Entry> take() { return std::move(entries_); }

 private:
  static std::string describe(const JsonPath& path) {
    return fmt::format("\"{}\"", to_printable(path.back()));
  }

  /// A member of an entry.
  Result<void> set(const JsonPath& path, const JsonEvent& event) {
    using Kind = JsonEvent::Kind;
    Entry& entry = entries_.back();
    const std::string_view key = path[1];
    if (key == "dtype" && event.kind == Kind::text) {
      entry.type = event.text;
      return {};
    }
    const bool is_shape = key == "shape";
    const bool is_list = is_shape || key == "data_offsets";
    if (is_list && event.kind == Kind::array && event.array_depth == 0) {
      entry.has_shape = entry.has_shape || is_shape;
      return {};
    }
    const bool is_element = event.kind == Kind::natural && event.array_depth == 1;
    if (is_list && is_element)
      return is_shape ? add_size(event.natural) : add_offset(event.natural);
    return in_node(entry.name, Result<void>(malformed(fmt::format(
                                   "{} is not what the format has there", describe(path)))));
  }

  Result<void> add_size(std::uint64_t size) {
    Entry& entry = entries_.back();
    // What is too large for 63 bits is above every limit.
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    entry.shape.push_back(static_cast<std::int64_t>(std::min(size, largest)));
    return in_node(entry.name, check_header_shape(entry.shape));
  }

  Result<void> add_offset(std::uint64_t offset) {
    Entry& entry = entries_.back();
    if (entry.offset_count == 2) {
      return in_node(entry.name, Result<void>(malformed("data_offsets has more than two entries")));
    }
    entry.offsets[entry.offset_count++] = offset;
    return {};
  }

  std::vector<Entry> entries_;
};

Result<Count> bytes_of(const Entry& entry, const Type& type) {
  const Count bits = graph::element_count(entry.shape) * Count(type.bits);
  if (bits.overflowed() || bits.value() % 8 != 0) {
    return malformed(
        fmt::format("{} of {} is no whole number of bytes", entry.type, to_string(entry.shape)));
  }
  return Count(bits.value() / 8);
}

Result<HeaderTensor> check_entry(const Entry& entry, std::uint64_t data_bytes) {
  const Type* type = find_type(entry.type);
  if (type == nullptr && !entry.type.empty()) {
    return fail(Code::type_unsupported,
                fmt::format("there is no element type \"{}\"", to_printable(entry.type)));
  }
  if (type == nullptr || !entry.has_shape || entry.offset_count != 2) {
    return malformed("the entry lacks one of dtype, shape and data_offsets");
  }
  const auto [begin, end] = entry.offsets;
  const Count bytes = TRY(bytes_of(entry, *type));
  if (end < begin || Count(end - begin) != bytes) {
    return malformed(fmt::format("{} of {} has {} bytes, data_offsets has [{}, {}]", entry.type,
                                 to_string(entry.shape), units::to_digits(bytes), begin, end));
  }
  if (end > data_bytes) {
    return fail(
        Code::model_truncated,
        fmt::format("its bytes end at {}, the file holds {} behind the header", end, data_bytes),
        "the file is cut off, or is not what it was");
  }
  return HeaderTensor{{entry.name, entry.type, entry.shape, bytes}, type->element};
}

/// Each byte behind the header belongs to one tensor.
Result<void> check_cover(const std::vector<Entry>& entries, std::uint64_t data_bytes) {
  std::uint64_t next = 0;
  for (const Entry& entry : entries) {
    if (entry.offsets[0] != next) {
      const bool overlaps = entry.offsets[0] < next;
      return in_node(entry.name,
                     Result<void>(malformed(fmt::format(
                         "it begins at byte {}, where the one before {} {}", entry.offsets[0],
                         overlaps ? "still goes on, to" : "ends at", next))));
    }
    next = entry.offsets[1];
  }
  if (next == data_bytes) return {};
  return malformed(fmt::format("{} bytes at the end belong to no tensor", data_bytes - next));
}

std::uint64_t read_length(Bytes file) {
  std::uint64_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) {
    length = length << 8U | std::to_integer<std::uint64_t>(file[i]);
  }
  return length;
}

std::string_view text_at(Bytes file, std::uint64_t begin, std::uint64_t count) {
  const Bytes part = file.subspan(begin, count);
  return {reinterpret_cast<const char*>(part.data()), part.size()};
}

Result<std::string_view> find_header(Bytes file) {
  if (file.size() < length_bytes) {
    return fail(Code::model_truncated, "the file has no room for the length of its header");
  }
  const std::uint64_t length = read_length(file);
  if (length > longest_header) {
    return fail(Code::limit_exceeded,
                fmt::format("a header of {} bytes; the format allows {}", length, longest_header));
  }
  if (length > file.size() - length_bytes) {
    return fail(Code::model_truncated,
                fmt::format("a header of {} bytes, the file holds {} behind its length", length,
                            file.size() - length_bytes),
                "the file is cut off");
  }
  return text_at(file, length_bytes, length);
}

}  // namespace

bool begins_as_safetensors(Bytes head) {
  if (head.size() <= length_bytes || read_length(head) > longest_header) return false;
  const std::string_view text = text_at(head, length_bytes, head.size() - length_bytes);
  if (text.front() != '{') return false;
  const std::size_t next = text.find_first_not_of(" \t\r\n", 1);
  return next == std::string_view::npos || text[next] == '"' || text[next] == '}';
}

Result<std::vector<HeaderTensor>> read_header(Bytes file) {
  const std::string_view text = TRY(find_header(file));
  Entries reading;
  auto read = importers::read_json(
      text, [&](const JsonPath& path, const JsonEvent& event) { return reading.use(path, event); });
  if (!read && read.error().place.byte) *read.error().place.byte += length_bytes;
  TRY(std::move(read));
  std::vector<Entry> entries = reading.take();
  std::ranges::sort(entries, {}, [](const Entry& entry) {
    return std::tie(entry.offsets[0], entry.offsets[1], entry.name);
  });
  const std::uint64_t data_bytes = file.size() - length_bytes - text.size();
  std::vector<HeaderTensor> tensors;
  for (const Entry& entry : entries) {
    tensors.push_back(TRY(in_node(entry.name, check_entry(entry, data_bytes))));
  }
  TRY(check_cover(entries, data_bytes));
  return tensors;
}

}  // namespace pfsday::safetensors
