// The priors of utilization: a line for each, and where one comes from.
#pragma once

#include <string>

#include "estimate/utilization_prior.h"
#include "report/estimate.h"
#include "report/grid.h"

namespace pfsday::report {

/// A row for each named prior: median, 5 and 95 %, how many figures.
Grid prior_grid();

/// One prior with what was passed over or widened, and its sources.
std::string prior_text(const estimate::UtilizationPrior& prior, const TextStyle& style);

/// The document pfsday.priors/1, of all named priors or of one.
std::string priors_json();
std::string prior_json(const estimate::UtilizationPrior& prior);

}  // namespace pfsday::report
