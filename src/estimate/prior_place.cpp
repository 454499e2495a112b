#include "estimate/prior_place.h"

#include <fmt/format.h>

#include "units/print.h"

namespace pfsday::estimate {
namespace {

constexpr double least_point = 0.001;  ///< beyond, the tails of a fit say no more

}  // namespace

PriorPlace place_in_prior(double share, const PriorQuery& query) {
  auto prior = find_prior(query);
  if (!prior) return {.missing = prior.error().what};
  PriorPlace place{.prior = *std::move(prior)};
  place.by_goodput = place.prior->basis != query.basis;
  if (query.format.empty()) {
    place.prior->notes.emplace_back("the format of the peak is not known: rows of all formats");
  }
  if (share < 1) place.point = probability_below(*place.prior, share);
  place.inside = share >= place.prior->low && share <= place.prior->high;
  return place;
}

std::string point_text(double point) {
  if (point < least_point) return "<0.1 %";
  if (point > 1 - least_point) return ">99.9 %";
  return units::to_significant(100 * point, 2) + " %";
}

namespace {

std::string where(const std::optional<double>& point) {
  if (!point) return "beyond";
  if (*point < least_point) return "below the 0.1 % point of";
  if (*point > 1 - least_point) return "above the 99.9 % point of";
  return fmt::format("at the {} point of", point_text(*point));
}

}  // namespace

std::string to_text(const PriorPlace& place) {
  if (!place.prior) return place.missing;
  const UtilizationPrior& prior = *place.prior;
  const auto text = [](double share) { return units::to_significant(share, 2); };
  return fmt::format("{} {}{}, {} ({} to {}, n {})", where(place.point), prior.name,
                     place.by_goodput ? " x goodput" : "", text(prior.median), text(prior.low),
                     text(prior.high), prior.n);
}

}  // namespace pfsday::estimate
