// Lines with breaks: eras of different growth, found by searching all places.
//
//   const auto fits = TRY(fit_breaks(years, decades, {.joint = Joint::hinge, .most = 2}));
//   fits[0]                      // no break: always among the answers
//   fits[1].breaks[0]            // the one place where the slope changes, in years
//   best_by_bic(fits)            // how many breaks there are
//
// Models with k breaks: `hinge`, k + 1 lines that meet; `jump`, k + 1 lines that need not.
// Likelihood, errors normal, n_s points and RSS_s in segment s:
//   pooled        -n/2 (ln(2 pi RSS / n) + 1): the same scatter everywhere
//   per_segment   sum over s of -n_s/2 (ln(2 pi RSS_s / n_s) + 1). It rewards a break wherever the
//                 scatter changes. Hinges keep the coefficients of least squares.
// Each break counts as a parameter: p = coefficients (k + 2 or 2k + 2) + k + variances (1 or k +
// 1),
//   BIC = p ln n - 2 ln L        AICc = 2p - 2 ln L + 2p (p + 1) / (n - p - 1)
//
// Search. `jump`: dynamic programming over all places (Bai and Perron 2003), a break being the x of
// the first point after it. `hinge`, pooled: the sum of squares of lines through the segments of
// any partition, with the constraint that neighbors meet, is
//   RSS = sum RSS_s + d'C^-1 d,   d the gaps between neighbors where they shall meet, C tridiagonal
// and between two neighboring points the best meeting place is where the free lines cross, or one
// of the two points (Hudson 1966), or at the edge of what least_length allows. Up to 2 breaks every
// partition is tried, so that the optimum is that of all real places. 3 and 4 breaks are
// never worse than the best at points, which dynamic programming over the height at the break
// finds, and are moved between points to the best near by. `hinge`, per_segment: all combinations
// of breaks at points, or at `places`.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"

namespace pfsday::stats {

enum class Joint { hinge, jump };
enum class VarianceRule { pooled, per_segment };

inline constexpr std::size_t most_breaks = 4;

struct BreakOptions {
  Joint joint = Joint::hinge;
  VarianceRule variance = VarianceRule::pooled;
  std::size_t most = 2;           ///< breaks, up to most_breaks
  std::size_t least_points = 10;  ///< of a segment, at least 3; a point at a break is after it
  double least_length = 0;        ///< of a segment, units of x; ends at breaks, first and last x
  /// Ascending; breaks stand only at these. None: anywhere.
  std::span<const double> places = {};
  /// Jumps only: a line may not start below the end of the one before it.
  bool upward_only = false;
};

struct Segment {
  double start = 0, end = 0;  ///< first x or the break before; the break after or last x
  std::size_t n = 0;          ///< points
  double start_height = 0;    ///< of the line at `start`
  double slope = 0;
  double residual_square_sum = 0;
};

struct BreakFit {
  std::vector<double> breaks = {};  ///< ascending
  std::vector<Segment> segments = {};
  double residual_square_sum = 0;
  double log_likelihood = 0;
  std::size_t parameters = 0;
  double bic = 0;
  double aicc = 0;  ///< infinite where n <= parameters + 1
};

/// The best fit with 0, 1, ... breaks: fits[k] has k; as many as there is room for, up to `most`.
/// Faults: value_not_finite; too_few_points: fewer than 3 distinct x; fit_degenerate: points
/// without scatter, or more combinations to try than 20 million (give `places`, or fewer breaks).
Result<std::vector<BreakFit>> fit_breaks(std::span<const double> x, std::span<const double> y,
                                         const BreakOptions& options);

/// Of at least one fit; of equal ones that with fewer breaks.
const BreakFit& best_by_bic(std::span<const BreakFit> fits);
const BreakFit& best_by_aicc(std::span<const BreakFit> fits);

}  // namespace pfsday::stats
