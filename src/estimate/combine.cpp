#include "estimate/combine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimate/quotient.h"
#include "stats/distributions.h"
#include "units/print.h"

namespace pfsday::estimate {
namespace {

using units::to_significant;

bool is_assumed(const Phase& phase, const PhaseProducts& products) {
  return phase.hardware->utilization_kind == UtilizationKind::assumed &&
         products.time->utilization.value.is_exact();
}

/// The utilization of the prior: one variable, however many phases there are.
Uncertain utilization_of(const UtilizationPrior& prior) {
  Uncertain share;
  share.distribution = distribution_of(prior);
  share.text = prior.name;
  share.name = "utilization of the prior";
  return share;
}

/// Hardware time, its assumed utilizations replaced by the prior.
Result<Estimate> with_prior(const Run& run, const Estimates& estimates,
                            const UtilizationPrior& prior, const uncertainty::Options& options) {
  std::vector<Summand> summands;
  for (const std::size_t i : estimates.counted_phases()) {
    Summand summand = *estimates.products[i].hardware;
    if (is_assumed(run.phases[i], estimates.products[i])) {
      summand.factors.back().value = utilization_of(prior);
    }
    summands.push_back(std::move(summand));
  }
  Estimate estimate = TRY(add_up(summands, options));
  estimate.sources = prior.sources;
  estimate.assumptions = {fmt::format(
      "hardware time takes {} ({} to {}, n {}) in place of the utilization, which is "
      "assumed",
      prior.name, to_significant(prior.low, 2), to_significant(prior.high, 2), prior.n)};
  return estimate;
}

/// Hardware time with the interval that is known of it; what it assumes and rests on besides the
/// run.
Result<Estimate> hardware_of(const Run& run, const Estimates& estimates, const PriorPlace& place,
                             const uncertainty::Options& options) {
  const bool assumed = std::ranges::any_of(estimates.counted_phases(), [&](std::size_t i) {
    return is_assumed(run.phases[i], estimates.products[i]);
  });
  if (assumed && place.prior) return with_prior(run, estimates, *place.prior, options);
  Estimate stated = *estimates.hardware;
  stated.assumptions.clear();
  stated.sources.clear();
  return stated;
}

/// A name that both methods use; empty if there is none.
std::string shared_name(const Estimates& estimates) {
  std::vector<std::string> names;
  for (const std::size_t i : estimates.counted_phases()) {
    for (const Factor& factor : estimates.products[i].counting()->factors) {
      if (!factor.value.name.empty()) names.push_back(factor.value.name);
    }
  }
  for (const std::size_t i : estimates.counted_phases()) {
    for (const Factor& factor : estimates.products[i].hardware->factors) {
      if (std::ranges::find(names, factor.value.name) != names.end()) return factor.value.name;
    }
  }
  return {};
}

std::string why_not(const Estimates& estimates) {
  if (!estimates.counting()->interval) {
    return "counting has no interval: say how well its inputs are known, such as tokens = \"3T +- "
           "5%\"";
  }
  if (const std::string name = shared_name(estimates); !name.empty()) {
    return fmt::format("both methods take \"{}\", so they are not independent", name);
  }
  return {};
}

struct Part {
  double median = 0;
  double spread = 0;
};

Part part_of(const Estimate& estimate) {
  const uncertainty::Evaluation& interval = *estimate.interval;
  return {.median = interval.mid,
          .spread = log_spread(interval.low, interval.high, interval.level)};
}

Combination weigh(const Estimate& counting, const Estimate& hardware, double level) {
  const Part a = part_of(counting), b = part_of(hardware);
  const double weight_a = std::pow(a.spread, -2), weight_b = std::pow(b.spread, -2);
  const double share = weight_a / (weight_a + weight_b);
  const double middle = std::exp(share * std::log(a.median) + (1 - share) * std::log(b.median));
  const double reach =
      std::exp(stats::normal_quantile((1 + level) / 2) / std::sqrt(weight_a + weight_b));
  Combination result{.counting_weight = share};
  Estimate& combined = result.estimate.emplace();
  combined.method = "combined";
  combined.operations = {.low = middle / reach, .mid = middle, .high = middle * reach};
  combined.formula = fmt::format(
      "{}^{:.3f} x {}^{:.3f} = {} operations: medians of counting and of hardware time, weights 1 "
      "/ {}^2 and 1 / {}^2 by the standard deviations of their logarithms",
      to_significant(a.median), share, to_significant(b.median), 1 - share, to_significant(middle),
      to_significant(a.spread), to_significant(b.spread));
  combined.complete = counting.complete && hardware.complete;
  return result;
}

}  // namespace

Result<Combination> combine(const Run& run, const Estimates& estimates, const PriorPlace& place,
                            const uncertainty::Options& options) {
  const Estimate& counting = *estimates.counting();
  if (std::string why = why_not(estimates); !why.empty()) {
    return Combination{.missing = std::move(why)};
  }
  const Estimate hardware = TRY(hardware_of(run, estimates, place, options));
  if (!hardware.interval) {
    return Combination{.missing =
                           "hardware time has no interval: say how well its inputs are known, such "
                           "as utilization = \"0.3 to 0.5\""};
  }
  Combination result = weigh(counting, hardware, options.level);
  auto& assumptions = result.estimate->assumptions;
  assumptions = hardware.assumptions;
  assumptions.emplace_back(
      "the two methods are taken as independent and each as log-normal: no input may be in both, "
      "and what both leave out, such as phases that nobody states, is in neither interval");
  result.estimate->sources = run.sources;
  std::ranges::copy(hardware.sources, std::back_inserter(result.estimate->sources));
  return result;
}

}  // namespace pfsday::estimate
