// A tensor that the file holds, an initializer or a constant, as a value of the graph.
#pragma once

#include "importers/onnx/proto.h"
#include "ops/builder.h"

namespace pfsday::onnx {

/// Floats, and several integers of at most 32 bits, become a named tensor of the model: they may be
/// weights. Their contents stay open where they are large or absent. Other integers and booleans
/// become constants, which fold; if they are large, a named tensor too. Errors: those of
/// read_values; Code::limit_exceeded.
Result<graph::Value> add_held_tensor(std::string_view name, const TensorView& tensor,
                                     ops::Builder& b);

}  // namespace pfsday::onnx
