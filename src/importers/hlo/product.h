// Products, for other lowerings too.
#pragma once

#include "importers/hlo/lowering.h"

namespace pfsday::hlo {

/// a times c, whose element types may differ; the wider one is computed in.
Value dot_of(Value a, Value c, const ops::DotAxes& axes, ElementType result, Builder& b);

}  // namespace pfsday::hlo
