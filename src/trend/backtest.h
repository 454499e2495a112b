// How a trend would have forecast its own past: from each of a row of origins, fit what was there
// by then, forecast what came within a horizon, and score it.
//
//   const auto test = backtest(points, {.horizon_years = 1}, {});
//   test->coverage      // of the bands; should be near their level
//   test->skill         // above 0: better than the baseline
//
// Origins are the first days of the quarters of a year, from the one by which `least_points`
// systems are out. A forecast is Student's t about the line, with the error of the line and the
// scatter of single systems in it. The baseline knows no trend: it goes on from the mean of the
// last ten systems at Moore's doubling in 24 months, with their scatter. Scores: stats/scores.h;
// all in decades, less is better.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "stats/bend.h"
#include "trend/fit.h"

namespace pfsday::trend {

struct BacktestOptions {
  double horizon_years = 1;              ///< above 0
  std::size_t least_points = 10;         ///< to fit, at least 3
  double level = 0.90;                   ///< of the bands, in (0, 1)
  std::optional<stats::Bend> bend = {};  ///< of each forecast; it begins at its origin
};

struct Backtest {
  double horizon_years = 0;
  std::size_t origins = 0;
  std::size_t forecasts = 0;  ///< one for each system that came, from each origin; at least 1
  double coverage = 0;        ///< share of them inside their band
  double bias = 0;            ///< mean of outcome less forecast, decades
  double crps = 0;            ///< mean, decades
  double baseline_crps = 0;
  double skill = 0;                      ///< 1 - crps / baseline_crps
  std::array<double, 3> pinball = {};    ///< mean loss at 10, 50 and 90 %
  std::array<std::size_t, 10> pit = {};  ///< how many outcomes fall in each tenth
};

/// None where no origin has both a past to fit and systems to come.
std::optional<Backtest> backtest(std::span<const Point> points, const BacktestOptions& options,
                                 const FitOptions& fit);

}  // namespace pfsday::trend
