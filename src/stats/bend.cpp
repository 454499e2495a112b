#include "stats/bend.h"

#include <cmath>
#include <numbers>

namespace pfsday::stats {

Bent bent(const std::optional<Bend>& bend, double x) {
  if (!bend || x <= bend->start) return {.x = x};
  const double ahead = x - bend->start;
  const double own = bend->reach * std::sqrt(std::numbers::pi / 2) *
                     std::erf(ahead / (bend->reach * std::numbers::sqrt2));
  return {.x = bend->start + own, .lift = bend->slope * (ahead - own)};
}

}  // namespace pfsday::stats
