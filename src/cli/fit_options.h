// The options that the commands on a trend share, and the request they make.
//
//   constexpr Option own[] = {{.name = "--at", ...}};
//   constexpr auto options = join_options(own, selection_options);
#pragma once

#include <span>

#include "cli/command.h"
#include "report/fit.h"

namespace pfsday::cli {

/// Which systems, and the level of what is said of them: for every command on a trend.
inline constexpr Option selection_options[] = {
    {.name = "--set",
     .value = "NAME",
     .doc = "a set of the bundled catalogue (default: 2018-chart)"},
    {.name = "--select",
     .value = "RULES",
     .doc = "words with commas between: tags such as notable or frontier; one of top-N, records, "
            "no-low, large-scale, regular-scale, by compute on the full history; no-fine-tunes",
     .repeated = true},
    {.name = "--domain",
     .value = "NAME",
     .doc = "only systems of this domain; given again, or of that one",
     .repeated = true},
    {.name = "--minimum", .value = "COMPUTE", .doc = "only systems with at least this compute"},
    {.name = "--from", .value = "DATE", .doc = "only systems published on this day or later"},
    {.name = "--to", .value = "DATE", .doc = "only systems published on this day or earlier"},
    {.name = "--leave-out",
     .value = "NAME",
     .doc = "leave out one system, by name or id",
     .repeated = true},
    {.name = "--leave-out-organization",
     .value = "NAME",
     .doc = "leave out the systems of an organization, also what it made with others",
     .repeated = true},
    {.name = "--level", .value = "SHARE", .doc = "level of the interval (default: 0.9)"},
    {.name = "--name", .value = "HEADING", .doc = "column of the file that names the systems"},
    {.name = "--date", .value = "HEADING", .doc = "column with the dates of publication"},
    {.name = "--compute", .value = "HEADING", .doc = "column with the training compute"},
};

/// What is fitted, and over which years.
inline constexpr Option quantity_options[] = {
    {.name = "--y", .value = "compute|parameters|data|cost|power", .doc = "what is fitted"},
    {.name = "--value", .value = "HEADING", .doc = "column with what --y names"},
    {.name = "--axis",
     .value = "NAME",
     .doc = "date convention: days-365.25 (default), days-365, 30-day-months, decimal-year, "
            "decimal-year-tropical"},
};

/// The first positional argument, if there is one.
std::optional<std::string_view> file_of(const Args& args);

/// What the options ask for, of the systems in a file that is given or of a set.
Result<report::FitRequest> fit_request(const Session& session, const Args& args,
                                       std::optional<std::string_view> path);

/// Sets what --y, --value and --axis ask for.
Result<void> read_quantity(const Args& args, report::FitRequest& request);

/// A table of systems, its columns found by their usual headings.
Result<report::TableText> read_table(const Session& session, std::string_view path);

/// Lists the rows of a table that could not be used on standard error.
void report_faulty_rows(Session& session, std::span<const CsvFault> faulty, std::string_view path);
void report_faulty_rows(Session& session, const std::optional<report::RowCounts>& rows,
                        std::string_view path);

}  // namespace pfsday::cli
