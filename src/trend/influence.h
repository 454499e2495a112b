// What single systems, or all systems of one organization, do to a fit: the slope without them.
//
//   const LeaveOut study{.systems = systems, .selection = rule, .options = options};
//   const auto influences = leave_one_out(fit, study);   // the largest first
//
// They leave the fit; with `reselect` they leave the source, and the selection is made again
// without them, so that others may enter: the eleventh becomes one of the top 10.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "trend/fit.h"
#include "trend/select.h"
#include "trend/system.h"

namespace pfsday::trend {

/// How the fit was made, and how it is made again.
struct LeaveOut {
  std::span<const System> systems = {};
  Selection selection = {};
  Quantity quantity = Quantity::compute;
  FitOptions options = {};
  bool reselect = false;
};

struct Influence {
  std::string name = {};                  ///< of the system or the organization
  std::size_t systems = 0;                ///< that leave with it
  std::vector<std::string> entered = {};  ///< ids of those that the new selection takes instead
  std::size_t n = 0;                      ///< of the fit without them
  double slope = 0;                       ///< without them, decades per year
  double change = 0;                      ///< of the slope, by leaving them out
};

/// One for each point, but those without which there is no fit; the largest change first.
std::vector<Influence> leave_one_out(const Fit& fit, const LeaveOut& study);

/// One for each organization of the systems that the fit holds, alone or with others.
std::vector<Influence> leave_one_organization_out(const Fit& fit, const LeaveOut& study);

}  // namespace pfsday::trend
