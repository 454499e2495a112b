#include "estimate/prior_place.h"

#include <fmt/format.h>

#include "units/print.h"

namespace pfsday::estimate {

PriorPlace place_in_prior(double share, const PriorQuery& query) {
  auto prior = find_prior(query);
  if (!prior) return {.missing = prior.error().what};
  PriorPlace place{.prior = *std::move(prior)};
  if (query.format.empty()) {
    place.prior->notes.emplace_back("the format of the peak is not known: rows of all formats");
  }
  if (share < 1) place.point = probability_below(*place.prior, share);
  place.inside = share >= place.prior->low && share <= place.prior->high;
  return place;
}

std::string point_text(double point) {
  if (point < 0.001) return "<0.1 %";
  if (point > 0.999) return ">99.9 %";
  return units::to_significant(100 * point, 2) + " %";
}

std::string to_text(const PriorPlace& place) {
  if (!place.prior) return place.missing;
  const UtilizationPrior& prior = *place.prior;
  const auto text = [](double share) { return units::to_significant(share, 2); };
  const std::string where =
      place.point ? fmt::format("at the {} point of", point_text(*place.point)) : "beyond";
  return fmt::format("{} {}, {} ({} to {}, n {})", where, prior.name, text(prior.median),
                     text(prior.low), text(prior.high), prior.n);
}

}  // namespace pfsday::estimate
