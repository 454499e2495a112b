// Inputs that steer a node (axes, sizes, repeats) and are known only when the model runs.
//
//   if (auto assumed = assume_steering(node, declared, builder)) { lower assumed->inputs ... }
//
// Where the file declares the types of the outputs, any values that lead to those types do the same
// arithmetic. Where the types do not depend on the values, those that cost most are taken.
#pragma once

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

struct Steering {
  Values inputs = {};       ///< of the node, constants in place of what is not known
  Values open = {};         ///< those that are not known
  std::string_view kind;    ///< of the bound: "declared_shape" or "upper_bound"
  std::string reason = {};  ///< names the inputs that are not known
};

/// declared: the types of the outputs, unknown where the file does not say. None if the values
/// cannot be told from them.
std::optional<Steering> assume_steering(const OnnxNode& node, const graph::TensorTypes& declared,
                                        Builder& b);

}  // namespace pfsday::onnx
