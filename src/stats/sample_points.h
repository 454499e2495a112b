// Points that the tests of this module share, two pairs of which have the same x. What statsmodels,
// R and mpmath say of them stands in the tests.
#pragma once

#include <vector>

namespace pfsday::stats::sample {

inline const std::vector<double> x = {-9.95, -8.42, -8.06, -7.99, -7.83, -7.49, -7.44, -7.44,
                                      -5.31, -4.68, -3.25, -3.18, -1.38, -0.58, 0,     0,
                                      1.23,  1.55,  2.75,  3.05,  3.28,  3.37,  3.42,  3.89};
inline const std::vector<double> y = {
    16.394, 17.311, 17.894, 17.107, 17.72,  17.467, 18.092, 17.345, 19.557, 18.47,  20.386, 20.761,
    21.217, 21.238, 22.128, 22.54,  23.749, 25.032, 23.697, 24.968, 25.509, 25.564, 26.498, 25.22};

}  // namespace pfsday::stats::sample
