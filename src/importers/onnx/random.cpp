// Dropout.
#include <fmt/format.h>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

/// Of the mask: before opset 10 that of x.
ElementType mask_type(const OnnxNode& node, const Builder& b) {
  return node.opset() >= 10 ? ElementType::boolean : b.type(node.input(0)).element;
}

/// Keeps everything: what all elements of the mask say.
Values pass_through(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  Values outputs = {x};
  if (!node.has_output(1)) return outputs;
  outputs.push_back(b.full({mask_type(node, b), b.shape(x)}, 1));
  return outputs;
}

/// x * mask * 1 / (1 - ratio), where the mask is random >= ratio.
Result<Values> drop(const OnnxNode& node, graph::Exact ratio, Builder& b) {
  if (ratio < 0 || ratio >= 1) {
    return fail(Code::attribute_invalid,
                fmt::format("the ratio is {}, which is not in [0, 1)", static_cast<double>(ratio)));
  }
  if (ratio == 0) return pass_through(node, b);
  const Value x = node.input(0);
  const TensorType type = b.type(x);
  const Value random = b.emit(
      "random", {}, {{"shape", type.shape}, {"element", std::string(to_string(type.element))}});
  const Value is_kept = b.with_scalar("greater_equal", random, ratio);
  const Value kept = b.mul(x, b.cast(is_kept, type.element));
  const Value mask = b.cast(is_kept, mask_type(node, b));
  return Values{b.with_scalar("mul", kept, 1 / (1 - ratio)), mask};
}

/// Before opset 7 an attribute tells inference from training; then, until opset 12, there is
/// inference alone.
Result<Values> lower_old_dropout(const OnnxNode& node, Builder& b) {
  const bool is_training = node.opset() < 7 && TRY(node.integer("is_test", 0)) == 0;
  if (!is_training) return pass_through(node, b);
  return drop(node, TRY(node.real("ratio", 0.5)), b);
}

Result<Values> lower_dropout(const OnnxNode& node, Builder& b) {
  const bool is_training = node.has_input(2) && TRY(known_scalar(node, 2, b)) != 0;
  if (!is_training) return pass_through(node, b);
  return drop(node, node.has_input(1) ? TRY(known_scalar(node, 1, b)) : 0.5L, b);
}

constexpr Lowering rows[] = {
    {.op = "Dropout", .lower = lower_old_dropout},
    {.op = "Dropout", .lower = lower_dropout, .since = 12},
};

}  // namespace

extern constinit const LoweringFamily random{rows};

}  // namespace pfsday::onnx
