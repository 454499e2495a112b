// The parts of the document pfsday.diff/1 that hold products and parameters.
#pragma once

#include "base/json.h"
#include "report/diff_parameters.h"
#include "report/diff_products.h"

namespace pfsday::report {

/// `{same[], different[], reasons[], in_both, total{a,b}, agrees}`.
void write_products(JsonWriter& json, const ProductDiff& diff);
/// `{matches[], in_one_only[], total{a,b}, agrees}`.
void write_parameters(JsonWriter& json, const ParameterDiff& diff);

}  // namespace pfsday::report
