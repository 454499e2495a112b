// What an ONNX file was written for: inference, or a training step of its own.
//
//   const Recognition found = recognize(view, bytes);
//   found.inference   // "20 of 20 convolutions have ... (onnx::Conv_193). The training step ..."
//
// Only what the file shows is said. A network that never had normalization or dropout shows
// nothing.
#pragma once

#include <string>

#include "importers/onnx/proto.h"

namespace pfsday::onnx {

/// Each is empty where nothing shows it; see importers::Model.
struct Recognition {
  std::string training = {};
  std::string inference = {};
};

/// Training: an operator of `ai.onnx.preview.training`, a gradient or an optimizer of
/// `com.microsoft`, a TrainingInfoProto.
///
/// Inference:
///   - Conv whose weight and bias both have names that only the folding of constants gives:
///     "onnx::Conv_193" or "193" of torch.onnx, "..._fused_bn" of tf2onnx, "ConvBnFusion_..." of
///     onnxruntime. A bias alone may come from an addition.
///   - BatchNormalization that takes the statistics it holds.
///   - Dropout that passes its input on, and Identity that is named after it.
/// `file` is what the view was read from.
Recognition recognize(const ModelView& model, Bytes file);

}  // namespace pfsday::onnx
