// How `fit` shows a fit to people: what was selected, the figures, and with --explain the systems
// that are in and out and the arithmetic.
#pragma once

#include "cli/session.h"
#include "report/fit.h"
#include "report/fit_between.h"

namespace pfsday::cli {

void print_fit(Session& session, const report::FitReport& report, bool explain);
void print_between(Session& session, const report::Between& between);

}  // namespace pfsday::cli
