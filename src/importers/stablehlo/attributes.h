// What HLO calls the operations of StableHLO, and how it writes their attributes.
#pragma once

#include <string>

#include "base/result.h"
#include "importers/stablehlo/syntax.h"

namespace pfsday::stablehlo {

struct HloOperation {
  std::string op;          ///< "dot"
  std::string attributes;  ///< ", lhs_contracting_dims={1}, rhs_contracting_dims={0}"
};

/// Without the computations that it calls, which its regions are. Errors: Code::attribute_invalid,
/// type_unsupported for operations of other dialects.
Result<HloOperation> to_hlo_operation(const Operation& one);

/// "add" of stablehlo.add, mhlo.add; none for other dialects.
std::string_view short_name(std::string_view name);

}  // namespace pfsday::stablehlo
