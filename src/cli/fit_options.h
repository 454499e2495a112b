// The options that `fit` and `plot` share, and the request they make.
#pragma once

#include "cli/command.h"
#include "report/fit.h"

namespace pfsday::cli {

namespace fit_option {
inline constexpr Option set = {.name = "--set",
                               .value = "NAME",
                               .doc = "a set of the bundled catalogue (default: 2018-chart)"};
inline constexpr Option select = {
    .name = "--select",
    .value = "RULES",
    .doc =
        "words with commas between: tags such as notable or frontier; one of top-N, records, "
        "no-low, large-scale, regular-scale, by compute on the full history; no-fine-tunes",
    .repeated = true};
inline constexpr Option domain = {.name = "--domain",
                                  .value = "NAME",
                                  .doc = "only systems of this domain; given again, or of that one",
                                  .repeated = true};
inline constexpr Option minimum = {
    .name = "--minimum", .value = "COMPUTE", .doc = "only systems with at least this compute"};
inline constexpr Option from = {
    .name = "--from", .value = "DATE", .doc = "only systems published on this day or later"};
inline constexpr Option to = {
    .name = "--to", .value = "DATE", .doc = "only systems published on this day or earlier"};
inline constexpr Option leave_out = {.name = "--leave-out",
                                     .value = "NAME",
                                     .doc = "leave out one system, by name or id",
                                     .repeated = true};
inline constexpr Option leave_out_organization = {
    .name = "--leave-out-organization",
    .value = "NAME",
    .doc = "leave out the systems of an organization, also what it made with others",
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

/// The first positional argument, if there is one.
std::optional<std::string_view> file_of(const Args& args);

/// What the options ask for, of the systems in a file that is given or of a set.
Result<report::FitRequest> fit_request(const Session& session, const Args& args,
                                       std::optional<std::string_view> path);

/// A table of systems, its columns found by their usual headings.
Result<report::TableText> read_table(const Session& session, std::string_view path);

/// Lists the rows of a table that could not be used on standard error.
void report_faulty_rows(Session& session, const std::optional<report::RowCounts>& rows,
                        std::string_view path);

}  // namespace pfsday::cli
