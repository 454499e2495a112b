// What labels must keep clear of, found by a grid so that a thousand points cost little.
//
//   const Obstacles obstacles(plot.box(), discs, lines, boxes);
//   obstacles.is_free(place, own)          // inside the frame, on nothing
//   obstacles.crossing_cost(place)         // of lines that run through its letters
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

inline constexpr double label_clearance = 2;  ///< pixels between a label and anything else
inline constexpr double leader_cost = 3;  ///< of a label with a leader, and of each line it crosses

struct Disc {
  Vec center = {};
  double radius = 0;
};

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

/// The box with as much room more on each side.
Box grown(Box box, double by);

}  // namespace pfsday::chart
