// Convolutions as XLA writes them, for custom calls too.
#pragma once

#include "importers/hlo/attributes.h"
#include "importers/hlo/lowering.h"

namespace pfsday::hlo {

struct ConvolutionText {
  WindowText window;
  ConvolutionAxes axes;
  std::int64_t feature_groups = 1, batch_groups = 1;
  /// The kernel was turned round to make this the gradient of a convolution's input.
  bool is_turned = false;
};

/// x and w in the order that the axes say, to a result in the order that they say.
Result<Value> convolve(Value x, Value w, const TensorType& result, const ConvolutionText& text,
                       Builder& b);

/// The attributes of a node. Errors: Code::attribute_invalid.
Result<ConvolutionText> convolution_text(const Node& node);

}  // namespace pfsday::hlo
