// The chart of a trend: its systems, its fits with their doubling times, and what they are compared
// with.
//
//   const FitReport fit = TRY(report::fit(request));
//   const chart::Chart chart = TRY(report::chart_of(fit, {.highlight = {"OpenAI"}}));
//   const std::string svg = chart::to_svg(chart::lay_out(chart, *renderer), theme);
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "chart/chart.h"
#include "report/fit.h"
#include "units/date.h"

namespace pfsday::report {

/// Open where an end is not given.
struct NamedSpan {
  std::string name = {};
  std::optional<units::Date> from = {};
  std::optional<units::Date> to = {};
};

struct NamedAmount {
  std::string name = {};  ///< empty: written as the amount
  double amount = 0;      ///< in the unit of the quantity that is fitted
};

/// A doubling time to compare with.
struct PlotRuler {
  double months = 24;
  std::string name =
      {};  ///< of what doubles so; empty: that of Moore's law, if it is one of its times
};

/// How well each figure is known: within a factor, or as its row states, where it does.
struct Whiskers {
  std::optional<double> factor = {};  ///< more than 1
};

struct PlotOptions {
  std::optional<std::string> title = {};  ///< instead of that of the set or table
  chart::YScale scale = chart::YScale::log;
  /// Each a group of its own: names of systems, organizations, domains, countries or tags.
  std::vector<std::string> highlight = {};
  std::vector<NamedAmount> thresholds = {};
  std::vector<NamedSpan> eras = {};
  /// Days that cut the window into parts, each with a line of its own instead of one for all.
  std::vector<units::Date> splits = {};
  /// Drawn from where the fit begins. None: Moore's law beside compute, and nothing beside others.
  std::optional<std::vector<PlotRuler>> rulers = {};
  std::vector<double> quantiles = {};  ///< in (0, 1): of log10 of the amount, given the date
  std::optional<Whiskers> whiskers = {};
  std::optional<units::Date> forecast_to = {};
  double width = 960;   ///< pixels
  double height = 640;  ///< pixels
  bool band = true;     ///< the interval of the line
};

/// Faults: usage (nothing has a name that is to be highlighted; more of them than there are colors;
/// no row states the interval that its whisker is to show); those of add_lines.
Result<chart::Chart> chart_of(const FitReport& report, const PlotOptions& options);

}  // namespace pfsday::report
