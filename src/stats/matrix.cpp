#include "stats/matrix.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace pfsday::stats {
namespace {

constexpr double smallest_pivot = 1e-14;

/// The rows of a and b divided by the largest element of the row of a; false where a row is 0.
bool scale_rows(SquareMatrix& a, std::vector<double>& b) {
  for (std::size_t row = 0; row < a.order(); ++row) {
    double largest = 0;
    for (std::size_t i = 0; i < a.order(); ++i) largest = std::max(largest, std::abs(a(row, i)));
    if (!(largest > 0)) return false;
    for (std::size_t i = 0; i < a.order(); ++i) a(row, i) /= largest;
    b[row] /= largest;
  }
  return true;
}

std::size_t pivot_row(const SquareMatrix& a, std::size_t step) {
  std::size_t best = step;
  for (std::size_t row = step + 1; row < a.order(); ++row) {
    if (std::abs(a(row, step)) > std::abs(a(best, step))) best = row;
  }
  return best;
}

void eliminate_below(SquareMatrix& a, std::vector<double>& b, std::size_t step) {
  for (std::size_t row = step + 1; row < a.order(); ++row) {
    const double factor = a(row, step) / a(step, step);
    for (std::size_t i = step; i < a.order(); ++i) a(row, i) -= factor * a(step, i);
    b[row] -= factor * b[step];
  }
}

}  // namespace

std::optional<std::vector<double>> solve(SquareMatrix a, std::vector<double> b) {
  assert(a.order() == b.size());
  if (!scale_rows(a, b)) return std::nullopt;
  for (std::size_t step = 0; step < a.order(); ++step) {
    const std::size_t pivot = pivot_row(a, step);
    if (!(std::abs(a(pivot, step)) > smallest_pivot)) return std::nullopt;
    for (std::size_t i = 0; i < a.order(); ++i) std::swap(a(step, i), a(pivot, i));
    std::swap(b[step], b[pivot]);
    eliminate_below(a, b, step);
  }
  for (std::size_t row = a.order(); row-- > 0;) {
    for (std::size_t i = row + 1; i < a.order(); ++i) b[row] -= a(row, i) * b[i];
    b[row] /= a(row, row);
  }
  return b;
}

std::optional<SquareMatrix> invert(const SquareMatrix& a) {
  SquareMatrix inverse(a.order());
  for (std::size_t column = 0; column < a.order(); ++column) {
    std::vector<double> unit(a.order());
    unit[column] = 1;
    const auto solved = solve(a, std::move(unit));
    if (!solved) return std::nullopt;
    for (std::size_t row = 0; row < a.order(); ++row) inverse(row, column) = (*solved)[row];
  }
  return inverse;
}

}  // namespace pfsday::stats
