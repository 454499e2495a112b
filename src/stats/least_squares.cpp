#include "stats/least_squares.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>

#include "stats/check.h"

namespace pfsday::stats {
namespace {

using Column = std::vector<long double>;

constexpr long double smallest_share = 1e-12L;  // of a column that the others may leave

long double dot(const Column& a, const Column& b) {
  long double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void subtract(Column& a, long double factor, const Column& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= factor * b[i];
}

/// Q by columns, and R as r[row][column].
struct Factors {
  std::vector<Column> q = {};
  std::vector<Column> r = {};
};

/// Takes the columns so far out of `column`, twice, and adds what was taken to R.
void orthogonalize(Factors& factors, Column& column, std::size_t index) {
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t j = 0; j < factors.q.size(); ++j) {
      const long double part = dot(factors.q[j], column);
      factors.r[j][index] += part;
      subtract(column, part, factors.q[j]);
    }
  }
}

Result<Factors> factorize(const Design& design) {
  Factors factors;
  factors.r.assign(design.size(), Column(design.size()));
  for (std::size_t k = 0; k < design.size(); ++k) {
    Column column(design[k].begin(), design[k].end());
    const long double size = std::sqrt(dot(column, column));
    orthogonalize(factors, column, k);
    const long double left = std::sqrt(dot(column, column));
    if (!(left > smallest_share * size)) {
      return fail(
          Code::fit_degenerate,
          fmt::format("column {} of {} is a combination of those before it", k + 1, design.size()));
    }
    for (long double& value : column) value /= left;
    factors.r[k][k] = left;
    factors.q.push_back(std::move(column));
  }
  return factors;
}

/// R^-1 by back substitution, column by column.
std::vector<Column> invert_triangle(const std::vector<Column>& r) {
  const std::size_t p = r.size();
  std::vector<Column> inverse(p, Column(p));
  for (std::size_t column = 0; column < p; ++column) {
    for (std::size_t row = column + 1; row-- > 0;) {
      long double sum = row == column ? 1 : 0;
      for (std::size_t j = row + 1; j <= column; ++j) sum -= r[row][j] * inverse[j][column];
      inverse[row][column] = sum / r[row][row];
    }
  }
  return inverse;
}

double share_explained(std::span<const double> y, double squares) {
  long double mean = 0, total = 0;
  for (const double value : y) mean += value;
  mean /= static_cast<long double>(y.size());
  for (const double value : y) total += (value - mean) * (value - mean);
  return total > 0 ? static_cast<double>(1 - squares / total) : 0;
}

void set_roots(Regression& fit, const std::vector<Column>& inverse) {
  fit.inverse_root = SquareMatrix(fit.p);
  fit.inverse_cross = SquareMatrix(fit.p);
  for (std::size_t i = 0; i < fit.p; ++i) {
    for (std::size_t j = 0; j < fit.p; ++j) {
      fit.inverse_root(i, j) = static_cast<double>(inverse[i][j]);
      fit.inverse_cross(i, j) = static_cast<double>(dot(inverse[i], inverse[j]));
    }
  }
}

void set_rows(Regression& fit, const Factors& factors, const Column& rest) {
  long double squares = 0;
  for (std::size_t i = 0; i < fit.n; ++i) {
    long double leverage = 0;
    for (const Column& column : factors.q) {
      fit.q.push_back(static_cast<double>(column[i]));
      leverage += column[i] * column[i];
    }
    fit.leverage.push_back(static_cast<double>(leverage));
    fit.residuals.push_back(static_cast<double>(rest[i]));
    squares += rest[i] * rest[i];
  }
  fit.residual_square_sum = static_cast<double>(squares);
}

/// Q'y, taken out of y in two passes, so that what is left is the residuals to full precision.
Column project(const Factors& factors, Column& y) {
  Column parts(factors.q.size());
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t j = 0; j < parts.size(); ++j) {
      const long double part = dot(factors.q[j], y);
      parts[j] += part;
      subtract(y, part, factors.q[j]);
    }
  }
  return parts;
}

Result<void> check(const Design& design, std::span<const double> y) {
  for (const std::vector<double>& column : design) {
    assert(column.size() == y.size());
    TRY(check_finite({column}));
  }
  TRY(check_finite({y}));
  if (y.size() > design.size()) return {};
  return fail(Code::too_few_points,
              fmt::format("{} coefficients with errors need {} points, here are {}", design.size(),
                          design.size() + 1, y.size()));
}

}  // namespace

Design line_design(std::span<const double> x) {
  return {std::vector<double>(x.size(), 1.0), {x.begin(), x.end()}};
}

Result<Regression> fit_least_squares(const Design& design, std::span<const double> y) {
  TRY(check(design, y));
  const Factors factors = TRY(factorize(design));
  const std::vector<Column> inverse = invert_triangle(factors.r);
  Column rest(y.begin(), y.end());
  const Column parts = project(factors, rest);

  Regression fit{.n = y.size(), .p = design.size()};
  for (const Column& row : inverse) {
    fit.coefficients.push_back(static_cast<double>(dot(row, parts)));
  }
  set_rows(fit, factors, rest);
  set_roots(fit, inverse);
  fit.residual_deviation =
      std::sqrt(fit.residual_square_sum / static_cast<double>(fit.degrees_of_freedom()));
  fit.r2 = share_explained(y, fit.residual_square_sum);
  return fit;
}

std::vector<double> to_coefficients(const Regression& fit, std::span<const double> v) {
  std::vector<double> coefficients(fit.p);
  for (std::size_t i = 0; i < fit.p; ++i) {
    for (std::size_t j = i; j < fit.p; ++j) coefficients[i] += fit.inverse_root(i, j) * v[j];
  }
  return coefficients;
}

}  // namespace pfsday::stats
