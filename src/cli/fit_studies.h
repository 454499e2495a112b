// How `fit` shows what a fit depends on: vintages, choices, single systems.
#pragma once

#include "cli/session.h"
#include "report/fit_chips.h"
#include "report/fit_drivers.h"
#include "report/fit_estimators.h"
#include "report/fit_influence.h"
#include "report/fit_sensitivity.h"
#include "report/fit_vintage.h"
#include "report/published_eras.h"

namespace pfsday::cli {

void print_vintages(Session& session, const report::VintageReport& report, bool all);
void print_influences(Session& session, const report::InfluenceReport& report, bool all);
void print_drivers(Session& session, const report::DriversReport& report);
/// With `all`, the chips of each trend too.
void print_chips(Session& session, const report::ChipsReport& report, bool all);
void print_published_eras(Session& session, const report::PublishedErasReport& report);
void print_estimators(Session& session, const report::EstimatorsReport& report);
/// Warnings go to standard error.
void print_sensitivity(Session& session, const report::SensitivityReport& report);

}  // namespace pfsday::cli
