// What a chart draws, as data: one row for each point, line, band edge, era,
// threshold and named date.
//
//   const std::string csv = to_csv(chart);   // kind,style,name,date,until,value,...
//
//   kind    point, line, band, era, threshold, date
//   style   of points, lines and bands, as their types in chart.h name them
//   date    of the point; where a line or an era begins; of a band's edge
//   until   where a line or an era ends
//   value   in the unit of the left axis; of a line: where it begins
//   to      the value where the line ends
//   low, high   the interval of a point, the edges of a band; of a date, between which days it may
//   be
#pragma once

#include <string>

#include "chart/chart.h"

namespace pfsday::chart {

std::string to_csv(const Chart& chart);

/// "2012-09-30": the day of a place on the date axis.
std::string date_text(double x);

}  // namespace pfsday::chart
