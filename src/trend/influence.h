// What single systems, or all systems of one organization, do to a fit: the slope without them.
//
//   const auto influences = leave_one_out(points, options);   // the largest first
//
// They leave the fit; the selection is not made again without them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "trend/fit.h"
#include "trend/system.h"

namespace pfsday::trend {

struct Influence {
  std::string name = {};    ///< of the system or the organization
  std::size_t systems = 0;  ///< that leave with it
  double slope = 0;         ///< without them, decades per year
  double change = 0;        ///< of the slope, by leaving them out
};

/// One for each point, but those without which too few dates remain; the largest change first.
std::vector<Influence> leave_one_out(const Fit& fit);

/// One for each organization of the systems that the fit holds, alone or with others.
std::vector<Influence> leave_one_organization_out(const Fit& fit, std::span<const System> systems);

}  // namespace pfsday::trend
