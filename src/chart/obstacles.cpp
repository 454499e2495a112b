#include "chart/obstacles.h"

#include <algorithm>

namespace pfsday::chart {
namespace {

constexpr double line_cost = 12;       ///< of a label that a line runs through
constexpr double confusing_cost = 40;  ///< of a label that stands away, beside another point
constexpr double cell = 40;            ///< pixels of the grid of discs

}  // namespace

Box grown(Box box, double by) {
  box.half = box.half + Vec{by, by};
  return box;
}

Obstacles::Obstacles(const Box& frame, std::vector<Disc> discs, std::span<const Segment> lines,
                     std::vector<Box> boxes)
    : frame_(frame),
      discs_(std::move(discs)),
      boxes_(std::move(boxes)),
      columns_(static_cast<std::size_t>(2 * frame.half.x / cell) + 1),
      rows_(static_cast<std::size_t>(2 * frame.half.y / cell) + 1),
      cells_(columns_ * rows_) {
  for (const Segment& line : lines) strokes_.push_back(box_around(line, 0.5));
  for (std::size_t i = 0; i < discs_.size(); ++i) {
    const auto [column, row] = cell_of(discs_[i].center);
    cells_[row * columns_ + column].push_back(i);
    widest_ = std::max(widest_, discs_[i].radius);
  }
}

std::pair<std::size_t, std::size_t> Obstacles::cell_of(Vec at) const {
  const Vec offset = at - (frame_.center - frame_.half);
  const auto index = [](double place, std::size_t count) {
    return static_cast<std::size_t>(std::clamp(place / cell, 0.0, static_cast<double>(count - 1)));
  };
  return {index(offset.x, columns_), index(offset.y, rows_)};
}

bool Obstacles::covers_disc(const Box& area, std::size_t except) const {
  const double margin = widest_ + label_clearance;
  const Vec reach = upright_half(area) + Vec{margin, margin};
  const auto [left, top] = cell_of(area.center - reach);
  const auto [right, bottom] = cell_of(area.center + reach);
  for (std::size_t row = top; row <= bottom; ++row) {
    for (std::size_t column = left; column <= right; ++column) {
      for (const std::size_t i : cells_[row * columns_ + column]) {
        if (i == except) continue;
        if (distance(area, discs_[i].center) < discs_[i].radius + label_clearance) return true;
      }
    }
  }
  return false;
}

bool Obstacles::is_free(const LabelPlace& place, std::size_t own) const {
  const Box around = grown(place.box, label_clearance);
  if (!holds(frame_, around) || covers_disc(place.box, discs_.size())) return false;
  const Box leader = place.leader ? box_around(*place.leader, 0) : place.box;
  if (place.leader && covers_disc(leader, own)) return false;
  return std::ranges::none_of(boxes_, [&](const Box& box) {
    return overlap(around, box) || (place.leader && overlap(leader, box));
  });
}

double Obstacles::confusion_cost(const LabelPlace& place, std::size_t own) const {
  constexpr double near = 7;  // pixels
  return place.leader && covers_disc(grown(place.box, near), own) ? confusing_cost : 0;
}

double Obstacles::crossing_cost(const LabelPlace& place) const {
  const Box letters = grown(place.box, label_clearance);
  const Box leader = place.leader ? box_around(*place.leader, 0.5) : letters;
  double cost = 0;
  for (const Box& stroke : strokes_) {
    if (overlap(letters, stroke)) cost += line_cost;
    if (place.leader && overlap(leader, stroke)) cost += leader_cost;
  }
  return cost;
}

}  // namespace pfsday::chart
