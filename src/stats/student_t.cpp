// The only file that includes Boost.Math, which takes seconds to compile.
#include <boost/math/distributions/students_t.hpp>
#include <cassert>

#include "stats/line.h"

namespace pfsday::stats {

double student_t_quantile(double probability, double degrees_of_freedom) {
  assert(probability > 0 && probability < 1 && degrees_of_freedom > 0);
  return quantile(boost::math::students_t(degrees_of_freedom), probability);
}

}  // namespace pfsday::stats
