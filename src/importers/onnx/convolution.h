// What the lowerings of float and of quantized convolutions share.
#pragma once

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

/// x [N, C, spatial...] by w [M, C/group, kernel...], with the window attributes and groups of the
/// node. Errors: Code::shapes_disagree, Code::attribute_invalid.
Result<Value> convolve(const OnnxNode& node, Value x, Value w, Builder& b);

/// A vector of one element for each channel, aligned with axis 1 of a tensor of that rank.
Value along_channels(Value v, std::int64_t rank, Builder& b);

}  // namespace pfsday::onnx
