#include "stats/censored.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <optional>

namespace pfsday::stats {
namespace {

constexpr int most_steps = 200;
constexpr double settled = 1e-10;  // size of a Newton step, relative to where it starts
constexpr double nearly_settled = 1e-6;

double log_density(double z) { return -z * z / 2 - std::log(2 * std::numbers::pi) / 2; }

/// ln Phi(z): from erfc, and where that underflows from its asymptotic series.
double log_probability(double z) {
  if (z > -30) return std::log(std::erfc(-z / std::numbers::sqrt2) / 2);
  const double w = 1 / (z * z);
  return log_density(z) - std::log(-z) + std::log1p(w * (-1 + w * (3 + w * (-15 + w * 105))));
}

/// ln(Phi(b) - Phi(a)), a < b, in the tail where the difference keeps its digits.
double log_probability_between(double a, double b) {
  if (a > 0) return log_probability_between(-b, -a);
  const double top = log_probability(b);
  return std::isinf(a) ? top : top + std::log1p(-std::exp(log_probability(a) - top));
}

/// A row's ln L as a function of its standardized bounds a <= b, with its derivatives.
struct Term {
  double value = 0, a = 0, b = 0, aa = 0, ab = 0, bb = 0;
};

Term term_between(double a, double b) {
  const double value = log_probability_between(a, b);
  const double pa = std::isinf(a) ? 0 : std::exp(log_density(a) - value);
  const double pb = std::isinf(b) ? 0 : std::exp(log_density(b) - value);
  const double apa = std::isinf(a) ? 0 : a * pa;
  const double bpb = std::isinf(b) ? 0 : b * pb;
  return {
      .value = value, .a = -pa, .b = pb, .aa = apa - pa * pa, .ab = pa * pb, .bb = -bpb - pb * pb};
}

/// ln L, its gradient and its second derivatives at (d, g), rows in the coordinates of Q.
struct Likelihood {
  double value = 0;
  std::vector<double> gradient = {};
  SquareMatrix second = {};

  explicit Likelihood(std::size_t order) : gradient(order), second(order) {}

  void add(double first, std::span<const double> u) {
    for (std::size_t i = 0; i < u.size(); ++i) gradient[i] += first * u[i];
  }
  void add(double factor, std::span<const double> u, std::span<const double> v) {
    for (std::size_t i = 0; i < u.size(); ++i) {
      for (std::size_t j = 0; j < u.size(); ++j) second(i, j) += factor * u[i] * v[j];
    }
  }
};

/// d z / d(d, g) of z = g y - q'd; an infinite bound has no derivative.
std::vector<double> slope_of(std::span<const double> q, double y) {
  std::vector<double> slope;
  for (const double value : q) slope.push_back(-value);
  slope.push_back(std::isinf(y) ? 0 : y);
  return slope;
}

double standardized(std::span<const double> q, double y, std::span<const double> at) {
  double z = at[q.size()] * y;
  for (std::size_t i = 0; i < q.size(); ++i) z -= q[i] * at[i];
  return z;
}

void add_row(Likelihood& sum, std::span<const double> q, const Interval& row,
             std::span<const double> at) {
  const double a = standardized(q, row.low, at), b = standardized(q, row.high, at);
  const std::vector<double> u = slope_of(q, row.low), v = slope_of(q, row.high);
  if (row.low == row.high) {
    const double g = at[q.size()];
    sum.value += log_density(a) + std::log(g);
    sum.add(-a, u);
    sum.add(-1, u, u);
    sum.gradient.back() += 1 / g;
    sum.second(q.size(), q.size()) -= 1 / (g * g);
    return;
  }
  const Term term = term_between(a, b);
  sum.value += term.value;
  sum.add(term.a, u), sum.add(term.b, v);
  sum.add(term.aa, u, u), sum.add(term.bb, v, v);
  sum.add(term.ab, u, v), sum.add(term.ab, v, u);
}

Likelihood likelihood_at(const Regression& start, std::span<const Interval> rows,
                         std::span<const double> at) {
  Likelihood sum(at.size());
  for (std::size_t i = 0; i < rows.size(); ++i) add_row(sum, start.q_row(i), rows[i], at);
  return sum;
}

std::vector<double> sum_of(std::span<const double> at, std::span<const double> step) {
  std::vector<double> sum(at.begin(), at.end());
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += step[i];
  return sum;
}

/// The longest of the full step, half of it, a quarter, ... that climbs; none if none does.
std::optional<std::vector<double>> climb(const Regression& start, std::span<const Interval> rows,
                                         const std::vector<double>& at,
                                         const std::vector<double>& step, double value) {
  for (double part = 1; part > 1e-12; part /= 2) {
    std::vector<double> next = at;
    for (std::size_t i = 0; i < at.size(); ++i) next[i] += part * step[i];
    if (next.back() <= 0) continue;
    if (likelihood_at(start, rows, next).value > value) return next;
  }
  return std::nullopt;
}

std::unexpected<Error> no_maximum() {
  return fail(Code::fit_not_converged,
              "the likelihood of these rows and bounds has no highest point",
              "too few rows have values, or they fit without any scatter");
}

double largest(std::span<const double> values) {
  double size = 0;
  for (const double value : values) size = std::max(size, std::abs(value));
  return size;
}

// Where the likelihood has no top, steps stay long while it climbs to its bound ever more slowly:
// only their length tells.
Result<std::vector<double>> maximize(const Regression& start, std::span<const Interval> rows,
                                     std::vector<double> at) {
  for (int i = 0; i < most_steps; ++i) {
    const Likelihood here = likelihood_at(start, rows, at);
    const auto solved = solve(here.second, here.gradient);
    if (!solved) return no_maximum();
    std::vector<double> step = *solved;
    for (double& part : step) part = -part;
    if (largest(step) <= settled * largest(at)) return at;
    auto next = climb(start, rows, at, step, here.value);
    if (!next && largest(step) > nearly_settled * largest(at)) return no_maximum();
    // So near the top the likelihood no longer shows a climb, but its derivatives still point
    // there.
    at = next ? std::move(*next) : sum_of(at, step);
    if (!next) return at;
  }
  return no_maximum();
}

/// A value for each row to start from: the middle of its bounds, or its only bound.
Result<std::vector<double>> middles_of(std::span<const Interval> rows) {
  std::vector<double> middles;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto [low, high] = rows[i];
    const bool is_usable = low <= high && (std::isfinite(low) || std::isfinite(high)) &&
                           low < HUGE_VAL && high > -HUGE_VAL;
    if (!is_usable) {
      return fail(Code::value_not_finite,
                  fmt::format("row {} has the bounds {} and {}", i + 1, low, high));
    }
    if (!std::isfinite(low))
      middles.push_back(high);
    else if (!std::isfinite(high))
      middles.push_back(low);
    else
      middles.push_back(low + (high - low) / 2);
  }
  return middles;
}

/// Covariance of (b, s) from the second derivatives by (d, g) at the top, where d = b g, g = 1 / s.
std::optional<SquareMatrix> covariance_at(const Regression& start, const SquareMatrix& second,
                                          std::span<const double> at) {
  const std::size_t p = start.p;
  const double g = at[p];
  SquareMatrix change(p + 1);  // of (b, s) by (d, g): b = R^-1 d / g, s = 1 / g
  const std::vector<double> d = to_coefficients(start, at.first(p));
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = 0; j < p; ++j) change(i, j) = start.inverse_root(i, j) / g;
    change(i, p) = -d[i] / (g * g);
  }
  change(p, p) = -1 / (g * g);
  const auto inverse = invert(second);
  if (!inverse) return std::nullopt;
  SquareMatrix covariance(p + 1);
  for (std::size_t i = 0; i <= p; ++i) {
    for (std::size_t j = 0; j <= p; ++j) {
      for (std::size_t k = 0; k <= p; ++k) {
        for (std::size_t l = 0; l <= p; ++l) {
          covariance(i, j) -= change(i, k) * (*inverse)(k, l) * change(j, l);
        }
      }
    }
  }
  return covariance;
}

/// (d, g) of the least-squares fit through the middles.
std::vector<double> start_of(const Regression& fit, std::span<const double> middles) {
  const double g = 1 / fit.residual_deviation;
  std::vector<double> at(fit.p + 1);
  for (std::size_t row = 0; row < fit.n; ++row) {
    for (std::size_t i = 0; i < fit.p; ++i) at[i] += g * fit.q_row(row)[i] * middles[row];
  }
  at[fit.p] = g;
  return at;
}

}  // namespace

Result<CensoredFit> fit_censored(const Design& design, std::span<const Interval> rows) {
  const std::vector<double> middles = TRY(middles_of(rows));
  const Regression start = TRY(fit_least_squares(design, middles));
  if (!(start.residual_deviation > 1e-12 * largest(middles))) return no_maximum();
  const std::vector<double> at = TRY(maximize(start, rows, start_of(start, middles)));
  const Likelihood top = likelihood_at(start, rows, at);
  auto covariance = covariance_at(start, top.second, at);
  if (!covariance) return no_maximum();

  CensoredFit fit{.coefficients = to_coefficients(start, std::span(at).first(start.p)),
                  .deviation = 1 / at[start.p],
                  .covariance = std::move(*covariance),
                  .log_likelihood = top.value};
  for (double& coefficient : fit.coefficients) coefficient *= fit.deviation;
  return fit;
}

}  // namespace pfsday::stats
