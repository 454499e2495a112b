// Dropout.
#include <fmt/format.h>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

/// Keeps everything: what all elements of the mask say.
Values pass_through(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  Values outputs = {x};
  if (!node.has_output(1)) return outputs;
  const ElementType element = node.opset() >= 10 ? ElementType::boolean : b.type(x).element;
  outputs.push_back(b.full({element, b.shape(x)}, 1));
  return outputs;
}

/// Inference, as before opset 12 exporters leave it: the identity.
Result<Values> lower_dropout_inference(const OnnxNode& node, Builder& b) {
  return pass_through(node, b);
}

/// In training: x * mask * 1 / (1 - ratio), where the mask is random >= ratio.
Result<Values> lower_dropout(const OnnxNode& node, Builder& b) {
  const bool is_training = node.has_input(2) && TRY(known_scalar(node, 2, b)) != 0;
  if (!is_training) return pass_through(node, b);
  const graph::Exact ratio = node.has_input(1) ? TRY(known_scalar(node, 1, b)) : 0.5L;
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
  return Values{b.with_scalar("mul", kept, 1 / (1 - ratio)), is_kept};
}

constexpr Lowering rows[] = {
    {.op = "Dropout", .lower = lower_dropout_inference},
    {.op = "Dropout", .lower = lower_dropout, .since = 12},
};

}  // namespace

extern constinit const LoweringFamily random{rows};

}  // namespace pfsday::onnx
