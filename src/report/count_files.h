// What `pfsday count` says of several model files: a row for each.
//
//   Grid grid = files_grid(reports);
//   grid.headings   // model, complete, parameters, forward FLOP, ...
#pragma once

#include <span>
#include <string>

#include "report/count.h"

namespace pfsday::report {

/// The reports are of one request. Operations of the forward pass and, of a training step, those of
/// each other pass and of all.
Grid files_grid(std::span<const CountReport> reports);

/// "3 models: 2 complete, 1 lower bound; 1 input could not be used".
std::string files_summary(std::span<const CountReport> reports, std::size_t faults);

/// Bindings that no model had a use for.
std::vector<std::string> unused_in_all(std::span<const CountReport> reports);
/// Of two lists of such names, those in both.
std::vector<std::string> unused_in_both(std::vector<std::string> a,
                                        const std::vector<std::string>& b);

}  // namespace pfsday::report
