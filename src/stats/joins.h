// Lines of neighboring segments made to meet; a part of breaks.h.
//
// Segment t has the free line v_t with covariance h_t. Where neighbors t and t + 1 shall meet at
// c_t, d_t = v_t(c_t) - v_(t+1)(c_t) is their gap, and with
//   C_tt = h_t(c_t, c_t) + h_(t+1)(c_t, c_t),   C_t,t+1 = -h_(t+1)(c_t, c_(t+1)),   C l = d
// the sum of squares grows by d'l, and line t becomes
//   v_t(z) - h_t(z, c_t) l_t + h_t(z, c_(t-1)) l_(t-1)
// (least squares under linear constraints; C is tridiagonal because a line has two neighbors).
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "stats/breaks.h"
#include "stats/segments.h"

namespace pfsday::stats {

/// A partition and how its neighbors meet.
struct Joints {
  std::size_t breaks = 0;
  std::array<SegmentLine, most_breaks + 1> lines = {};
  std::array<double, most_breaks> at = {};     ///< where neighbors meet; of crossings, once known
  std::array<bool, most_breaks> crosses = {};  ///< meets wherever the lines cross: no constraint
  std::array<double, most_breaks> pull = {};   ///< l, once solved
};

/// Sets `pull`; returns the sum of squares of all segments. Crossings count as free here.
double solve_joints(Joints& joints);

/// Line t after solve_joints; its `squares` are those about the changed line.
SegmentLine joined_line(const Joints& joints, std::size_t t);

/// Where two lines cross; not finite for parallel lines.
double crossing_of(const SegmentLine& a, const SegmentLine& b);

}  // namespace pfsday::stats
