// The options that `fit` and `plot` share, and the request they make.
#pragma once

#include "cli/command.h"
#include "report/fit.h"

namespace pfsday::cli {

namespace fit_option {
inline constexpr Option set = {.name = "--set",
                               .value = "NAME",
                               .doc = "a set of the bundled catalogue (default: 2018-chart)"};
inline constexpr Option from = {
    .name = "--from", .value = "DATE", .doc = "only systems published on this day or later"};
inline constexpr Option to = {
    .name = "--to", .value = "DATE", .doc = "only systems published on this day or earlier"};
inline constexpr Option leave_out = {.name = "--leave-out",
                                     .value = "NAME",
                                     .doc = "leave out one system, by name or id",
                                     .repeated = true};
inline constexpr Option level = {
    .name = "--level", .value = "SHARE", .doc = "level of the interval (default: 0.9)"};
inline constexpr Option name = {
    .name = "--name", .value = "HEADING", .doc = "column of the file that names the systems"};
inline constexpr Option date = {
    .name = "--date", .value = "HEADING", .doc = "column with the dates of publication"};
inline constexpr Option compute = {
    .name = "--compute", .value = "HEADING", .doc = "column with the training compute"};
}  // namespace fit_option

/// Reads the file that the positional argument names, if there is one.
Result<report::FitRequest> fit_request(const Session& session, const Args& args);

/// Lists the rows of a table that could not be used on standard error.
void report_faulty_rows(Session& session, const report::FitReport& report, const Args& args);

}  // namespace pfsday::cli
