// Arithmetic on complex numbers, stated as that on their parts.
#pragma once

#include "importers/hlo/lowering.h"

namespace pfsday::hlo {

bool is_complex(ElementType element);

/// An operand or a result is complex.
bool has_complex(const Node& node);

/// An operation on each element. Errors: Code::value_unknown for one that is not in the table.
Result<Values> lower_complex(const Node& node, Builder& b);

}  // namespace pfsday::hlo
