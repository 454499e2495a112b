// Operators on packed weights of the domain com.microsoft: MatMulNBits, GatherBlockQuantized.
#include <fmt/format.h>

#include "importers/onnx/microsoft.h"
#include "importers/onnx/packed_weights.h"

namespace pfsday::onnx {
namespace {

/// Inputs a [..., K], the weights [N, K] packed, scales, zero points, an order that is out of use,
/// bias. The weights are made real at every call.
Result<Values> lower_matmul_bits(const OnnxNode& node, Builder& b) {
  const std::int64_t columns = TRY(node.integer("K", 0));
  const std::int64_t rows = TRY(node.integer("N", 0));
  PackedWeights packed{
      .bytes = node.input(1), .scales = node.input(2), .zero_points = node.input(3)};
  packed.bits = TRY(node.integer("bits", 4));
  packed.block_size = TRY(node.integer("block_size", 0));
  if (node.has_input(4)) {
    return fail(Code::type_unsupported, "weights in the order of an input are not lowered");
  }
  const Value w = TRY(unpack_weights(packed, {rows}, columns, b));
  const std::int64_t last = b.type(node.input(0)).rank() - 1;
  const Value y = b.dot(node.input(0), w, {{}, {}, {last}, {1}});
  return Values{add_if_given(y, node.input(5), b)};
}

/// Rows of a packed table, made real after they are picked. Inputs data, indices, scales, zero
/// points.
Result<Values> lower_gather_packed(const OnnxNode& node, Builder& b) {
  const Value data = node.input(0);
  const std::int64_t rank = b.type(data).rank();
  const std::int64_t gather_axis = TRY(node.axis("gather_axis", 0, rank));
  const std::int64_t quantize_axis = TRY(node.axis("quantize_axis", 1, rank));
  const bool is_packed = b.type(data).element == ElementType::u8;
  if (rank != 2 || gather_axis != 0 || quantize_axis != 1 || !is_packed) {
    return fail(Code::type_unsupported,
                fmt::format("a table {} along axis {} with blocks along axis {} is not lowered",
                            to_string(b.type(data)), gather_axis, quantize_axis));
  }
  const auto rows_of = [&](Value table) {
    return table ? b.gather(table, node.input(1), 0) : table;
  };
  PackedWeights packed{.bytes = rows_of(data),
                       .scales = rows_of(node.input(2)),
                       .zero_points = rows_of(node.input(3))};
  packed.bits = TRY(node.integer("bits", 4));
  packed.block_size = TRY(node.integer("block_size", 128));
  if (!packed.bytes || packed.bits < 1 || packed.bits > 8) return Values{};
  Shape lead = b.shape(packed.bytes);
  const std::int64_t columns = lead.back() * (8 / packed.bits);
  lead.pop_back();
  return Values{TRY(unpack_weights(packed, lead, columns, b))};
}

constexpr Lowering rows[] = {
    {.op = "MatMulNBits", .inputs = 3, .lower = lower_matmul_bits, .domain = microsoft},
    {.op = "GatherBlockQuantized", .inputs = 3, .lower = lower_gather_packed, .domain = microsoft},
};

}  // namespace

extern constinit const LoweringFamily microsoft_packed{rows};

}  // namespace pfsday::onnx
