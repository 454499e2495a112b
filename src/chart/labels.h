// Where labels go. Each label has a list of candidate places, each with a cost; the choice is the
// cheapest set in which no two labels overlap. A label whose places are all taken is left out.
//
//   std::vector<std::vector<Place>> places = {around(p, {40, 7}, obstacles), ...};
//   const auto chosen = choose_places(places);   // chosen[i]: index into places[i], or none
//
// The method is local search: every label in turn moves to its cheapest place given all others,
// until none moves; then a label without a place gets one from which a single other one can move
// away. It has no randomness, so a chart is the same on each run.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
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

/// What labels must keep clear of. Discs are found by a grid, so that a thousand of them cost
/// little.
class Obstacles {
 public:
  /// Labels stay inside `frame`, never cover discs or boxes, and cross lines only where there is no
  /// better place.
  Obstacles(const Box& frame, std::vector<Disc> discs, std::span<const Segment> lines,
            std::vector<Box> boxes);

  /// True if the place is inside the frame, its box covers no disc and no box, and its leader meets
  /// no disc but its own.
  bool is_free(const LabelPlace& place, std::size_t own) const;
  /// Of a place whose letters lie on lines, or, far less bad, whose leader crosses them.
  double crossing_cost(const LabelPlace& place) const;
  /// Of a label that stands away from its point and close to another one.
  double confusion_cost(const LabelPlace& place, std::size_t own) const;

  const Disc& disc(std::size_t i) const { return discs_[i]; }
  std::size_t disc_count() const { return discs_.size(); }

 private:
  bool covers_disc(const Box& area, std::size_t except) const;
  std::pair<std::size_t, std::size_t> cell_of(Vec at) const;

  Box frame_;
  std::vector<Disc> discs_;
  std::vector<Box> strokes_;  ///< of the lines
  std::vector<Box> boxes_;
  double widest_ = 0;  ///< radius of the largest disc
  std::size_t columns_ = 1;
  std::size_t rows_ = 1;
  std::vector<std::vector<std::size_t>> cells_;  ///< indices of discs, by row and column
};

/// Places for a label of the given half extents beside the disc with this index: close ones on all
/// sides, then farther ones with a leader, up to `farthest` pixels away. Only those inside the
/// frame that cover no disc.
std::vector<LabelPlace> places_around(std::size_t disc, Vec half, const Obstacles& obstacles,
                                      double farthest);

/// Places for a label along a path of two or more points: turned with it on both of its sides where
/// it is straight, or else upright with a leader.
std::vector<LabelPlace> places_along(std::span<const Vec> path, Vec half,
                                     const Obstacles& obstacles);

std::vector<std::optional<std::size_t>> choose_places(
    std::span<const std::vector<LabelPlace>> places);

}  // namespace pfsday::chart
