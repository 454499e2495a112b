// Standard normal variables and exponentials, many at once.
//
//   double scores[256];
//   draw_normals(stats::RandomStream(seed, stream), scores);
//
// Number i is a function of the stream and i alone, so that any thread may draw any part, and the
// bits are the same on every processor. Of 64 random bits 52 give a tail probability p in (0, 1/2)
// and one the sign; the value is the normal quantile of p, by linear interpolation in 256 equal
// parts of each interval from 2^-k-1 to 2^-k. Its error is below 1e-6, far below the Monte Carlo
// error of a quantile of 10^6 samples.
#pragma once

#include <span>

#include "stats/random.h"

namespace pfsday::uncertainty {

void draw_normals(const stats::RandomStream& random, std::span<double> scores);

/// x = exp(x), to 1e-15 relative; beyond -700 and 700 as at those ends.
void exponentiate(std::span<double> x);

/// sum_i += factor x_i; both of the same size.
void add_scaled(double factor, std::span<const double> x, std::span<double> sum);

/// Sum of a_i, and of a_i b_i; both of the same size.
struct Sums {
  double of_a = 0;
  double of_products = 0;
};
Sums sums_of(std::span<const double> a, std::span<const double> b);

}  // namespace pfsday::uncertainty
