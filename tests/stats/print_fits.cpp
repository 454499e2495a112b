// Fits of the points on standard input, one "x y" a line, as lines "name value": what compare.py
// holds against statsmodels and R.

#include <fmt/format.h>

#include <iostream>
#include <string_view>
#include <vector>

#include "stats/breaks.h"
#include "stats/covariance.h"
#include "stats/huber.h"
#include "stats/least_squares.h"
#include "stats/quantile_line.h"
#include "stats/theil_sen.h"

namespace {

using namespace pfsday::stats;

void print(std::string_view name, double value) { fmt::print("{} {:.17g}\n", name, value); }

bool print_regression(const std::vector<double>& x, const std::vector<double>& y) {
  const auto fit = fit_least_squares(line_design(x), y);
  if (!fit) return false;
  print("intercept", fit->coefficients[0]);
  print("slope", fit->coefficients[1]);
  print("r2", fit->r2);
  const struct {
    std::string_view name;
    ErrorRule rule;
  } rules[] = {{"classical", {}},         {"HC0", {ErrorKind::hc0}},
               {"HC1", {ErrorKind::hc1}}, {"HC2", {ErrorKind::hc2}},
               {"HC3", {ErrorKind::hc3}}, {"HAC4", {ErrorKind::newey_west, 4}}};
  for (const auto& [name, rule] : rules) {
    const auto errors = covariance(*fit, rule);
    if (!errors) return false;
    print(name, standard_error(*errors, 1));
  }
  return true;
}

bool print_robust(const std::vector<double>& x, const std::vector<double>& y) {
  for (const double tau : {0.1, 0.5, 0.9}) {
    const auto line = fit_quantile_line(x, y, tau);
    if (!line) return false;
    print(fmt::format("rq{}", tau), line->objective);
  }
  const auto huber = fit_huber(line_design(x), y);
  const auto middle = fit_theil_sen(x, y, 0.9);
  if (!huber || !middle) return false;
  print("huber", huber->coefficients[1]);
  print("theil_sen", middle->slope);
  return true;
}

bool print_breaks(const std::vector<double>& x, const std::vector<double>& y) {
  for (const auto& [name, joint] : {std::pair{"hinge", Joint::hinge}, {"jump", Joint::jump}}) {
    const auto fits = fit_breaks(x, y, {.joint = joint, .least_points = 6});
    if (!fits) return false;
    for (const BreakFit& fit : *fits) {
      print(fmt::format("{}{}", name, fit.breaks.size()), fit.residual_square_sum);
    }
    const auto free = fit_breaks(x, y, {.joint = joint, .least_points = 3});
    if (!free) return false;
    for (const BreakFit& fit : *free) {
      print(fmt::format("free_{}{}", name, fit.breaks.size()), fit.residual_square_sum);
    }
  }
  return true;
}

}  // namespace

int main() {
  std::vector<double> x, y;
  for (double a = 0, b = 0; std::cin >> a >> b;) x.push_back(a), y.push_back(b);
  return print_regression(x, y) && print_robust(x, y) && print_breaks(x, y) ? 0 : 1;
}
