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
constexpr double missing_cost = 100;    ///< of a label left out: above any place
constexpr double conflict_cost = 300;   ///< of two labels that overlap: above leaving one out
constexpr int max_rounds = 30;

Box grown(Box box, double by) {
  box.half = box.half + Vec{by, by};
  return box;
}

bool covers_disc(const Box& box, const Disc& disc) {
  return distance(box, disc.center) < disc.radius + clearance;
}

/// True if the place is inside the frame, its box covers no disc and its leader meets only its own.
bool is_free(const LabelPlace& place, const Obstacles& obstacles, std::size_t own) {
  if (!holds(obstacles.frame, grown(place.box, clearance))) return false;
  for (std::size_t i = 0; i < obstacles.discs.size(); ++i) {
    const Disc& disc = obstacles.discs[i];
    if (covers_disc(place.box, disc)) return false;
    if (place.leader && i != own && covers_disc(box_around(*place.leader, 0), disc)) return false;
  }
  return true;
}

/// Of a place whose letters lie on lines, or, far less bad, whose leader crosses them.
double crossing_cost(const LabelPlace& place, const Obstacles& obstacles) {
  double cost = 0;
  for (const Segment& line : obstacles.lines) {
    const Box stroke = box_around(line, 0.5);
    if (overlap(grown(place.box, clearance), stroke)) cost += line_cost;
    if (place.leader && overlap(box_around(*place.leader, 0.5), stroke)) cost += leader_cost;
  }
  return cost;
}

void keep_if_free(LabelPlace place, const Obstacles& obstacles, std::size_t own,
                  std::vector<LabelPlace>& places) {
  if (!is_free(place, obstacles, own)) return;
  place.cost += crossing_cost(place, obstacles);
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
    const Box box = box_beside(obstacles.discs[own], side.direction, gap, half);
    keep_if_free({.box = box, .cost = side.cost}, obstacles, own, places);
  }
}

/// Places away from the disc, tied to it by a leader.
void add_far_places(const Disc& disc, std::size_t own, Vec half, double extra_cost,
                    const Obstacles& obstacles, std::vector<LabelPlace>& places) {
  constexpr int directions = 16;
  for (const double away : {14.0, 22.0, 32.0, 44.0, 60.0, 80.0, 105.0}) {
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
      if (crossing_cost({.box = box}, obstacles) > 0) continue;
      keep_if_free({.box = box, .cost = cost}, obstacles, obstacles.discs.size(), places);
    }
  }
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

}  // namespace

std::vector<LabelPlace> places_around(std::size_t disc, Vec half, const Obstacles& obstacles,
                                      bool with_leaders) {
  std::vector<LabelPlace> places;
  add_close_places(disc, half, obstacles, places);
  if (with_leaders) add_far_places(obstacles.discs[disc], disc, half, 0, obstacles, places);
  return places;
}

std::vector<LabelPlace> places_along(const Segment& segment, Vec half, const Obstacles& obstacles) {
  constexpr int anchors = 20;
  constexpr double favorite = 0.85;  // lines that start alike are apart at their ends
  std::vector<LabelPlace> places;
  add_turned_places(segment, half, obstacles, places);
  for (int i = 1; i < anchors; ++i) {
    const double share = static_cast<double>(i) / anchors;
    const Disc anchor{.center = segment.from + share * (segment.to - segment.from)};
    const double extra_cost = 20 + 10 * std::abs(share - favorite);  // above any turned place
    add_far_places(anchor, obstacles.discs.size(), half, extra_cost, obstacles, places);
  }
  return places;
}

std::vector<std::optional<std::size_t>> choose_places(AllPlaces places) {
  Choice choice(places.size());
  for (int round = 0; round < max_rounds; ++round) {
    bool moved = false;
    for (std::size_t label = 0; label < places.size(); ++label) {
      const auto best = best_place(places, choice, label);
      moved |= best != choice[label];
      choice[label] = best;
    }
    if (!moved) break;
  }
  return choice;
}

}  // namespace pfsday::chart
