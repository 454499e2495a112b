#include "chart/label_places.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace pfsday::chart {
namespace {

constexpr double gap = 4;               ///< pixels between a point and its label
constexpr double leader_gap = 3;        ///< pixels between a leader and its label
constexpr double distance_cost = 0.06;  ///< for each pixel that a label stands away

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
  const double distance = length(end - disc.center);
  const Vec along = (1 / distance) * (end - disc.center);
  return {.from = disc.center + disc.radius * along,
          .to = disc.center + std::max(disc.radius, distance - leader_gap) * along};
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
  for (const double away : {14.0, 22.0, 32.0, 44.0, 60.0, 80.0, 105.0, 140.0, 180.0}) {
    if (away > farthest) break;
    const int directions = away < 60 ? 16 : 32;
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

}  // namespace

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

std::vector<LabelPlace> places_beside(const Segment& line, Vec half, const Obstacles& obstacles) {
  constexpr double step = 6;  // pixels from one candidate to the next
  std::vector<LabelPlace> places;
  const auto [foot, top] = line;
  for (double y = foot.y - half.y - gap; y > top.y + half.y; y -= step) {
    const double cost = 4 * (foot.y - y) / (foot.y - top.y);
    for (const double side : {1.0, -1.0}) {
      const Vec center = {foot.x + side * (half.x + 1.5 * gap), y};
      keep_if_free({.box = {.center = center, .half = half}, .cost = cost + (side < 0 ? 0.5 : 0)},
                   obstacles, obstacles.disc_count(), places);
    }
  }
  return places;
}

}  // namespace pfsday::chart
