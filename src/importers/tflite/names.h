// Names of the built-in operators, those that are not lowered included.
#pragma once

#include <string>

#include "importers/tflite/lowering.h"

namespace pfsday::tflite {

/// "CONV_2D"; of a custom operator its own name; "operator 209" if the number is not known.
std::string name_of(const OperatorView& view);

}  // namespace pfsday::tflite
