// ONNX nodes of operators that the user states.
#pragma once

#include "importers/custom_operators.h"
#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

/// Errors: those of importers::work_out; Code::value_unknown where the type of an input is unknown,
/// Code::formula_invalid where the node has more outputs than the formulas.
Result<Values> lower_custom(const importers::CustomOperator& op, const OnnxNode& node, Builder& b);

}  // namespace pfsday::onnx
