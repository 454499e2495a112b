// Which points of a table or set enter a fit.
//
//   const auto points = TRY(select(all, {.from = *parse_date("2012-01-01"), .leave_out =
//   {"DQN"}}));
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "trend/point.h"

namespace pfsday::trend {

struct Selection {
  std::optional<units::Date> from = {};     ///< first day of the window
  std::optional<units::Date> to = {};       ///< last day of the window
  std::vector<std::string> leave_out = {};  ///< names or ids
};

/// The points inside the window that are not left out, in their order.
/// Fault usage: no point has a name that is to be left out, so that a typing error is seen.
Result<std::vector<Point>> select(std::span<const Point> points, const Selection& selection);

struct Window {
  units::Date from = {};
  units::Date to = {};
};

/// The dates of the first and the last of the points, of which there is at least one.
Window window_of(std::span<const Point> points);

}  // namespace pfsday::trend
