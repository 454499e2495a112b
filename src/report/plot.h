// The chart of a trend: its systems, its fits with their doubling times, and Moore's law to
// compare.
//
//   const chart::Chart chart = report::chart_of(TRY(report::fit(request)));
//   const std::string svg = chart::to_svg(chart::lay_out(chart, *renderer));
#pragma once

#include "chart/chart.h"
#include "report/fit.h"

namespace pfsday::report {

chart::Chart chart_of(const FitReport& report);

}  // namespace pfsday::report
