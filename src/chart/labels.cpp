#include "chart/labels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace pfsday::chart {
namespace {

constexpr double gap = 4;               ///< pixels between a point and its label
constexpr double clearance = 2;         ///< pixels between a label and anything else
constexpr double line_cost = 12;        ///< of a label that a line runs through
constexpr double leader_cost = 3;       ///< of a label that stands away, and
constexpr double distance_cost = 0.06;  ///< for each pixel that it does
constexpr double confusing_cost = 40;   ///< of a label that stands away, beside another point
constexpr double missing_cost = 100;    ///< of a label left out: above any place
constexpr double conflict_cost = 300;   ///< of two labels that overlap: above leaving one out
constexpr int max_rounds = 30;
constexpr int max_moves = 400;  ///< that are tried to make room for labels without a place
constexpr double cell = 40;     ///< pixels of the grid of discs

Box grown(Box box, double by) {
  box.half = box.half + Vec{by, by};
  return box;
}

void keep_if_free(LabelPlace place, const Obstacles& obstacles, std::size_t own,
                  std::vector<LabelPlace>& places) {
  if (!obstacles.is_free(place, own)) return;
  place.cost += obstacles.crossing_cost(place) + obstacles.confusion_cost(place, own);
  places.push_back(place);
}

/// The box whose nearest point to the disc lies `away` pixels from its edge, in that direction.
Box box_beside(const Disc& disc, Vec direction, double away, Vec half) {
  const double reach = disc.radius + away;
  const auto side = [](double d) { return std::abs(d) < 0.3 ? 0.0 : std::copysign(1.0, d); };
  return {.center = disc.center + reach * direction +
                    Vec{side(direction.x) * half.x, side(direction.y) * half.y},
          .half = half};
}

Segment leader_to(const Box& box, const Disc& disc) {
  const Vec end = nearest_point(box, disc.center);
  const Vec along = end - disc.center;
  return {.from = disc.center + (disc.radius / length(along)) * along, .to = end};
}

void add_close_places(std::size_t own, Vec half, const Obstacles& obstacles,
                      std::vector<LabelPlace>& places) {
  constexpr double slant = std::numbers::sqrt2 / 2;
  const struct {
    Vec direction;
    double cost;
  } sides[] = {{{1, 0}, 0},           {{-1, 0}, 0.6},         {{0, -1}, 1.2},
               {{0, 1}, 1.4},         {{slant, -slant}, 0.8}, {{slant, slant}, 0.9},
               {{-slant, -slant}, 1}, {{-slant, slant}, 1.1}};
  for (const auto& side : sides) {
    const Box box = box_beside(obstacles.disc(own), side.direction, gap, half);
    keep_if_free({.box = box, .cost = side.cost}, obstacles, own, places);
  }
}

/// Places away from the disc, tied to it by a leader.
void add_far_places(const Disc& disc, std::size_t own, Vec half, double extra_cost, double farthest,
                    const Obstacles& obstacles, std::vector<LabelPlace>& places) {
  constexpr int directions = 16;
  for (const double away : {14.0, 22.0, 32.0, 44.0, 60.0, 80.0, 105.0, 140.0, 180.0}) {
    if (away > farthest) break;
    for (int i = 0; i < directions; ++i) {
      const double angle = 2 * std::numbers::pi * i / directions;
      const Box box = box_beside(disc, {std::cos(angle), std::sin(angle)}, away, half);
      keep_if_free({.box = box,
                    .leader = leader_to(box, disc),
                    .cost = extra_cost + leader_cost + distance_cost * away},
                   obstacles, own, places);
    }
  }
}

/// Places turned with the segment, close above or below it, where they meet no other line: letters
/// between two lines could belong to either.
void add_turned_places(const Segment& segment, Vec half, const Obstacles& obstacles,
                       std::vector<LabelPlace>& places) {
  constexpr double step = 6;         // pixels from one candidate to the next
  constexpr double favorite = 0.62;  // of the way along
  const double total = length(segment.to - segment.from);
  const Vec along = (1 / total) * (segment.to - segment.from);
  const Vec above = {along.y, -along.x};
  for (double at = half.x; at <= total - half.x; at += step) {
    for (const double side : {1.0, -1.0}) {
      const Box box{.center = segment.from + at * along + side * (half.y + gap) * above,
                    .half = half,
                    .angle = std::atan2(along.y, along.x)};
      const double cost = 4 * std::abs(at / total - favorite) + (side < 0 ? 0.5 : 0);
      if (obstacles.crossing_cost({.box = box}) > 0) continue;
      keep_if_free({.box = box, .cost = cost}, obstacles, obstacles.disc_count(), places);
    }
  }
}

/// The point at that share of the path's length.
Vec point_along(std::span<const Vec> path, double share) {
  double total = 0;
  for (std::size_t i = 1; i < path.size(); ++i) total += length(path[i] - path[i - 1]);
  double rest = share * total;
  for (std::size_t i = 1; i < path.size(); ++i) {
    const double step = length(path[i] - path[i - 1]);
    if (rest <= step && step > 0) return path[i - 1] + (rest / step) * (path[i] - path[i - 1]);
    rest -= step;
  }
  return path.back();
}

bool in_conflict(const LabelPlace& a, const LabelPlace& b) {
  if (overlap(grown(a.box, clearance), b.box)) return true;
  const auto crosses = [](const LabelPlace& leading, const LabelPlace& other) {
    if (!leading.leader) return false;
    const Box leader = box_around(*leading.leader, 0.5);
    return overlap(leader, other.box) ||
           (other.leader && overlap(leader, box_around(*other.leader, 0.5)));
  };
  return crosses(a, b) || crosses(b, a);
}

using Choice = std::vector<std::optional<std::size_t>>;
using AllPlaces = std::span<const std::vector<LabelPlace>>;

double cost_beside_others(AllPlaces places, const Choice& choice, std::size_t label,
                          const LabelPlace& place) {
  double cost = place.cost;
  for (std::size_t other = 0; other < places.size(); ++other) {
    if (other == label || !choice[other]) continue;
    if (in_conflict(place, places[other][*choice[other]])) cost += conflict_cost;
  }
  return cost;
}

std::optional<std::size_t> best_place(AllPlaces places, const Choice& choice, std::size_t label) {
  std::optional<std::size_t> best;
  double least = missing_cost;
  for (std::size_t i = 0; i < places[label].size(); ++i) {
    if (places[label][i].cost >= least) continue;
    const double cost = cost_beside_others(places, choice, label, places[label][i]);
    if (cost < least) best = i, least = cost;
  }
  return best;
}

/// Moves every label to its cheapest place given all others, until none moves.
void settle(AllPlaces places, Choice& choice) {
  for (int round = 0; round < max_rounds; ++round) {
    bool moved = false;
    for (std::size_t label = 0; label < places.size(); ++label) {
      const auto best = best_place(places, choice, label);
      moved |= best != choice[label];
      choice[label] = best;
    }
    if (!moved) break;
  }
}

/// The only label in conflict with a place; none if there are no or several.
std::optional<std::size_t> only_blocker(AllPlaces places, const Choice& choice,
                                        const LabelPlace& place) {
  std::optional<std::size_t> blocker;
  for (std::size_t other = 0; other < places.size(); ++other) {
    if (!choice[other] || !in_conflict(place, places[other][*choice[other]])) continue;
    if (blocker) return std::nullopt;
    blocker = other;
  }
  return blocker;
}

/// Gives a label that has no place one from which a single other label can move away.
void make_room(AllPlaces places, Choice& choice, std::size_t label, int& moves_left) {
  for (std::size_t i = 0; i < places[label].size() && moves_left > 0; ++i) {
    const auto blocker = only_blocker(places, choice, places[label][i]);
    if (!blocker) continue;
    --moves_left;
    const auto before = choice[*blocker];
    choice[label] = i;
    choice[*blocker] = best_place(places, choice, *blocker);
    if (choice[*blocker]) return;
    choice[*blocker] = before;
    choice[label].reset();
  }
}

}  // namespace

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
  const double margin = widest_ + clearance;
  const Vec reach = upright_half(area) + Vec{margin, margin};
  const auto [left, top] = cell_of(area.center - reach);
  const auto [right, bottom] = cell_of(area.center + reach);
  for (std::size_t row = top; row <= bottom; ++row) {
    for (std::size_t column = left; column <= right; ++column) {
      for (const std::size_t i : cells_[row * columns_ + column]) {
        if (i == except) continue;
        if (distance(area, discs_[i].center) < discs_[i].radius + clearance) return true;
      }
    }
  }
  return false;
}

bool Obstacles::is_free(const LabelPlace& place, std::size_t own) const {
  const Box around = grown(place.box, clearance);
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
  const Box letters = grown(place.box, clearance);
  const Box leader = place.leader ? box_around(*place.leader, 0.5) : letters;
  double cost = 0;
  for (const Box& stroke : strokes_) {
    if (overlap(letters, stroke)) cost += line_cost;
    if (place.leader && overlap(leader, stroke)) cost += leader_cost;
  }
  return cost;
}

std::vector<LabelPlace> places_around(std::size_t disc, Vec half, const Obstacles& obstacles,
                                      double farthest) {
  std::vector<LabelPlace> places;
  add_close_places(disc, half, obstacles, places);
  add_far_places(obstacles.disc(disc), disc, half, 0, farthest, obstacles, places);
  return places;
}

std::vector<LabelPlace> places_along(std::span<const Vec> path, Vec half,
                                     const Obstacles& obstacles) {
  constexpr int anchors = 20;
  constexpr double favorite = 0.85;  // lines that start alike are apart at their ends
  std::vector<LabelPlace> places;
  if (path.size() == 2) add_turned_places({path[0], path[1]}, half, obstacles, places);
  for (int i = 1; i < anchors; ++i) {
    const double share = static_cast<double>(i) / anchors;
    const Disc anchor{.center = point_along(path, share)};
    const double extra_cost = 20 + 10 * std::abs(share - favorite);  // above any turned place
    add_far_places(anchor, obstacles.disc_count(), half, extra_cost, 105, obstacles, places);
  }
  return places;
}

std::vector<std::optional<std::size_t>> choose_places(AllPlaces places) {
  Choice choice(places.size());
  settle(places, choice);
  int moves_left = max_moves;
  for (std::size_t label = 0; label < places.size(); ++label) {
    if (!choice[label]) make_room(places, choice, label, moves_left);
  }
  settle(places, choice);
  return choice;
}

}  // namespace pfsday::chart
