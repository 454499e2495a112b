// A line whose slope goes over, little by little, into another slope.
//
//   const Bend bend{.start = 2.5, .reach = 10, .slope = 0.15};    // 0.15 per unit of x in the end
//   bent(bend, 6.0).x       // where the straight line is as far as its own share of growth by x =
//   6 bent(bend, 6.0).lift    // what the other slope adds by then
//
// From `start` on the slope is w b + (1 - w) slope, w = exp(-(x - start)^2 / (2 reach^2)), where b
// is that of the line. So a bent line at x is the straight one at start + K, lifted by
// slope (x - start - K), with
//   K = integral of w = reach sqrt(pi / 2) erf((x - start) / (reach sqrt 2))
// and errors and intervals of the straight line hold for it. At start + reach, w is exp(-1/2) =
// 0.607.
// Source: the projection of Sevilla et al., Projecting compute trends (Epoch, March 2022), where
// growth per year is g = g1^w g2^(1-w).
#pragma once

#include <optional>

namespace pfsday::stats {

struct Bend {
  double start = 0;  ///< x where it begins
  double reach = 0;  ///< above 0
  double slope = 0;  ///< in the end; taken as exact
};

struct Bent {
  double x = 0;
  double lift = 0;
};

/// Where a line with this bend stands at x; before the start, and without a bend, at x itself.
Bent bent(const std::optional<Bend>& bend, double x);

}  // namespace pfsday::stats
