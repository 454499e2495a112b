#include "importers/onnx/microsoft.h"

#include <fmt/format.h>

namespace pfsday::onnx {

Result<Value> activate(Value x, const Activation& activation, Builder& b) {
  const std::string_view name = activation.name;
  if (name.empty() || name == "NONE") return x;
  if (name == "Relu" || name == "RELU") return b.with_scalar("max", x, 0);
  if (name == "Sigmoid") return b.emit("sigmoid", {x});
  if (name == "Tanh") return b.emit("tanh", {x});
  if (name == "LeakyRelu") {
    const Value is_negative = b.with_scalar("less", x, 0);
    return b.select(is_negative, b.with_scalar("mul", x, activation.alpha), x);
  }
  if (name == "HardSigmoid") {
    const Value line =
        b.with_scalar("add", b.with_scalar("mul", x, activation.alpha), activation.beta);
    return b.with_scalar("max", b.with_scalar("min", line, 1), 0);
  }
  if (name == "Clip") {
    return b.with_scalar("min", b.with_scalar("max", x, activation.alpha), activation.beta);
  }
  return fail(Code::type_unsupported, fmt::format("the activation \"{}\" is not lowered", name));
}

RootMeanSquare normalize_by_square(Value x, double epsilon, Builder& b) {
  const Axes last = {b.type(x).rank() - 1};
  const Value squares = b.reduce_mean(b.mul(x, x), last, keep_dims);
  const Value root = b.sqrt(b.with_scalar("add", squares, epsilon));
  return {b.div(x, root), root};
}

Value add_if_given(Value x, Value addend, Builder& b) {
  if (!addend) return x;
  note_weight(addend, b);
  return b.add(x, addend);
}

Value fast_gelu(Value x, Builder& b) {
  const Value cubic = b.with_scalar("mul", b.mul(b.mul(x, x), x), 0.035677L);
  const Value bent = b.emit("tanh", {b.add(b.with_scalar("mul", x, 0.797885L), cubic)});
  return b.mul(b.with_scalar("mul", x, 0.5L), b.with_scalar("add", bent, 1));
}

Value channels_second(Value x, Builder& b) {
  const std::int64_t rank = b.type(x).rank();
  if (rank < 2) return x;
  Axes permutation = {0, rank - 1};
  for (std::int64_t axis = 1; axis + 1 < rank; ++axis) permutation.push_back(axis);
  return b.transpose(x, permutation);
}

Value channels_last(Value x, Builder& b) {
  const std::int64_t rank = b.type(x).rank();
  if (rank < 2) return x;
  Axes permutation = {0};
  for (std::int64_t axis = 2; axis < rank; ++axis) permutation.push_back(axis);
  permutation.push_back(1);
  return b.transpose(x, permutation);
}

}  // namespace pfsday::onnx
