// Products, for other lowerings too.
#pragma once

#include "importers/hlo/lowering.h"

namespace pfsday::hlo {

/// a, such that a product with c is counted where both are constants: a program computes what it
/// writes, tables of positions for instance, until a compiler folds it.
Value unfolded(Value a, Value c, Builder& b);

/// a times c, whose element types may differ; the wider one is computed in.
Value dot_of(Value a, Value c, const ops::DotAxes& axes, ElementType result, Builder& b);

}  // namespace pfsday::hlo
