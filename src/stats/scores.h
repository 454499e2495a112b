// Scores of forecasts against what came: less is better for all but coverage.
//
//   crps_student_t({.location = 25.1, .scale = 0.4, .freedom = 12}, 25.6);   // in units of y
//   pinball_loss(0.9, 26.0, 25.6);
//   coverage(intervals, outcomes);          // should be near the level of the intervals
//
// CRPS = integral of (F(z) - 1[z >= y])^2 over z; of a point forecast it is the absolute error.
//   normal     sd (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)),  z = (y - mean) / sd
//   Student t  scale (z (2F(z) - 1) + 2 f(z) (nu + z^2) / (nu - 1)
//              - 2 sqrt(nu) B(1/2, nu - 1/2) / ((nu - 1) B(1/2, nu/2)^2)),  nu > 1
//   sample     mean |x_i - y| - mean |x_i - x_j| / 2
// Log score = -ln f(y). PIT = F(y): uniform on [0, 1] where forecasts are honest.
// Source: Gneiting and Raftery 2007; Jordan, Krueger and Lerch 2019 for Student's t.
#pragma once

#include <span>

#include "stats/interval.h"

namespace pfsday::stats {

struct StudentForecast {
  double location = 0;
  double scale = 1;    ///< above 0, units of y
  double freedom = 1;  ///< degrees of freedom, above 0; above 1 for a CRPS
};

double crps_normal(double mean, double deviation, double outcome);
double crps_student_t(const StudentForecast& forecast, double outcome);
/// Of at least one simulated value.
double crps_sample(std::span<const double> simulated, double outcome);

double log_score(const StudentForecast& forecast, double outcome);

/// Of a forecast `quantile` for the probability `tau` in (0, 1): tau (y - q) above it, (1 - tau) (q
/// - y) below.
double pinball_loss(double tau, double quantile, double outcome);

/// Share of the outcomes in their intervals, ends included; of at least one.
double coverage(std::span<const Interval> intervals, std::span<const double> outcomes);

double pit(const StudentForecast& forecast, double outcome);
/// The share of simulated values below the outcome, ties counted half; of at least one.
double pit_sample(std::span<const double> simulated, double outcome);

}  // namespace pfsday::stats
