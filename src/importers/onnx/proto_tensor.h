// TensorProto and SparseTensorProto, for the reader of the messages that hold them.
#pragma once

#include <cstddef>
#include <string_view>

#include "importers/onnx/proto.h"

namespace pfsday::onnx {

inline constexpr std::size_t rank_limit = 256;

/// Faults are thrown as Malformed (proto_fields.h).
TensorView read_tensor(std::string_view message);

/// SparseTensorProto, as the dense tensor it stands for.
TensorView read_sparse_tensor(std::string_view message);

}  // namespace pfsday::onnx
