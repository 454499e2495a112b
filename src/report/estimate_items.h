// What a total is made of, for `pfsday estimate`: each phase and each parent, in or out, and why.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "report/estimate.h"
#include "report/grid.h"

namespace pfsday::report {

/// True where a total is more than its one phase: several items, or one that is left out.
bool has_items_to_show(const RunReport& report);

/// A row for each item, their total below.
Grid item_grid(const RunReport& report);

/// The view and its source, and why each item is in or out.
std::string item_reasons(const RunReport& report, const TextStyle& style);

/// Members "view", "phases" and "lineage".
void write_items(JsonWriter& json, const RunReport& report);

}  // namespace pfsday::report
