#include "uncertainty/distribution.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "stats/distributions.h"

namespace pfsday::uncertainty {
namespace {

double unclipped_value_at(const Distribution& distribution, double score) {
  const auto& [shape, median, spread, most] = distribution;
  switch (shape) {
    case Shape::exact:
      return median;
    case Shape::log_normal:
      return median * std::exp(spread * score);
    case Shape::logit_normal: {
      const double odds = median / (1 - median) * std::exp(spread * score);
      return std::isinf(odds) ? 1 : odds / (1 + odds);
    }
    case Shape::uniform:
      return median + spread * std::erf(score / std::numbers::sqrt2);
  }
  std::unreachable();
}

/// The score from which on an unclipped value exceeds `most`; infinite if none does.
double score_of(const Distribution& distribution, double most) {
  const auto& [shape, median, spread, clip] = distribution;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  switch (shape) {
    case Shape::exact:
      return median > most ? -infinity : infinity;
    case Shape::log_normal:
      return std::log(most / median) / spread;
    case Shape::logit_normal:
      if (most >= 1) return infinity;
      return std::log(most / (1 - most) * (1 - median) / median) / spread;
    case Shape::uniform: {
      const double share = std::clamp((most - median + spread) / (2 * spread), 0.0, 1.0);
      if (share == 0 || share == 1) return share == 0 ? -infinity : infinity;
      return stats::normal_quantile(share);
    }
  }
  std::unreachable();
}

}  // namespace

Distribution exactly(double value) { return {.median = value}; }

Distribution log_normal_between(double low, double high) {
  assert(0 < low && low <= high);
  if (low == high) return exactly(low);
  return {.shape = Shape::log_normal,
          .median = std::sqrt(low) * std::sqrt(high),  // low x high may leave the range of numbers
          .spread = (std::log(high) - std::log(low)) / (2 * score_of_95_percent)};
}

Distribution log_normal_within(double median, double share) {
  assert(0 <= share && share < 1);
  if (share == 0) return exactly(median);
  return {.shape = Shape::log_normal,
          .median = median,
          .spread = -std::log1p(-share) / score_of_95_percent};
}

Distribution logit_normal(double median, double spread) {
  assert(0 < median && median < 1 && spread > 0);
  return {.shape = Shape::logit_normal, .median = median, .spread = spread};
}

Distribution uniform(double median, double spread) {
  return {.shape = Shape::uniform, .median = median, .spread = spread};
}

double value_at(const Distribution& distribution, double score) {
  const double value = unclipped_value_at(distribution, score);
  return distribution.most ? std::min(value, *distribution.most) : value;
}

double quantile(const Distribution& distribution, double probability) {
  return value_at(distribution, stats::normal_quantile(probability));
}

double mean(const Distribution& distribution) {
  assert(distribution.shape == Shape::exact || distribution.shape == Shape::log_normal);
  return distribution.median * std::exp(distribution.spread * distribution.spread / 2);
}

bool is_clipped(const Distribution& distribution) { return clipped_share(distribution) > 1e-6; }

double clipped_share(const Distribution& distribution) {
  if (!distribution.most) return 0;
  return stats::normal_probability(-score_of(distribution, *distribution.most));
}

}  // namespace pfsday::uncertainty
