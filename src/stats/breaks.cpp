#include "stats/breaks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "stats/break_search.h"
#include "stats/check.h"
#include "stats/least_squares.h"

namespace pfsday::stats {
namespace {

/// Number of the segment that each point stands in.
std::vector<std::size_t> segment_numbers(const SortedPoints& points,
                                         std::span<const double> breaks) {
  std::vector<std::size_t> numbers;
  for (const double x : points.x) {
    numbers.push_back(std::ranges::upper_bound(breaks, x) - breaks.begin());
  }
  return numbers;
}

/// Columns 1, x - x_0, and per break what x is over it: coefficient 2 + t is a change of slope.
Design hinge_design(const SortedPoints& points, std::span<const double> breaks) {
  Design design(2 + breaks.size());
  for (const double x : points.x) {
    design[0].push_back(1);
    design[1].push_back(x - points.x[0]);
    for (std::size_t t = 0; t < breaks.size(); ++t) {
      design[2 + t].push_back(std::max(0.0, x - breaks[t]));
    }
  }
  return design;
}

/// A pair of columns per segment: 1 and x less the start of the segment.
Design jump_design(const SortedPoints& points, std::span<const double> breaks,
                   std::span<const std::size_t> numbers) {
  Design design(2 * (breaks.size() + 1), std::vector<double>(points.x.size()));
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    const std::size_t s = numbers[i];
    design[2 * s][i] = 1;
    design[2 * s + 1][i] = points.x[i] - (s == 0 ? points.x[0] : breaks[s - 1]);
  }
  return design;
}

std::vector<Segment> segments_of(const SortedPoints& points, const Regression& fit, Joint joint,
                                 std::span<const double> breaks,
                                 std::span<const std::size_t> numbers) {
  std::vector<Segment> segments(breaks.size() + 1);
  for (std::size_t s = 0; s < segments.size(); ++s) {
    Segment& segment = segments[s];
    segment.start = s == 0 ? points.x.front() : breaks[s - 1];
    segment.end = s == breaks.size() ? points.x.back() : breaks[s];
    if (joint == Joint::jump || s == 0) {
      segment.start_height = fit.coefficients[2 * s];
      segment.slope = fit.coefficients[2 * s + 1];
    } else {
      const Segment& before = segments[s - 1];
      segment.start_height = before.start_height + before.slope * (before.end - before.start);
      segment.slope = before.slope + fit.coefficients[1 + s];
    }
  }
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    ++segments[numbers[i]].n;
    segments[numbers[i]].residual_square_sum += fit.residuals[i] * fit.residuals[i];
  }
  return segments;
}

double log_likelihood_of(double n, double squares) {
  return -n / 2 * (std::log(2 * std::numbers::pi * squares / n) + 1);
}

void rate(BreakFit& fit, const BreakOptions& options, std::size_t points) {
  const auto n = static_cast<double>(points);
  if (options.variance == VarianceRule::pooled) {
    fit.log_likelihood = log_likelihood_of(n, fit.residual_square_sum);
  } else {
    for (const Segment& segment : fit.segments) {
      fit.log_likelihood +=
          log_likelihood_of(static_cast<double>(segment.n), segment.residual_square_sum);
    }
  }
  fit.parameters = parameter_count(options, fit.breaks.size());
  const auto p = static_cast<double>(fit.parameters);
  fit.bic = p * std::log(n) - 2 * fit.log_likelihood;
  fit.aicc = n > p + 1 ? 2 * p - 2 * fit.log_likelihood + 2 * p * (p + 1) / (n - p - 1) : HUGE_VAL;
}

Result<BreakFit> fit_at(const SortedPoints& points, const BreakOptions& options,
                        std::vector<double> breaks) {
  const std::vector<std::size_t> numbers = segment_numbers(points, breaks);
  const Design design = options.joint == Joint::hinge ? hinge_design(points, breaks)
                                                      : jump_design(points, breaks, numbers);
  const Regression fit = TRY(fit_least_squares(design, points.y));
  BreakFit broken;
  broken.segments = segments_of(points, fit, options.joint, breaks, numbers);
  broken.breaks = std::move(breaks);
  broken.residual_square_sum = fit.residual_square_sum;
  rate(broken, options, points.x.size());
  return broken;
}

/// Whether residuals are no more than what rounding leaves of such numbers.
bool lie_on_one_line(double squares, std::span<const double> y) {
  constexpr double rounding = 1e-13;
  double largest = 0;
  for (const double value : y) largest = std::max(largest, std::abs(value));
  return std::sqrt(squares / static_cast<double>(y.size())) <= rounding * largest;
}

const BreakFit& least(std::span<const BreakFit> fits, double BreakFit::* criterion) {
  assert(!fits.empty());
  return *std::ranges::min_element(fits, {}, criterion);
}

}  // namespace

Result<std::vector<BreakFit>> fit_breaks(std::span<const double> x, std::span<const double> y,
                                         const BreakOptions& options) {
  assert(options.most <= most_breaks && options.least_points >= 3);
  TRY(check_finite({x, y, options.places}));
  const std::size_t distinct = count_distinct(x);
  if (distinct < 3) {
    return fail(Code::too_few_points,
                fmt::format("a line needs 3 distinct positions, here are {}", distinct));
  }
  const SortedPoints points = sort_points(x, y);
  const auto searched = TRY(search_breaks(points, break_places(points, options), options));
  std::vector<BreakFit> fits;
  for (const FoundBreaks& found : searched) {
    fits.push_back(TRY(fit_at(points, options, found.at)));
  }
  if (!lie_on_one_line(fits[0].residual_square_sum, y)) return fits;
  return fail(Code::fit_degenerate, "the points lie on one line: there is nothing to explain");
}

const BreakFit& best_by_bic(std::span<const BreakFit> fits) { return least(fits, &BreakFit::bic); }

const BreakFit& best_by_aicc(std::span<const BreakFit> fits) {
  return least(fits, &BreakFit::aicc);
}

}  // namespace pfsday::stats
