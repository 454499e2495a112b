// Where labels go. Each label has a list of candidate places, each with a cost; the choice is the
// cheapest set in which no two labels overlap. A label whose places are all taken is left out.
//
//   std::vector<std::vector<Place>> places = {around(p, {40, 7}, obstacles), ...};
//   const auto chosen = choose_places(places);   // chosen[i]: index into places[i], or none
//
// The method is local search: every label in turn moves to its cheapest place given all others,
// until none moves. It has no randomness, so a chart is the same on each run.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "chart/geometry.h"

namespace pfsday::chart {

struct LabelPlace {
  Box box = {};
  std::optional<Segment> leader = {};  ///< from the point's edge to a label that stands away
  double cost = 0;                     ///< lower is better; 0 is the best place of all
};

struct Disc {
  Vec center = {};
  double radius = 0;
};

/// What labels must keep clear of.
struct Obstacles {
  Box frame = {};                   ///< labels stay inside
  std::vector<Disc> discs = {};     ///< never covered
  std::vector<Segment> lines = {};  ///< crossed only where there is no better place
};

/// Places for a label of the given half extents beside the disc with this index: close ones on all
/// sides, then farther ones with a leader. Only those inside the frame that cover no disc.
std::vector<LabelPlace> places_around(std::size_t disc, Vec half, const Obstacles& obstacles,
                                      bool with_leaders);

/// Places for a label along a segment: turned with it on both of its sides, or else upright with a
/// leader.
std::vector<LabelPlace> places_along(const Segment& segment, Vec half, const Obstacles& obstacles);

std::vector<std::optional<std::size_t>> choose_places(
    std::span<const std::vector<LabelPlace>> places);

}  // namespace pfsday::chart
