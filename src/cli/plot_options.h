// The options of `plot` that say how a chart looks, and the report options that they make.
#pragma once

#include "cli/command.h"
#include "report/plot.h"

namespace pfsday::cli {

inline constexpr Option look_options[] = {
    {.name = "--scale", .value = "log|linear", .doc = "of the amounts"},
    {.name = "--highlight",
     .value = "NAME",
     .doc = "color the systems of this name, organization, domain, country or tag; up to 5 names",
     .repeated = true},
    {.name = "--threshold",
     .value = "AMOUNT[=LABEL]",
     .doc = "a line across the chart: 1e25=\"EU line\"",
     .repeated = true},
    {.name = "--title", .value = "TEXT", .doc = "instead of that of the set or table"},
    {.name = "--size", .value = "WIDTHxHEIGHT", .doc = "in pixels (default: 960x640)"},
    {.name = "--eras", .value = "NAME", .doc = "shade the eras of a published text: 2018 or 2019"},
    {.name = "--era",
     .value = "FROM..TO=LABEL",
     .doc = "shade a span of dates: 2012-01-01..2014-01-01=\"few chips\"",
     .repeated = true},
    {.name = "--split",
     .value = "DATE",
     .doc = "cut the window here: each part has a line of its own, instead of one for all",
     .repeated = true},
    {.name = "--ruler",
     .value = "MONTHS|NAME",
     .doc =
         "a line that doubles in this time, or as `pfsday fit --rulers` names it (default: 24; 0 "
         "for none)",
     .repeated = true},
    {.name = "--quantile",
     .value = "SHARE",
     .doc = "the line that this share of systems is below",
     .repeated = true},
    {.name = "--whiskers",
     .value = "FACTOR|stated",
     .doc = "draw each figure as known within this factor, or in the interval that its row states"},
    {.name = "--forecast",
     .value = "DATE",
     .doc = "go on with the trend to this day, and show where new systems would fall"},
    {.name = "--no-band", .doc = "leave out the interval of the line"},
};

/// Faults: usage, date_malformed, quantity_malformed.
Result<report::PlotOptions> plot_options(const Args& args, trend::Quantity quantity);

}  // namespace pfsday::cli
