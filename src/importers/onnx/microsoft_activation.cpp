// Activations of the domain com.microsoft, with the bias that is fused to them.
#include <fmt/format.h>

#include "importers/onnx/microsoft.h"

namespace pfsday::onnx {
namespace {

Result<Values> gelu(const OnnxNode& node, Value x, Builder& b) {
  return lower_as("Gelu", 20, node.with_inputs({x}), b);
}

Result<Values> lower_gelu(const OnnxNode& node, Builder& b) { return gelu(node, node.input(0), b); }

/// Gelu of x + bias.
Result<Values> lower_bias_gelu(const OnnxNode& node, Builder& b) {
  return gelu(node, add_if_given(node.input(0), node.input(1), b), b);
}

Result<Values> lower_fast_gelu(const OnnxNode& node, Builder& b) {
  return Values{fast_gelu(add_if_given(node.input(0), node.input(1), b), b)};
}

/// x sigmoid(alpha x).
Result<Values> lower_quick_gelu(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const double alpha = TRY(node.real("alpha", 1.702));
  return Values{b.mul(x, b.emit("sigmoid", {b.with_scalar("mul", x, alpha)}))};
}

/// x + bias, of which the left half is multiplied by the Gelu of the right half.
Result<Values> lower_bias_split_gelu(const OnnxNode& node, Builder& b) {
  const Value sum = add_if_given(node.input(0), node.input(1), b);
  const Shape shape = b.shape(sum);
  if (shape.empty() || shape.back() % 2 != 0) {
    return fail(Code::shapes_disagree, fmt::format("{} has no two halves", to_string(shape)));
  }
  const auto half = [&](std::int64_t i) {
    Axes starts(shape.size(), 0);
    Axes limits = shape;
    starts.back() = i * shape.back() / 2;
    limits.back() = starts.back() + shape.back() / 2;
    return b.slice(sum, starts, limits, Axes(shape.size(), 1));
  };
  const Value left = half(0);
  const Values right = TRY(gelu(node, half(1), b));
  return Values{right.empty() ? Value{} : b.mul(left, right[0])};
}

/// x + bias + the residual.
Result<Values> lower_bias_add(const OnnxNode& node, Builder& b) {
  const Value sum = add_if_given(node.input(0), node.input(1), b);
  return Values{add_if_given(sum, node.input(2), b)};
}

/// Softmax of x + bias over `axis` and the axes after it.
Result<Values> lower_bias_softmax(const OnnxNode& node, Builder& b) {
  const Value sum = add_if_given(node.input(0), node.input(1), b);
  return lower_as("Softmax", 11, node.with_inputs({sum}), b);
}

/// Dropout of x + bias, plus the residual; inputs x, bias, residual, ratio, training mode.
Result<Values> lower_bias_dropout(const OnnxNode& node, Builder& b) {
  const Value sum = add_if_given(node.input(0), node.input(1), b);
  Values outputs =
      TRY(lower_as("Dropout", 13, node.with_inputs({sum, node.input(3), node.input(4)}), b));
  if (!outputs.empty()) outputs[0] = add_if_given(outputs[0], node.input(2), b);
  return outputs;
}

constexpr Lowering rows[] = {
    {.op = "Gelu", .lower = lower_gelu, .domain = microsoft},
    {.op = "BiasGelu", .inputs = 2, .lower = lower_bias_gelu, .domain = microsoft},
    {.op = "FastGelu", .lower = lower_fast_gelu, .domain = microsoft},
    {.op = "QuickGelu", .lower = lower_quick_gelu, .domain = microsoft},
    {.op = "BiasSplitGelu", .inputs = 2, .lower = lower_bias_split_gelu, .domain = microsoft},
    {.op = "BiasAdd", .inputs = 3, .lower = lower_bias_add, .domain = microsoft},
    {.op = "BiasSoftmax", .inputs = 2, .lower = lower_bias_softmax, .domain = microsoft},
    {.op = "BiasDropout", .inputs = 2, .lower = lower_bias_dropout, .domain = microsoft},
};

}  // namespace

extern constinit const LoweringFamily microsoft_activation{rows};

}  // namespace pfsday::onnx
