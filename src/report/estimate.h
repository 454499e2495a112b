// What `pfsday estimate` says: a page on one run, a line for each of many, and the JSON document.
//
//   const RunReport report = TRY(report_run(run));
//   print(estimate_text(report, {.width = 100, .explain = true}));
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "estimate/crosscheck.h"
#include "estimate/run.h"

namespace pfsday::report {

struct RunReport {
  estimate::Run run = {};
  estimate::Crosscheck check = {};
};

Result<RunReport> report_run(estimate::Run run, const estimate::CrosscheckOptions& options = {});

/// False if an estimate is a lower bound.
bool is_complete(const RunReport& report);

struct TextStyle {
  std::size_t width = 80;  ///< columns
  bool explain = false;    ///< with sources
};

/// Both methods with their arithmetic, the printed figure, the headline, the crosscheck and the
/// assumptions.
std::string estimate_text(const RunReport& report, const TextStyle& style);

inline constexpr std::string_view estimate_headings[] = {"system",   "date",    "counting",
                                                         "hardware", "printed", "headline"};
/// The cells below those headings, in pfs-days.
std::vector<std::string> estimate_cells(const RunReport& report);

/// The document pfsday.estimate/1: of one run its members, of several a list under "runs".
std::string estimate_json(std::span<const RunReport> reports);

/// Members "flop" and "pfs_days", each {"low","mid","high"}.
void write_amounts(JsonWriter& json, const estimate::Amount& operations);
void write_estimate(JsonWriter& json, const estimate::Estimate& estimate);
void write_estimate_members(JsonWriter& json, const estimate::Estimate& estimate);
void write_printed(JsonWriter& json, const estimate::PrintedFigure& figure);

/// "4.443 (2.4 to 8.2)"; the middle alone where there is no interval.
std::string amount_text(const estimate::Amount& amount);

/// The text broken at `width`, each line indented.
std::string indented(std::string_view text, std::size_t indent, std::size_t width);
/// As an entry of a list: "- ", the lines below it indented as the text.
std::string bullet(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace pfsday::report
