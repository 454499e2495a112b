// Computations that combine values: which of them are one operation.
#pragma once

#include "importers/hlo/lowering.h"

namespace pfsday::hlo {

/// The operation of a computation that combines its two parameters by one; empty for any other, and
/// "second" for one that gives its second parameter.
std::string_view combiner_of(const Computation& computation);

}  // namespace pfsday::hlo
