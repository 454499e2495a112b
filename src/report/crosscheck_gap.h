// The gap between the two methods: what would close it, where the implied utilization stands, what
// both come to together.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "estimate/agreement.h"
#include "report/estimate.h"
#include "report/grid.h"

namespace pfsday::report {

/// A row for each assumption that would move the ratio towards 1, in the order of plausibility.
Grid explanation_grid(const estimate::Crosscheck& check);

/// Below that table: the ranges that are known, and what the run file itself says.
std::vector<std::string> explanation_notes(const estimate::Crosscheck& check);

/// The combined estimate with its arithmetic, or why there is none; empty of runs without both
/// methods.
std::string combination_text(const estimate::Crosscheck& check, const TextStyle& style);

/// A prior and the place in it, which has one.
void write_prior(JsonWriter& json, const estimate::PriorPlace& place);
/// Members "ratio", "ratio_interval" and "implied_utilization".
void write_gap(JsonWriter& json, const RunReport& report);
/// Member "explanations".
void write_explanations(JsonWriter& json, std::span<const estimate::Explanation> explanations);
/// Members "combined" and "combined_missing".
void write_combination(JsonWriter& json, const estimate::Crosscheck& check);

estimate::Agreement agreement_of(std::span<const RunReport> reports);
/// Member "summary".
void write_agreement(JsonWriter& json, const estimate::Agreement& agreement);

}  // namespace pfsday::report
