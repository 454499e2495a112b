// Rows: one figure of compute for one system, with date and sources, as charts and fits use them.
//
//   for (const Row& row : TRY(catalogue_rows())) {
//     if (row.has_tag("2018-chart") && row.flop) plot(row.date, *row.flop);
//   }
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "estimate/run.h"
#include "units/date.h"

namespace pfsday::estimate {

struct Row {
  std::string id = {};
  std::string name = {};
  std::string organization = {};
  units::Date date = {};
  std::optional<double> flop = {};  ///< operations; none where the source prints no figure
  /// How the figure came about: counting, hardware, chart (read off it), stated; empty without one.
  std::string method = {};
  bool upper_bound = false;
  std::string note = {};
  std::string included_because = {};
  std::vector<Source> sources = {};
  std::vector<std::string> tags = {};

  bool has_tag(std::string_view tag) const;
};

/// The figure that the run's source settles on (`printed.total`), as a row; run_input_missing if
/// the run has no date.
Result<Row> row_of(const Run& run);

/// The embedded run files (data/runs), by path.
Result<std::vector<Run>> catalogue_runs();

/// The one of that id; run_malformed with the nearest id.
Result<Run> find_catalogue_run(std::string_view id);

/// Their rows, in the same order.
Result<std::vector<Row>> catalogue_rows();

}  // namespace pfsday::estimate
