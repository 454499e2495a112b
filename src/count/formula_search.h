// Seeks the formula of a figure around one point. Part of symbolic.cpp.
//
//   FormulaSearch search(samples, {48, 48});
//   const Formula formula = search.find(figure);
#pragma once

#include "count/samples.h"

namespace pfsday::count {

class FormulaSearch {
 public:
  /// `base` is a point at which the model is valid.
  FormulaSearch(Samples& samples, Point base);

  /// The formula of one figure; where there is none, the reason.
  Formula find(std::size_t figure);

  /// Whether the formula gives what counting gives, a fault included.
  bool holds(const Formula& formula, std::size_t figure, const Point& point);

  const Point& base() const { return base_; }
  /// Points off the axes, where all sizes differ from those that were interpolated.
  std::vector<Point> fresh_points() const;
  /// The largest size that the model allows; 0 where no end was met.
  std::int64_t end_of(std::size_t axis) const;

 private:
  /// How a figure depends on one size.
  struct AxisFit {
    std::int64_t period = 1;
    int degree = 0;
  };

  /// What `build` counts, as far as it is no more than `most_counts`.
  static std::size_t points_of(std::span<const AxisFit> fits);

  Point moved(std::size_t axis, std::int64_t by) const;
  std::int64_t last_valid(std::size_t axis, std::int64_t valid, std::int64_t invalid);
  void find_end(std::size_t axis);
  std::vector<std::int64_t> fresh_offsets(std::size_t axis) const;
  std::optional<int> degree_along(std::size_t figure, std::size_t axis, std::int64_t start,
                                  std::int64_t period);
  std::optional<AxisFit> fit_period(std::size_t figure, std::size_t axis, std::int64_t period);
  std::optional<AxisFit> fit_axis(std::size_t figure, std::size_t axis);
  std::optional<ResidueClass> interpolate_class(std::size_t figure, std::span<const AxisFit> fits,
                                                Point residues);
  Formula build(std::size_t figure, std::span<const AxisFit> fits);
  std::string reason_along(std::size_t axis);

  Samples& samples_;
  Point base_;
  /// How far beyond the base the model is valid; none where no end was met.
  std::vector<std::optional<std::int64_t>> ends_;
};

}  // namespace pfsday::count
