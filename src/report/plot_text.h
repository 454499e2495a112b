// The words on a chart: what its lines, subtitle and caption say.
#pragma once

#include <optional>
#include <string>

#include "chart/chart.h"
#include "report/fit.h"

namespace pfsday::report {

/// "doubles every 3.35 months".
std::string growth_text(const trend::Fit& fit);
std::string growth_text(const std::optional<double>& doubling_months);

/// Short, to fit beside its line: "3.60 months without AlphaGo Zero".
std::string variant_text(const NamedFit& variant);

/// "Moore’s law: doubles every 24 months"; without a name, Moore's only where the time is his.
std::string ruler_text(double months, const std::string& name);

/// "doubles every 3.35 months (90 % interval 2.67 to 4.49)".
std::string growth_with_interval(const trend::Fit& fit);

/// `growth` says how the amounts grow.
std::string subtitle_of(const FitReport& report, const std::string& growth);
std::string caption_of(const FitReport& report);

/// Cut between characters, not inside one.
std::string short_label(const std::string& name);

/// The unit of the left axis, in that of the quantity.
double left_unit(const FitReport& report);

/// The left axis in the unit of the report; of compute, the right one in the other unit.
chart::YAxis y_axis_of(const FitReport& report, chart::YScale scale);

}  // namespace pfsday::report
