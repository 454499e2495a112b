// Parts of a JSON document on a counted model that several documents share.
#pragma once

#include "base/json.h"
#include "report/count.h"

namespace pfsday::report {

/// Members model, bindings, convention, notes.
void write_model(JsonWriter& json, const CountReport& report);
/// Member parameters.
void write_parameters(JsonWriter& json, const CountReport& report);
/// Members uncounted and bounds.
void write_uncounted(JsonWriter& json, const CountReport& report);

}  // namespace pfsday::report
