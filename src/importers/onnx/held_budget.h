// How many constants a lowering may make: positions, weights and windows that follow from sizes.
//
//   if (!can_hold(taps * outputs, b)) return fail(Code::type_unsupported, "...");
//
// A file of a few bytes may claim huge sizes, many times over.
#pragma once

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

/// Whether so many elements may be made. They are taken from the builder's budget of evaluation,
/// which all nodes of a file share; once it is used up, nothing more is held.
bool can_hold(Count elements, Builder& b);

}  // namespace pfsday::onnx
