// Operators on packed weights of the domain com.microsoft: MatMulNBits, MatMulBnb4,
// GatherBlockQuantized.
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

/// What each of the 16 codes stands for: numbers of 4 bits (FP4), or quantiles of a normal
/// distribution (NF4). Dettmers et al., https://arxiv.org/abs/2305.14314, appendix E, and the
/// tables of bitsandbytes.
constexpr graph::Exact codes_fp4[] = {
    0, 0.005208333L,  0.6666667L,  1,  0.3333333L,  0.5L,  0.1666667L,  0.25L,
    0, -0.005208333L, -0.6666667L, -1, -0.3333333L, -0.5L, -0.1666667L, -0.25L};
constexpr graph::Exact codes_nf4[] = {
    -1,         -0.6961928L, -0.5250731L, -0.3949175L, -0.2844414L, -0.1847734L, -0.09105004L, 0,
    0.0795803L, 0.1609302L,  0.2461123L,  0.3379152L,  0.4407098L,  0.562617L,   0.7229568L,   1};

/// Inputs a [..., K], the codes of the weights [N, K], two to a byte and the first in its high
/// bits, the largest size in each block. A code is looked up, then scaled: one mul for each weight.
Result<Values> lower_matmul_bnb4(const OnnxNode& node, Builder& b) {
  const std::int64_t columns = TRY(node.integer("K", 0));
  const std::int64_t rows = TRY(node.integer("N", 0));
  const std::int64_t block = TRY(node.integer("block_size", 0));
  TRY(check_limits({ElementType::u8, {rows, columns}}));
  const std::int64_t count = rows < 1 || columns < 1 ? 0 : rows * columns;
  const bool is_turned = TRY(node.integer("transB", 1)) != 0;
  if (count == 0 || block < 2 || count % block != 0 || !is_turned) {
    return fail(Code::type_unsupported,
                fmt::format("weights [{}, {}] in blocks of {}", rows, columns, block));
  }
  b.use_as_parameter(node.input(1), 2);
  const bool is_float = TRY(node.integer("quant_type", 1)) == 0;
  const std::span<const graph::Exact> codes = is_float ? codes_fp4 : codes_nf4;
  const ElementType element = b.type(node.input(2)).element;
  const Value table = b.constant(Literal::of({element, {16}}, {codes.begin(), codes.end()}));
  const Value bytes = b.reshape(node.input(1), {count / 2, 1});
  const Value pairs = b.emit("unpack", {bytes}, {{"bits", std::int64_t{4}}});
  if (!pairs) return Values{};
  const Value code = b.reshape(b.reverse(pairs, 1), {count / block, block});
  const Value scale = b.reshape(node.input(2), {count / block, 1});
  const Value w = b.mul(b.gather(table, b.cast(code, ElementType::i64), 0), scale);
  const std::int64_t last = b.type(node.input(0)).rank() - 1;
  return Values{b.dot(node.input(0), b.reshape(w, {rows, columns}), {{}, {}, {last}, {1}})};
}

constexpr Lowering rows[] = {
    {.op = "MatMulBnb4", .inputs = 3, .lower = lower_matmul_bnb4, .domain = microsoft},
    {.op = "MatMulNBits", .inputs = 3, .lower = lower_matmul_bits, .domain = microsoft},
    {.op = "GatherBlockQuantized", .inputs = 3, .lower = lower_gather_packed, .domain = microsoft},
};

}  // namespace

extern constinit const LoweringFamily microsoft_packed{rows};

}  // namespace pfsday::onnx
