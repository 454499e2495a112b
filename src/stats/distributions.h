// Quantiles and probabilities of the normal distribution, of Student's t and of chi-squared.
//
//   student_t_quantile(0.95, 12)   // 1.7823: half the width of a 90 % interval, in standard errors
//
// Computed by Boost.Math and the error functions of the C library, to about 1e-15 relative.
#pragma once

namespace pfsday::stats {

/// The value that Student's t with `degrees_of_freedom` > 0 stays below with `probability` in (0,
/// 1).
double student_t_quantile(double probability, double degrees_of_freedom);

/// The probability that Student's t stays at or below x.
double student_t_probability(double x, double degrees_of_freedom);

double student_t_density(double x, double degrees_of_freedom);

/// The value that chi-squared with `degrees_of_freedom` > 0 stays below with `probability` in (0,
/// 1).
double chi_squared_quantile(double probability, double degrees_of_freedom);

/// The value that a standard normal variable stays below with `probability` in (0, 1).
double normal_quantile(double probability);

/// The probability that a standard normal variable stays at or below x; 0 at -inf, 1 at inf.
double normal_probability(double x);

double normal_density(double x);

}  // namespace pfsday::stats
