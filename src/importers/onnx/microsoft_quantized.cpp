// Quantized operators of the domain com.microsoft. They count like their twins of floats, with what
// the specification writes around them: (q - zero point) * scale before, and
// saturate(round(r / scale) + zero point) after.
#include <fmt/format.h>

#include "importers/onnx/microsoft.h"
#include "importers/onnx/quantize.h"

namespace pfsday::onnx {
namespace {

Value single(Value v, Builder& b) {
  return v && b.type(v).elements() == Count(1) ? b.reshape(v, {}) : v;
}

/// Three inputs from `first` on: a quantized tensor, its scale, its zero point.
Value real_input(const OnnxNode& node, std::size_t first, Builder& b) {
  const Value x = node.input(first);
  const Value scale = single(node.input(first + 1), b);
  if (!x || !scale) return {};
  note_weight(x, b);
  const ElementType element = b.type(scale).element;
  const Value zero_point = single(node.input(first + 2), b);
  return b.mul(subtract_zero_point(dequantized(x, element, b), zero_point, element, b), scale);
}

/// To the type of x: two inputs from `first` on are the scale and the zero point.
Value quantized_output(const OnnxNode& node, Value real, std::size_t first, ElementType to,
                       Builder& b) {
  const Value scale = single(node.input(first), b);
  if (!real || !scale) return {};
  return quantize(b.div(real, scale), single(node.input(first + 1), b), to, true, b);
}

ElementType element_of(const OnnxNode& node, std::size_t input, Builder& b) {
  return b.type(node.input(input)).element;
}

/// Inputs a, b with scale and zero point each; then those of the result.
Result<Values> lower_add(const OnnxNode& node, Builder& b) {
  const Value sum = b.add(real_input(node, 0, b), real_input(node, 3, b));
  return Values{quantized_output(node, sum, 6, element_of(node, 0, b), b)};
}

/// (a - zero point) (b - zero point) times one factor: scale of a * scale of b / scale of c.
Result<Values> lower_mul(const OnnxNode& node, Builder& b) {
  const ElementType element = element_of(node, 1, b);
  const auto centered = [&](std::size_t first) {
    note_weight(node.input(first), b);
    const Value zero_point = single(node.input(first + 2), b);
    return subtract_zero_point(dequantized(node.input(first), element, b), zero_point, element, b);
  };
  const Value product = b.mul(centered(0), centered(3));
  const Value scales = b.mul(single(node.input(1), b), single(node.input(4), b));
  const Value scaled = b.mul(product, b.div(scales, single(node.input(6), b)));
  return Values{quantize(scaled, single(node.input(7), b), element_of(node, 0, b), true, b)};
}

/// An operator of one real operand, between two that are quantized: inputs x, scale, zero point,
/// then those of the result.
template <class Apply>
Result<Values> lower_between(const OnnxNode& node, Builder& b, Apply&& apply) {
  const Value x = real_input(node, 0, b);
  if (!x) return Values{};
  const Value y = TRY(apply(x));
  return Values{quantized_output(node, y, 3, element_of(node, 0, b), b)};
}

/// The same, where a standard operator does it.
Result<Value> apply_standard(std::string_view op, std::int64_t opset, const OnnxNode& node, Value x,
                             Builder& b) {
  const Values outputs = TRY(lower_as(op, opset, node.with_inputs({x}), b));
  return outputs.empty() ? Value{} : outputs[0];
}

Result<Values> lower_sigmoid(const OnnxNode& node, Builder& b) {
  return lower_between(node, b, [&](Value x) -> Result<Value> { return b.emit("sigmoid", {x}); });
}
Result<Values> lower_leaky_relu(const OnnxNode& node, Builder& b) {
  return lower_between(node, b,
                       [&](Value x) { return apply_standard("LeakyRelu", 16, node, x, b); });
}
Result<Values> lower_softmax(const OnnxNode& node, Builder& b) {
  const std::int64_t opset = TRY(node.integer("opset", 13));
  return lower_between(node, b,
                       [&](Value x) { return apply_standard("Softmax", opset, node, x, b); });
}
Result<Values> lower_reduce_mean(const OnnxNode& node, Builder& b) {
  return lower_between(node, b,
                       [&](Value x) { return apply_standard("ReduceMean", 13, node, x, b); });
}

/// Pools may have their channels in the last axis.
template <const char* op>
Result<Values> lower_pool(const OnnxNode& node, Builder& b) {
  const bool is_last = TRY(node.integer("channels_last", 0)) != 0;
  return lower_between(node, b, [&](Value x) -> Result<Value> {
    const Value y = TRY(apply_standard(op, 11, node, is_last ? channels_second(x, b) : x, b));
    return is_last ? channels_last(y, b) : y;
  });
}
constexpr char average_pool[] = "AveragePool", global_average_pool[] = "GlobalAveragePool";

/// Inputs: scale and zero point of the result, then each part with its own.
Result<Values> lower_concat(const OnnxNode& node, Builder& b) {
  if (node.input_count() < 5 || node.input_count() % 3 != 2) {
    return fail(Code::input_missing, fmt::format("{} inputs", node.input_count()));
  }
  Values parts;
  for (std::size_t i = 2; i + 2 < node.input_count(); i += 3) {
    parts.push_back(real_input(node, i, b));
  }
  const std::int64_t axis = TRY(node.axis("axis", 1, b.type(node.input(2)).rank()));
  return Values{quantized_output(node, b.concat(parts, axis), 0, element_of(node, 2, b), b)};
}

/// Inputs condition; x and y with their own; scale and zero point of the result.
Result<Values> lower_where(const OnnxNode& node, Builder& b) {
  const Value chosen = b.select(node.input(0), real_input(node, 1, b), real_input(node, 4, b));
  return Values{quantized_output(node, chosen, 7, element_of(node, 1, b), b)};
}

/// QLinearConv, whose channels may be in the last axis.
Result<Values> lower_conv(const OnnxNode& node, Builder& b) {
  if (TRY(node.integer("channels_last", 0)) == 0) return lower_as("QLinearConv", 10, node, b);
  Values inputs = node.inputs();
  inputs[0] = channels_second(inputs[0], b);
  const Values outputs = TRY(lower_as("QLinearConv", 10, node.with_inputs(inputs), b));
  return Values{outputs.empty() ? Value{} : channels_last(outputs[0], b)};
}

/// The accumulated product as reals, scaled; then the bias.
Value scaled_product(Value accumulated, Value scale, Value bias, Builder& b) {
  if (!accumulated || !scale) return {};
  const Value real = b.mul(b.cast(accumulated, b.type(scale).element), scale);
  return add_if_given(real, bias, b);
}

/// Inputs a, b, scale of a, scale of b, zero points, bias.
Result<Values> lower_integer_to_float(const OnnxNode& node, Builder& b) {
  const Values operands = {node.input(0), node.input(1), node.input(4), node.input(5)};
  const Values product = TRY(lower_as("MatMulInteger", 10, node.with_inputs(operands), b));
  if (product.empty()) return Values{};
  const Value scale = b.mul(single(node.input(2), b), single(node.input(3), b));
  return Values{scaled_product(product[0], scale, node.input(6), b)};
}

/// Quantizes a as DynamicQuantizeLinear does. Inputs a, b, scale of b, zero point of b, bias.
Result<Values> lower_dynamic_matmul(const OnnxNode& node, Builder& b) {
  const Values a = TRY(lower_as("DynamicQuantizeLinear", 11, node.with_inputs({node.input(0)}), b));
  if (a.size() != 3 || !a[2]) return Values{};
  const Values operands = {a[0], node.input(1), a[1],         node.input(2),
                           a[2], node.input(3), node.input(4)};
  return lower_integer_to_float(node.with_inputs(operands), b);
}

/// alpha (a - zero point) (b - zero point) + c, scaled; a real result without scale of y.
Result<Values> lower_gemm(const OnnxNode& node, Builder& b) {
  const auto centered = [&](std::size_t first) {
    b.use_as_parameter(node.input(first));
    const Value zero_point = single(node.input(first + 2), b);
    return subtract_zero_point(node.input(first), zero_point, ElementType::i32, b);
  };
  const Value first = centered(0);
  const Value second = centered(3);
  if (b.shape(first).size() != 2 || b.shape(second).size() != 2) {
    return fail(Code::shapes_disagree, "both operands have two axes");
  }
  const std::int64_t of_a = TRY(node.integer("transA", 0)) != 0 ? 0 : 1;
  const std::int64_t of_b = TRY(node.integer("transB", 0)) != 0 ? 1 : 0;
  Value sum = b.dot(first, second, {{}, {}, {of_a}, {of_b}});
  if (node.has_input(6)) sum = add_if_given(sum, node.input(6), b);
  const double alpha = TRY(node.real("alpha", 1));
  Value scale = b.mul(single(node.input(1), b), single(node.input(4), b));
  if (alpha != 1) scale = b.with_scalar("mul", scale, alpha);
  const Value real = scaled_product(sum, scale, {}, b);
  if (!node.has_input(7)) return Values{real};
  const ElementType to = node.has_input(8) ? element_of(node, 8, b) : element_of(node, 0, b);
  return Values{quantized_output(node, real, 7, to, b)};
}

/// Inputs a, its zero point, b, its zero point; the result is i32.
Result<Values> lower_mul_integer(const OnnxNode& node, Builder& b) {
  const auto centered = [&](std::size_t first) {
    note_weight(node.input(first), b);
    return subtract_zero_point(node.input(first), single(node.input(first + 1), b),
                               ElementType::i32, b);
  };
  return Values{b.mul(centered(0), centered(2))};
}

Result<Values> lower_matmul_integer(const OnnxNode& node, Builder& b) {
  return lower_as("MatMulInteger", 10, node, b);
}
Result<Values> lower_quantize(const OnnxNode& node, Builder& b) {
  return lower_as("QuantizeLinear", 19, node, b);
}
Result<Values> lower_dequantize(const OnnxNode& node, Builder& b) {
  return lower_as("DequantizeLinear", 19, node, b);
}

constexpr Lowering rows[] = {
    {.op = "QLinearAdd", .inputs = 2, .lower = lower_add, .domain = microsoft},
    {.op = "QLinearMul", .inputs = 2, .lower = lower_mul, .domain = microsoft},
    {.op = "QLinearSigmoid", .inputs = 2, .lower = lower_sigmoid, .domain = microsoft},
    {.op = "QLinearLeakyRelu", .inputs = 2, .lower = lower_leaky_relu, .domain = microsoft},
    {.op = "QLinearSoftmax", .inputs = 2, .lower = lower_softmax, .domain = microsoft},
    {.op = "QLinearReduceMean", .inputs = 2, .lower = lower_reduce_mean, .domain = microsoft},
    {.op = "QLinearAveragePool",
     .inputs = 2,
     .lower = lower_pool<average_pool>,
     .domain = microsoft},
    {.op = "QLinearGlobalAveragePool",
     .inputs = 2,
     .lower = lower_pool<global_average_pool>,
     .domain = microsoft},
    {.op = "QLinearConcat", .lower = lower_concat, .domain = microsoft},
    {.op = "QLinearWhere", .inputs = 9, .lower = lower_where, .domain = microsoft},
    {.op = "QLinearConv", .inputs = 8, .lower = lower_conv, .domain = microsoft},
    {.op = "MatMulIntegerToFloat",
     .inputs = 4,
     .lower = lower_integer_to_float,
     .domain = microsoft},
    {.op = "DynamicQuantizeMatMul",
     .inputs = 3,
     .lower = lower_dynamic_matmul,
     .domain = microsoft},
    {.op = "MatMulInteger16", .inputs = 2, .lower = lower_matmul_integer, .domain = microsoft},
    {.op = "MulInteger", .lower = lower_mul_integer, .domain = microsoft},
    {.op = "QGemm", .inputs = 6, .lower = lower_gemm, .domain = microsoft},
    {.op = "QuantizeLinear", .inputs = 2, .lower = lower_quantize, .domain = microsoft},
    {.op = "DequantizeLinear", .inputs = 2, .lower = lower_dequantize, .domain = microsoft},
};

}  // namespace

extern constinit const LoweringFamily microsoft_quantized{rows};

}  // namespace pfsday::onnx
