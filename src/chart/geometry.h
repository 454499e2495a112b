// Places and extents on the page, in pixels; x runs to the right, y runs down.
//
//   const Box label{.center = {120, 80}, .half = {40, 8}, .angle = -0.5};
//   if (overlap(label, box_around({0, 0}, {200, 100}, 2))) ...   // crosses that line of width 4
#pragma once

namespace pfsday::chart {

struct Vec {
  double x = 0;
  double y = 0;
  friend bool operator==(const Vec&, const Vec&) = default;
};

inline Vec operator+(Vec a, Vec b) { return {a.x + b.x, a.y + b.y}; }
inline Vec operator-(Vec a, Vec b) { return {a.x - b.x, a.y - b.y}; }
inline Vec operator*(double factor, Vec v) { return {factor * v.x, factor * v.y}; }
double length(Vec v);

/// A rectangle turned about its center.
struct Box {
  Vec center = {};
  Vec half = {};     ///< half its width and height
  double angle = 0;  ///< radians, clockwise on the page
};

struct Segment {
  Vec from = {};
  Vec to = {};
};

/// The box whose long axis runs from `from` to `to`, `half_width` wide on either side.
Box box_around(const Segment& segment, double half_width);

/// True if the boxes share an area; boxes that only touch do not.
bool overlap(const Box& a, const Box& b);

/// True if all of `inner` lies in `outer`, which is upright.
bool holds(const Box& outer, const Box& inner);

/// Half the width and height of the upright box around a box.
Vec upright_half(const Box& box);

/// From a point to the nearest point of the box; 0 inside.
double distance(const Box& box, Vec point);

/// The point of the box that is nearest to `point`.
Vec nearest_point(const Box& box, Vec point);

}  // namespace pfsday::chart
