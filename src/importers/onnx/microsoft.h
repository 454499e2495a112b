// What the lowerings of the domain com.microsoft share.
#pragma once

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

constexpr std::string_view microsoft = "com.microsoft";

/// The parameters of an activation that is fused into another operator.
struct Activation {
  std::string_view name = {};  ///< empty for none
  double alpha = 0, beta = 0;
};

/// Errors: Code::type_unsupported for an activation that is not known here.
Result<Value> activate(Value x, const Activation& activation, Builder& b);

/// x / sqrt(mean of squares + epsilon) over the last axis, and that root.
struct RootMeanSquare {
  Value normalized, root;
};
RootMeanSquare normalize_by_square(Value x, double epsilon, Builder& b);

/// An element-wise sum that may lack its second operand, which is a parameter if the model holds
/// it.
Value add_if_given(Value x, Value addend, Builder& b);

/// 0.5 x (1 + tanh(0.797885 x + 0.035677 x^3)).
Value fast_gelu(Value x, Builder& b);

/// Channels from the last axis to the second, and back.
Value channels_second(Value x, Builder& b);
Value channels_last(Value x, Builder& b);

}  // namespace pfsday::onnx
