// The lines and bands of a trend's chart: fits, eras, rulers, quantiles, forecasts.
#pragma once

#include <string>

#include "base/result.h"
#include "chart/chart.h"
#include "report/fit.h"
#include "report/plot.h"

namespace pfsday::report {

/// Adds them, and says how the amounts grow: "doubles every 3.35 months (90 % interval ...)".
/// Faults: usage (a forecast that ends before the systems do, or that would have to choose among
/// eras); fit_not_converged, of a quantile line; those of trend::LineBounds::of.
Result<std::string> add_lines(const FitReport& report, const PlotOptions& options,
                              chart::Chart& chart);

}  // namespace pfsday::report
