#include "importers/gguf/tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include "base/text.h"

namespace pfsday::gguf {
namespace {

using graph::ElementType;
using graph::to_string;
using importers::HeaderTensor;
using units::Count;

/// A number format: so many numbers in a block of so many bytes. Quantized numbers stand as i8 in
/// the graph, whatever their width.
struct Type {
  std::uint32_t number = 0;
  std::string_view name;
  std::int64_t block = 1;
  std::int64_t bytes = 0;
  ElementType element = ElementType::i8;
};
// As ggml defines its blocks (ggml-common.h): scales, then the numbers. What is no longer written,
// and what is only ever used between two products, is not there.
constexpr Type types[] = {
    {0, "F32", 1, 4, ElementType::f32},
    {1, "F16", 1, 2, ElementType::f16},
    {2, "Q4_0", 32, 18},
    {3, "Q4_1", 32, 20},
    {6, "Q5_0", 32, 22},
    {7, "Q5_1", 32, 24},
    {8, "Q8_0", 32, 34},
    {10, "Q2_K", 256, 84},
    {11, "Q3_K", 256, 110},
    {12, "Q4_K", 256, 144},
    {13, "Q5_K", 256, 176},
    {14, "Q6_K", 256, 210},
    {15, "Q8_K", 256, 292},
    {16, "IQ2_XXS", 256, 66},
    {17, "IQ2_XS", 256, 74},
    {18, "IQ3_XXS", 256, 98},
    {19, "IQ1_S", 256, 50},
    {20, "IQ4_NL", 32, 18},
    {21, "IQ3_S", 256, 110},
    {22, "IQ2_S", 256, 82},
    {23, "IQ4_XS", 256, 136},
    {24, "I8", 1, 1, ElementType::i8},
    {25, "I16", 1, 2, ElementType::i16},
    {26, "I32", 1, 4, ElementType::i32},
    {27, "I64", 1, 8, ElementType::i64},
    {28, "F64", 1, 8, ElementType::f64},
    {29, "IQ1_M", 256, 56},
    {30, "BF16", 1, 2, ElementType::bf16},
    {34, "TQ1_0", 256, 54},
    {35, "TQ2_0", 256, 66},
    {39, "MXFP4", 32, 17},
};

struct Entry {
  HeaderTensor tensor = {};
  std::uint64_t offset = 0;
};

Result<graph::Shape> read_shape(Cursor& in) {
  constexpr std::uint32_t most_axes = 4;  // of ggml
  const auto rank = TRY(in.read<std::uint32_t>("the axes of a tensor"));
  if (rank > most_axes) return in.malformed(fmt::format("a tensor of {} axes", rank));
  graph::Shape shape;
  for (std::uint32_t i = 0; i < rank; ++i) {
    const std::uint64_t size = TRY(in.read_length("the axes of a tensor"));
    constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
    shape.insert(shape.begin(), static_cast<std::int64_t>(std::min(size, largest)));
  }
  TRY(importers::check_header_shape(shape));
  return shape;
}

Result<Count> bytes_of(const Type& type, const graph::Shape& shape) {
  const std::int64_t innermost = shape.empty() ? 1 : shape.back();
  if (innermost % type.block != 0) {
    return fail(Code::model_malformed,
                fmt::format("{} of {}: a row of it is no whole number of blocks of {}", type.name,
                            to_string(shape), type.block));
  }
  const Count elements = graph::element_count(shape);
  if (elements.overflowed()) {
    return fail(Code::limit_exceeded, fmt::format("a tensor of {}", to_string(shape)));
  }
  return Count(elements.value() / static_cast<units::Uint128>(type.block)) * type.bytes;
}

Result<Entry> read_rest(Cursor& in, std::string_view name) {
  Entry entry;
  importers::Tensor& tensor = entry.tensor.listed;
  tensor.name = name;
  tensor.shape = TRY(read_shape(in));
  const auto number = TRY(in.read<std::uint32_t>("the type of a tensor"));
  const auto* type = std::ranges::find(types, number, &Type::number);
  if (type == std::end(types)) {
    return fail(Code::type_unsupported, fmt::format("element type {} is not known", number));
  }
  tensor.type = type->name;
  tensor.bytes = TRY(bytes_of(*type, tensor.shape));
  entry.tensor.element = type->element;
  entry.offset = TRY(in.read<std::uint64_t>("the place of a tensor"));
  return entry;
}

std::uint64_t align(std::uint64_t offset, std::uint64_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

Result<void> check_place(const Entry& entry, std::uint64_t next, std::uint64_t data_bytes,
                         std::uint64_t alignment) {
  if (entry.offset != align(next, alignment)) {
    return fail(Code::model_malformed,
                fmt::format("it begins at {}, where the one before, aligned to {}, ends at {}",
                            entry.offset, alignment, align(next, alignment)));
  }
  const Count end = Count(entry.offset) + entry.tensor.listed.bytes;
  if (end > Count(data_bytes)) {
    return fail(Code::model_truncated,
                fmt::format("its bytes end at {}, the file holds {} behind the header",
                            units::to_digits(end), data_bytes),
                "the file is cut off, or is not what it was");
  }
  return {};
}

}  // namespace

Result<std::vector<HeaderTensor>> read_tensors(Cursor& in, std::uint64_t count,
                                               std::uint64_t alignment) {
  std::vector<Entry> entries;
  std::set<std::string, std::less<>> names;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string name(TRY(in.read_text("the name of a tensor")));
    if (!names.insert(name).second) {
      return in.malformed(fmt::format("\"{}\" stands there twice", to_printable(name)));
    }
    entries.push_back(TRY(in_node(name, read_rest(in, name))));
  }
  std::ranges::sort(entries, {}, [](const Entry& entry) {
    return std::tie(entry.offset, entry.tensor.listed.bytes, entry.tensor.listed.name);
  });
  std::vector<HeaderTensor> tensors;
  if (entries.empty()) return tensors;
  const std::uint64_t begin = align(in.position(), alignment);
  const std::uint64_t end = in.position() + in.left();
  const std::uint64_t data_bytes = end < begin ? 0 : end - begin;
  std::uint64_t next = 0;
  for (Entry& entry : entries) {
    TRY(in_node(entry.tensor.listed.name, check_place(entry, next, data_bytes, alignment)));
    next = entry.offset + static_cast<std::uint64_t>(entry.tensor.listed.bytes.value());
    tensors.push_back(std::move(entry.tensor));
  }
  return tensors;
}

}  // namespace pfsday::gguf
