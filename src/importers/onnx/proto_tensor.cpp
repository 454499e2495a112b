#include "importers/onnx/proto_tensor.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/proto_fields.h"

namespace pfsday::onnx {
namespace {

using graph::Count;
using graph::ElementType;
using graph::Exact;
using graph::Literal;
using graph::to_string;

/// By the numbers of TensorProto.DataType.
constexpr std::pair<std::string_view, ElementType> element_types[] = {
    {"UNDEFINED", ElementType::unknown},
    {"FLOAT", ElementType::f32},
    {"UINT8", ElementType::u8},
    {"INT8", ElementType::i8},
    {"UINT16", ElementType::u16},
    {"INT16", ElementType::i16},
    {"INT32", ElementType::i32},
    {"INT64", ElementType::i64},
    {"STRING", ElementType::text},
    {"BOOL", ElementType::boolean},
    {"FLOAT16", ElementType::f16},
    {"DOUBLE", ElementType::f64},
    {"UINT32", ElementType::u32},
    {"UINT64", ElementType::u64},
    {"COMPLEX64", ElementType::c64},
    {"COMPLEX128", ElementType::c128},
    {"BFLOAT16", ElementType::bf16},
    {"FLOAT8E4M3FN", ElementType::f8e4m3fn},
    {"FLOAT8E4M3FNUZ", ElementType::f8e4m3fnuz},
    {"FLOAT8E5M2", ElementType::f8e5m2},
    {"FLOAT8E5M2FNUZ", ElementType::f8e5m2fnuz},
    {"UINT4", ElementType::u4},
    {"INT4", ElementType::i4},
    {"FLOAT4E2M1", ElementType::f4e2m1},
};

void add_dimension(const Fields& fields, graph::Shape& shape, std::int64_t size) {
  if (size < 0) fields.fail(fmt::format("a tensor has a dimension of size {}", size));
  if (shape.size() == rank_limit) {
    fields.fail(fmt::format("a tensor has more than {} dimensions", rank_limit));
  }
  shape.push_back(size);
}

/// Data in the file must be as many bytes as the dimensions say.
void check_raw_size(const Fields& fields, const TensorView& tensor) {
  if (!tensor.raw_data || graph::bits_of(tensor.type.element) == 0) return;
  if (Count(tensor.raw_data->size()) == tensor.type.bytes()) return;
  fields.fail(fmt::format("tensor \"{}\" of {} holds {} bytes", tensor.name, to_string(tensor.type),
                          tensor.raw_data->size()));
}

/// The field of TensorProto in which values of that type stand, where they are not raw.
unsigned values_field_of(ElementType element) {
  switch (element) {
    case ElementType::f32:
      return 4;
    case ElementType::i64:
      return 7;
    case ElementType::f64:
      return 10;
    case ElementType::u32:
    case ElementType::u64:
      return 11;
    default:
      return 5;
  }
}

/// A 16-bit float stands in int32_data as its bits.
Exact value_of_bits(ElementType element, std::int64_t bits) {
  if (element != ElementType::f16 && element != ElementType::bf16) return static_cast<Exact>(bits);
  const auto half = static_cast<std::uint16_t>(bits);
  return Literal::view({element, {}}, std::as_bytes(std::span(&half, 1))).at(0);
}

std::vector<Exact> read_numbers(const TensorView& tensor, std::size_t limit) {
  std::vector<Exact> values;
  const ElementType element = tensor.type.element;
  Fields fields(text_of(tensor.message), "a tensor");
  const auto add = [&](Exact value) {
    if (values.size() == limit) {
      fields.fail(fmt::format("tensor \"{}\" of {} holds more than {} values", tensor.name,
                              to_string(tensor.type), limit));
    }
    values.push_back(value);
  };
  while (fields.next()) {
    if (fields.number() != values_field_of(element)) {
      fields.skip();
    } else if (element == ElementType::f32) {
      fields.numbers<float>(add);
    } else if (element == ElementType::f64) {
      fields.numbers<double>(add);
    } else if (element == ElementType::u64) {
      fields.integers(
          [&](std::int64_t v) { add(static_cast<Exact>(static_cast<std::uint64_t>(v))); });
    } else {
      fields.integers([&](std::int64_t v) { add(value_of_bits(element, v)); });
    }
  }
  return values;
}

}  // namespace

ElementType element_type_of(std::int64_t number) {
  const bool is_known = number >= 0 && number < std::ssize(element_types);
  return is_known ? element_types[number].second : ElementType::unknown;
}

ElementType element_type_of(std::string_view name) {
  const auto* const found =
      std::ranges::find(element_types, name, &std::pair<std::string_view, ElementType>::first);
  return found == std::end(element_types) ? ElementType::unknown : found->second;
}

TensorView read_tensor(std::string_view message) {
  TensorView tensor;
  tensor.message = bytes_of(message);
  Fields fields(message, "a tensor");
  while (fields.next()) {
    switch (fields.number()) {
      case 1:
        fields.integers([&](std::int64_t size) { add_dimension(fields, tensor.type.shape, size); });
        break;
      case 2:
        tensor.type.element = element_type_of(fields.integer());
        break;
      case 8:
        tensor.name = fields.bytes();
        break;
      case 9:
        tensor.raw_data = bytes_of(fields.bytes());
        break;
      case 14:
        tensor.is_external = fields.integer() == 1;
        break;
      default:
        fields.skip();
    }
  }
  if (tensor.is_external) tensor.raw_data.reset();
  check_raw_size(fields, tensor);
  return tensor;
}

TensorView read_sparse_tensor(std::string_view message) {
  TensorView tensor;
  graph::Shape shape;
  Fields fields(message, "a sparse tensor");
  while (fields.next()) {
    switch (fields.number()) {
      case 1:
        tensor = read_tensor(fields.bytes());
        break;
      case 3:
        fields.integers([&](std::int64_t size) { add_dimension(fields, shape, size); });
        break;
      default:
        fields.skip();
    }
  }
  tensor.type.shape = shape;
  tensor.raw_data.reset();
  tensor.is_sparse = true;
  return tensor;
}

Result<TensorView> read_tensor_view(Bytes file) { return read_bytes(file, read_tensor); }

Result<std::optional<Literal>> read_values(const TensorView& tensor) {
  using Found = std::optional<Literal>;
  if (!graph::can_be_literal(tensor.type) || tensor.is_sparse || tensor.is_external) return Found{};
  if (tensor.raw_data) return Found(Literal::view(tensor.type, *tensor.raw_data));
  const auto count = static_cast<std::size_t>(tensor.type.elements().value());
  auto values = TRY(
      read_bytes(tensor.message, [&](std::string_view) { return read_numbers(tensor, count); }));
  if (values.size() == count) return Found(Literal::of(tensor.type, std::move(values)));
  if (values.empty()) return Found{};
  return fail(Code::model_malformed, fmt::format("tensor \"{}\" of {} holds {} values", tensor.name,
                                                 to_string(tensor.type), values.size()));
}

}  // namespace pfsday::onnx
