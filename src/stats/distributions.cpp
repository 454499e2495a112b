#include "stats/distributions.h"

// The only file that includes Boost.Math, which takes seconds to compile.
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <numbers>

namespace pfsday::stats {

double student_t_quantile(double probability, double degrees_of_freedom) {
  assert(probability > 0 && probability < 1 && degrees_of_freedom > 0);
  return quantile(boost::math::students_t(degrees_of_freedom), probability);
}

double student_t_probability(double x, double degrees_of_freedom) {
  assert(degrees_of_freedom > 0);
  if (std::isinf(x)) return x > 0 ? 1 : 0;
  return cdf(boost::math::students_t(degrees_of_freedom), x);
}

double student_t_density(double x, double degrees_of_freedom) {
  assert(degrees_of_freedom > 0);
  return pdf(boost::math::students_t(degrees_of_freedom), x);
}

double chi_squared_quantile(double probability, double degrees_of_freedom) {
  assert(probability > 0 && probability < 1 && degrees_of_freedom > 0);
  return quantile(boost::math::chi_squared(degrees_of_freedom), probability);
}

double normal_quantile(double probability) {
  assert(probability > 0 && probability < 1);
  return quantile(boost::math::normal(), probability);
}

double normal_probability(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

double normal_density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }

}  // namespace pfsday::stats
