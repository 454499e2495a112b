// The contents of a constant.
//
//   constant({ { 1, 2 }, { 3, -inf } })   constant(true)   constant({...})
#pragma once

#include <optional>
#include <string_view>

#include "graph/literal.h"

namespace pfsday::hlo {

/// None where the text leaves them out, where there are more than a literal holds, or where they
/// are no real numbers as many as the type has.
std::optional<graph::Literal> parse_literal(const graph::TensorType& type, std::string_view text);

}  // namespace pfsday::hlo
