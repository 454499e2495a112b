// What a run file itself says of the causes of a gap.
#pragma once

#include <string>
#include <vector>

#include "estimate/explanation.h"

namespace pfsday::estimate {

/// The notes of counting, hardware and printed figures, of factors and networks, and the reasons of
/// judgements that hold a word of the assumption ("recomput", "checkpoint"; case does not matter).
/// What pfsday writes itself is not among them.
std::vector<std::string> facts_on(Assumption assumption, const Run& run);

}  // namespace pfsday::estimate
