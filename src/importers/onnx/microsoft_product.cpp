// Products and convolutions of the domain com.microsoft, with what is fused to them.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "importers/onnx/microsoft.h"

namespace pfsday::onnx {
namespace {

/// The activation of a fused operator; its parameters are apart, or in a list.
Result<Activation> activation_of(const OnnxNode& node) {
  Activation activation;
  activation.name = TRY(node.text("activation", ""));
  const bool leaks = activation.name == "LeakyRelu";
  activation.alpha = TRY(node.real("activation_alpha", leaks ? 0.01 : 0.2));
  activation.beta = TRY(node.real("activation_beta", 0.5));
  const AttributeView* listed = node.find("activation_params");
  if (listed == nullptr) return activation;
  if (!listed->reals.empty()) activation.alpha = static_cast<double>(listed->reals[0]);
  if (listed->reals.size() > 1) activation.beta = static_cast<double>(listed->reals[1]);
  return activation;
}

/// The lowering of a standard operator on these inputs, then the activation.
Result<Values> lower_activated(std::string_view op, const OnnxNode& node, const Values& inputs,
                               Builder& b) {
  const Values outputs = TRY(lower_as(op, 13, node.with_inputs(inputs), b));
  if (outputs.empty() || !outputs[0]) return Values{};
  const Activation activation = TRY(activation_of(node));
  return Values{TRY(activate(outputs[0], activation, b))};
}

/// An operand of a product: the first axis moved behind the batch, the last two turned.
Value turned(Value x, bool moves_batch, bool transposes, Builder& b) {
  const std::int64_t rank = b.type(x).rank();
  if (rank < 2) return x;
  const auto last = static_cast<std::size_t>(rank - 1);
  Axes permutation(static_cast<std::size_t>(rank));
  std::iota(permutation.begin(), permutation.end(), 0);
  if (moves_batch) std::rotate(permutation.begin(), permutation.begin() + 1, permutation.end() - 1);
  if (transposes) std::swap(permutation[last - 1], permutation[last]);
  return b.transpose(x, permutation);
}

Result<Value> turned_operand(const OnnxNode& node, std::size_t input, std::string_view transposes,
                             std::string_view moves_batch, Builder& b) {
  b.use_as_parameter(node.input(input));
  const bool turns = TRY(node.integer(transposes, 0)) != 0;
  const bool moves = TRY(node.integer(moves_batch, 0)) != 0;
  return turned(node.input(input), moves, turns, b);
}

/// alpha a b, then perhaps an activation.
Result<Values> lower_fused_matmul(const OnnxNode& node, Builder& b) {
  const Value first = TRY(turned_operand(node, 0, "transA", "transBatchA", b));
  const Value second = TRY(turned_operand(node, 1, "transB", "transBatchB", b));
  const double alpha = TRY(node.real("alpha", 1));
  Value y = b.matmul(first, second);
  if (alpha != 1) y = b.with_scalar("mul", y, alpha);
  const Activation activation = TRY(activation_of(node));
  return Values{TRY(activate(y, activation, b))};
}

Result<Values> lower_fused_gemm(const OnnxNode& node, Builder& b) {
  return lower_activated("Gemm", node, node.inputs(), b);
}

/// x w + bias, then the fast approximation of Gelu.
Result<Values> lower_gemm_fast_gelu(const OnnxNode& node, Builder& b) {
  b.use_as_parameter(node.input(1));
  const Value y = b.matmul(node.input(0), node.input(1));
  return Values{fast_gelu(add_if_given(y, node.input(2), b), b)};
}

/// Conv, then the sum with input 3, then the activation.
Result<Values> lower_fused_conv(const OnnxNode& node, Builder& b) {
  const Values inputs = {node.input(0), node.input(1), node.input(2)};
  const Values outputs = TRY(lower_as("Conv", 13, node.with_inputs(inputs), b));
  if (outputs.empty() || !outputs[0]) return Values{};
  const Activation activation = TRY(activation_of(node));
  return Values{TRY(activate(add_if_given(outputs[0], node.input(3), b), activation, b))};
}

/// The same with channels in the last axis of x, of the sum and of the result.
Result<Values> lower_nhwc_conv(const OnnxNode& node, Builder& b) {
  const Values inputs = {channels_second(node.input(0), b), node.input(1), node.input(2),
                         channels_second(node.input(3), b)};
  const Values outputs = TRY(lower_fused_conv(node.with_inputs(inputs), b));
  if (outputs.empty()) return Values{};
  return Values{channels_last(outputs[0], b)};
}

Result<Values> lower_nhwc_max_pool(const OnnxNode& node, Builder& b) {
  const Values inputs = {channels_second(node.input(0), b)};
  const Values outputs = TRY(lower_as("MaxPool", 12, node.with_inputs(inputs), b));
  if (outputs.empty()) return Values{};
  return Values{channels_last(outputs[0], b)};
}

/// Between all rows of a [M, N] and of b [K, N]: the sum of squared differences, or its root.
Result<Values> lower_cdist(const OnnxNode& node, Builder& b) {
  const Shape first = b.shape(node.input(0));
  const Shape second = b.shape(node.input(1));
  const std::string_view metric = TRY(node.text("metric", "sqeuclidean"));
  if (metric != "euclidean" && metric != "sqeuclidean") {
    return fail(Code::type_unsupported, fmt::format("the metric \"{}\" is not lowered", metric));
  }
  if (first.size() != 2 || second.size() != 2 || first[1] != second[1]) {
    return fail(Code::shapes_disagree,
                fmt::format("a is {}, b is {}", to_string(first), to_string(second)));
  }
  const Value difference = b.sub(b.reshape(node.input(0), {first[0], 1, first[1]}),
                                 b.reshape(node.input(1), {1, second[0], second[1]}));
  const Value squares = b.reduce_sum(b.mul(difference, difference), {2});
  return Values{metric == "euclidean" ? b.sqrt(squares) : squares};
}

constexpr Lowering rows[] = {
    {.op = "FusedMatMul", .inputs = 2, .lower = lower_fused_matmul, .domain = microsoft},
    {.op = "TransposeMatMul", .inputs = 2, .lower = lower_fused_matmul, .domain = microsoft},
    {.op = "FusedMatMulActivation", .inputs = 2, .lower = lower_fused_matmul, .domain = microsoft},
    {.op = "FusedGemm", .inputs = 2, .lower = lower_fused_gemm, .domain = microsoft},
    {.op = "GemmFastGelu", .inputs = 2, .lower = lower_gemm_fast_gelu, .domain = microsoft},
    {.op = "FusedConv", .inputs = 2, .lower = lower_fused_conv, .domain = microsoft},
    {.op = "NhwcConv", .inputs = 2, .lower = lower_nhwc_conv, .domain = microsoft},
    {.op = "NhwcFusedConv", .inputs = 2, .lower = lower_nhwc_conv, .domain = microsoft},
    {.op = "NhwcMaxPool", .lower = lower_nhwc_max_pool, .domain = microsoft},
    {.op = "CDist", .inputs = 2, .lower = lower_cdist, .domain = microsoft},
};

}  // namespace

extern constinit const LoweringFamily microsoft_product{rows};

}  // namespace pfsday::onnx
