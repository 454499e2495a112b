// Why products differ; see Why. Of one row first, then of rows that belong together.
#pragma once

#include <vector>

#include "report/diff_products.h"

namespace pfsday::report {

/// Gives each row whose sides differ its causes. What they say is on one side only adds up to the
/// difference of the sides, in each row.
void explain_rows(std::vector<ProductRow>& rows, const ProductList& a, const ProductList& b);

}  // namespace pfsday::report
