// The options of `fit` that say how it is fitted: its interval, weights and breaks.
#pragma once

#include "cli/command.h"
#include "report/fit.h"

namespace pfsday::cli {

inline constexpr Option method_options[] = {
    {.name = "--interval",
     .value = "t|hc0|hc1|hc2|hc3|newey-west|percentile|bca",
     .doc = "method of the interval: robust errors, or a case bootstrap"},
    {.name = "--noise",
     .value = "FACTOR|interval",
     .doc = "each figure that a bootstrap draws is off by up to this factor either way, or lies "
            "anywhere in its row's interval"},
    {.name = "--resamples", .value = "COUNT", .doc = "of a bootstrap (default: 1000)"},
    {.name = "--seed", .value = "NUMBER", .doc = "of a bootstrap (default: 2018)"},
    {.name = "--weights",
     .value = "equal|interval",
     .doc = "least squares, or maximum likelihood with the intervals of the rows and scatter "
            "between them"},
    {.name = "--low", .value = "HEADING", .doc = "column with the lower bound of each figure"},
    {.name = "--high", .value = "HEADING", .doc = "column with the upper bound"},
    {.name = "--known-within",
     .value = "[WORD=]FACTOR",
     .doc = "a figure without an interval is known within this factor either way; only those "
            "whose confidence is WORD",
     .repeated = true},
    {.name = "--breaks",
     .value = "COUNT",
     .doc = "also look for up to this many breaks, 1 to 4, between eras of different growth"},
    {.name = "--joint", .value = "hinge|jump", .doc = "whether the lines of eras meet"},
    {.name = "--variance",
     .value = "pooled|per-era",
     .doc = "one variance, or one for each era, which favors breaks where the scatter changes"},
    {.name = "--break-places", .value = "any|months", .doc = "where a break may be"},
    {.name = "--least-points", .value = "COUNT", .doc = "systems of an era (default: 10)"},
    {.name = "--least-years", .value = "YEARS", .doc = "length of an era (default: 1)"},
    {.name = "--break-draws",
     .value = "COUNT",
     .doc = "of the test and the intervals of breaks (default: 999; 0: neither)"},
};

/// Sets what these options ask for; a weighted fit takes neither an interval nor breaks.
/// `uses_intervals`: the command uses those of rows for something else too.
/// Faults: usage, quantity_malformed.
Result<void> read_method(const Args& args, report::FitRequest& request, bool uses_intervals);

}  // namespace pfsday::cli
