#include "stats/influence.h"

#include <algorithm>
#include <cassert>

namespace pfsday::stats {
namespace {

constexpr double smallest_freedom = 1e-10;  // of what is left, relative to all rows

/// What the removed rows hold: I - Q_g'Q_g, Q_g'e_g and e_g'e_g.
struct Removed {
  SquareMatrix rest = {};
  std::vector<double> pull = {};
  double squares = 0;
  std::size_t rows = 0;
};

Removed nothing(std::size_t p) {
  Removed removed{.rest = SquareMatrix(p), .pull = std::vector<double>(p)};
  for (std::size_t i = 0; i < p; ++i) removed.rest(i, i) = 1;
  return removed;
}

void remove(Removed& removed, const Regression& fit, std::size_t row) {
  const std::span<const double> q = fit.q_row(row);
  const double e = fit.residuals[row];
  for (std::size_t i = 0; i < fit.p; ++i) {
    for (std::size_t j = 0; j < fit.p; ++j) removed.rest(i, j) -= q[i] * q[j];
    removed.pull[i] += q[i] * e;
  }
  removed.squares += e * e;
  ++removed.rows;
}

/// Whether the rows left settle all coefficients: the pivots of I - Q_g'Q_g, which are at most 1,
/// are clear of rounding.
bool settles(SquareMatrix rest) {
  for (std::size_t step = 0; step < rest.order(); ++step) {
    if (rest(step, step) < smallest_freedom) return false;
    for (std::size_t row = step + 1; row < rest.order(); ++row) {
      const double factor = rest(row, step) / rest(step, step);
      for (std::size_t i = step; i < rest.order(); ++i) rest(row, i) -= factor * rest(step, i);
    }
  }
  return true;
}

std::optional<ReducedFit> without(const Regression& fit, const Removed& removed) {
  if (!settles(removed.rest)) return std::nullopt;
  const auto solved = solve(removed.rest, removed.pull);
  if (!solved) return std::nullopt;
  const std::vector<double> change = to_coefficients(fit, *solved);
  ReducedFit reduced{.n = fit.n - removed.rows, .coefficients = fit.coefficients};
  double squares = fit.residual_square_sum - removed.squares;
  for (std::size_t i = 0; i < fit.p; ++i) {
    reduced.coefficients[i] -= change[i];
    squares -= removed.pull[i] * (*solved)[i];
  }
  reduced.residual_square_sum = std::max(0.0, squares);
  return reduced;
}

}  // namespace

std::vector<std::optional<ReducedFit>> leave_one_out(const Regression& fit) {
  std::vector<std::optional<ReducedFit>> fits;
  for (std::size_t row = 0; row < fit.n; ++row) {
    Removed removed = nothing(fit.p);
    remove(removed, fit, row);
    fits.push_back(without(fit, removed));
  }
  return fits;
}

std::vector<std::optional<ReducedFit>> leave_group_out(const Regression& fit,
                                                       std::span<const std::size_t> group) {
  assert(group.size() == fit.n);
  const std::size_t groups = group.empty() ? 0 : *std::ranges::max_element(group) + 1;
  std::vector<Removed> removed(groups, nothing(fit.p));
  for (std::size_t row = 0; row < fit.n; ++row) remove(removed[group[row]], fit, row);
  std::vector<std::optional<ReducedFit>> fits;
  for (const Removed& rows : removed) fits.push_back(without(fit, rows));
  return fits;
}

}  // namespace pfsday::stats
