// Where a line will be at x, where a new point will fall, and at which x the line reaches y.
//
//   const Prediction p = predict(line, 2030.0, 0.90);
//   p.single                                  // a new system of 2030 falls in here with 90 %
//   const Crossing c = find_crossing(line, 27.0, 0.90, Reaches::line);
//   c.shape == CrossingShape::bounded         // else the slope is not clearly other than 0
//
// With m = a + b x, v(x) = s^2 (1/n + (x - mean x)^2 / Sxx) and t = t((1 + level) / 2, n - 2):
//   mean    m -+ t sqrt(v)             the line itself
//   single  m -+ t sqrt(s^2 + v)       one new point
// The crossing is the set of x with (m - y)^2 <= t^2 v (Reaches::line) or <= t^2 (s^2 + v)
// (Reaches::point: the x that a new point of height y may have). With g = t^2 se(b)^2 / b^2 it is
// bounded where g < 1, else all x but an open interval, or all x.
// Source: Fieller 1954; Draper and Smith, Applied Regression Analysis, 3.1-3.2.
#pragma once

#include "base/result.h"
#include "stats/interval.h"
#include "stats/line.h"

namespace pfsday::stats {

struct Prediction {
  double value = 0;
  Interval mean = {};
  Interval single = {};
};

/// At any x; level in (0, 1).
Prediction predict(const Line& line, double x, double level);

enum class Reaches { line, point };

enum class CrossingShape {
  bounded,  ///< low <= x <= high
  outside,  ///< x <= low or x >= high
  all,      ///< any x; low and high are not finite
};

struct Crossing {
  double x = 0;  ///< where the fitted line itself reaches y
  CrossingShape shape = CrossingShape::bounded;
  Interval bounds = {};
};

/// Fault fit_degenerate: the slope is 0, so that the line never reaches another height.
Result<Crossing> find_crossing(const Line& line, double y, double level, Reaches reaches);

}  // namespace pfsday::stats
