// Texts and maps: what is done with them is no arithmetic, and what they hold is never known. Nor
// is what only a run tells, where a value stands in for it.
#pragma once

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

/// A tensor of that type whose elements texts, maps or unknown values give, or texts that numbers
/// give; see the primitive `opaque`.
inline Value opaque(const OnnxNode& node, const Values& inputs, const TensorType& type,
                    Builder& b) {
  return b.emit("opaque", inputs,
                {{"op", std::string(node.op())},
                 {"element", std::string(to_string(type.element))},
                 {"shape", Axes(type.shape)}});
}

}  // namespace pfsday::onnx
