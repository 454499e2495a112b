#include "chart/geometry.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace pfsday::chart {
namespace {

Vec turn(Vec v, double angle) {
  if (angle == 0) return v;
  const double c = std::cos(angle), s = std::sin(angle);
  return {c * v.x - s * v.y, s * v.x + c * v.y};
}

double dot(Vec a, Vec b) { return a.x * b.x + a.y * b.y; }

/// Half the extent of a box along a unit vector.
double reach(const Box& box, Vec axis) {
  return box.half.x * std::abs(dot(axis, turn({1, 0}, box.angle))) +
         box.half.y * std::abs(dot(axis, turn({0, 1}, box.angle)));
}

bool apart_along(Vec axis, const Box& a, const Box& b) {
  return std::abs(dot(axis, b.center - a.center)) >= reach(a, axis) + reach(b, axis);
}

}  // namespace

double length(Vec v) { return std::sqrt(dot(v, v)); }

Box box_around(const Segment& segment, double half_width) {
  const Vec along = segment.to - segment.from;
  return {.center = 0.5 * (segment.from + segment.to),
          .half = {length(along) / 2, half_width},
          .angle = std::atan2(along.y, along.x)};
}

bool overlap(const Box& a, const Box& b) {
  const Vec between = b.center - a.center;
  const double reaches = length(a.half) + length(b.half);
  if (dot(between, between) >= reaches * reaches) return false;  // the usual case, and cheap
  if (a.angle == 0 && b.angle == 0) {
    return std::abs(between.x) < a.half.x + b.half.x && std::abs(between.y) < a.half.y + b.half.y;
  }
  // Convex shapes are apart along the normal of a side.
  const Vec axes[] = {turn({1, 0}, a.angle), turn({0, 1}, a.angle), turn({1, 0}, b.angle),
                      turn({0, 1}, b.angle)};
  return std::ranges::none_of(axes, [&](Vec axis) { return apart_along(axis, a, b); });
}

bool holds(const Box& outer, const Box& inner) {
  const Vec offset = inner.center - outer.center;
  return std::abs(offset.x) + reach(inner, {1, 0}) <= outer.half.x &&
         std::abs(offset.y) + reach(inner, {0, 1}) <= outer.half.y;
}

Vec nearest_point(const Box& box, Vec point) {
  const Vec local = turn(point - box.center, -box.angle);
  const Vec inside = {std::clamp(local.x, -box.half.x, box.half.x),
                      std::clamp(local.y, -box.half.y, box.half.y)};
  return box.center + turn(inside, box.angle);
}

double distance(const Box& box, Vec point) { return length(point - nearest_point(box, point)); }

Vec upright_half(const Box& box) { return {reach(box, {1, 0}), reach(box, {0, 1})}; }

}  // namespace pfsday::chart
