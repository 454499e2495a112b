// What a chart draws, as data: one row for each point, line, band edge, era and threshold.
//
//   const std::string csv = to_csv(chart);   // kind,name,date,until,value,low,high,...
//
//   kind    point, line, band, era, threshold
//   date    of the point; where a line or an era begins; of a band's edge
//   until   where a line or an era ends
//   value   in the unit of the left axis; of a line: where it begins
//   to      the value where the line ends
#pragma once

#include <string>

#include "chart/chart.h"

namespace pfsday::chart {

std::string to_csv(const Chart& chart);

/// "2012-09-30": the day of a place on the date axis.
std::string date_text(double x);

}  // namespace pfsday::chart
