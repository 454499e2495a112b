// How sure a figure is: its interval, what makes it wide, and the error of sampling it.
//
//   print(interval_line(estimate));             // "  90 %: 5.2e22 to 1.1e23 FLOP, ..."
//   print(uncertainty_text("counting", *estimate.interval, 80));
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/json.h"
#include "estimate/method.h"
#include "uncertainty/evaluate.h"

namespace pfsday::report {

/// One line with the interval in both units; empty where there is none.
std::string interval_line(const estimate::Estimate& estimate);

/// How the interval came about, and the budget: which inputs its width comes from.
std::string uncertainty_text(std::string_view label, const uncertainty::Evaluation& evaluation,
                             std::size_t width);

/// Member "uncertainty" of an estimate: level, mean, budget, monte_carlo.
void write_uncertainty(JsonWriter& json, const uncertainty::Evaluation& evaluation);

}  // namespace pfsday::report
