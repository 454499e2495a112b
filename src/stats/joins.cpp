#include "stats/joins.h"

namespace pfsday::stats {
namespace {

/// C and d of the header; a crossing is the row l_t = 0.
struct Equations {
  std::array<double, most_breaks> diagonal = {}, next = {}, gap = {};
};

Equations equations_of(const Joints& joints) {
  Equations equations;
  for (std::size_t t = 0; t < joints.breaks; ++t) {
    const SegmentLine &left = joints.lines[t], &right = joints.lines[t + 1];
    const double c = joints.at[t];
    equations.diagonal[t] = 1;
    if (joints.crosses[t]) continue;
    equations.diagonal[t] = left.covariance(c, c) + right.covariance(c, c);
    equations.gap[t] = left.height(c) - right.height(c);
    if (t + 1 < joints.breaks && !joints.crosses[t + 1]) {
      equations.next[t] = -right.covariance(c, joints.at[t + 1]);
    }
  }
  return equations;
}

}  // namespace

double solve_joints(Joints& joints) {
  const Equations e = equations_of(joints);
  const std::size_t k = joints.breaks;
  std::array<double, most_breaks> diagonal = e.diagonal, right = e.gap;
  for (std::size_t t = 1; t < k; ++t) {
    const double factor = e.next[t - 1] / diagonal[t - 1];
    diagonal[t] -= factor * e.next[t - 1];
    right[t] -= factor * right[t - 1];
  }
  double squares = joints.lines[k].squares;
  for (std::size_t t = k; t-- > 0;) {
    const double after = t + 1 < k ? e.next[t] * joints.pull[t + 1] : 0;
    joints.pull[t] = (right[t] - after) / diagonal[t];
    squares += joints.lines[t].squares + e.gap[t] * joints.pull[t];
  }
  return squares;
}

SegmentLine joined_line(const Joints& joints, std::size_t t) {
  SegmentLine line = joints.lines[t];
  const double before = t > 0 ? joints.pull[t - 1] : 0;
  const double after = t < joints.breaks ? joints.pull[t] : 0;
  const double u = t > 0 ? joints.at[t - 1] - line.mean_x : 0;
  const double v = t < joints.breaks ? joints.at[t] - line.mean_x : 0;
  const double lift = (before - after) / line.n;
  const double turn = (u * before - v * after) * line.inverse_spread;
  line.mean_y += lift;
  line.slope += turn;
  line.squares += line.n * lift * lift + turn * turn / line.inverse_spread;
  return line;
}

double crossing_of(const SegmentLine& a, const SegmentLine& b) {
  return (b.height(0) - a.height(0)) / (a.slope - b.slope);
}

}  // namespace pfsday::stats
