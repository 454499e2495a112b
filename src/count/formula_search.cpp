#include "count/formula_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace pfsday::count {
namespace {

constexpr std::int64_t largest_period = 32;
constexpr int largest_degree = 6;
/// How far beyond the base the fresh sizes lie: near ones with many remainders, and far ones, which
/// windows and logarithms do not follow. The far ones have the remainders of the base, so that a
/// model that asks for multiples takes them.
constexpr std::int64_t near_reach = 113;
constexpr std::int64_t near_count = 6;
constexpr std::int64_t far_offsets[] = {96, 288, 1056, 4128};

/// Steps through all tuples below `limits`, the last place running fastest; false after the last.
bool advance(Point& digits, const Point& limits) {
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (++digits[i] < limits[i]) return true;
    digits[i] = 0;
  }
  return false;
}

const ResidueClass& class_of(const Formula& formula, const Point& point) {
  std::int64_t index = 0;
  for (std::size_t i = 0; i < point.size(); ++i) {
    index = index * formula.periods[i] + point[i] % formula.periods[i];
  }
  return formula.classes[static_cast<std::size_t>(index)];
}

/// Whether the differences of that order are all 0.
bool vanish(std::vector<Rational> values, int order) {
  for (int i = 0; i < order; ++i) {
    for (std::size_t k = 0; k + 1 < values.size(); ++k) values[k] = values[k + 1] + -values[k];
    values.pop_back();
  }
  return std::ranges::all_of(values, [](const Rational& v) { return v == Rational(); });
}

}  // namespace

std::size_t FormulaSearch::points_of(std::span<const AxisFit> fits) {
  std::size_t points = 1;
  for (const AxisFit& fit : fits) {
    points *= static_cast<std::size_t>(fit.period) * (static_cast<std::size_t>(fit.degree) + 1);
    if (points > most_counts) break;
  }
  return points;
}

FormulaSearch::FormulaSearch(Samples& samples, Point base)
    : samples_(samples), base_(std::move(base)) {
  for (std::size_t axis = 0; axis < base_.size(); ++axis) find_end(axis);
}

Formula FormulaSearch::find(std::size_t figure) {
  std::vector<AxisFit> fits;
  for (std::size_t axis = 0; axis < base_.size(); ++axis) {
    const auto fit = fit_axis(figure, axis);
    if (!fit) return {.reason = reason_along(axis)};
    fits.push_back(*fit);
  }
  samples_.plan(points_of(fits));
  if (samples_.exhausted()) return {.reason = "it takes too many counts"};
  Formula formula = build(figure, fits);
  if (!formula.found()) return {.reason = "for some remainders only some sizes are valid"};
  for (const Point& point : fresh_points()) {
    if (holds(formula, figure, point)) continue;
    return {.reason = fmt::format("what each of {} gives alone does not hold for {} together",
                                  fmt::join(samples_.names(), ", "), fmt::join(point, ", "))};
  }
  return formula;
}

bool FormulaSearch::holds(const Formula& formula, std::size_t figure, const Point& point) {
  const ResidueClass& one = class_of(formula, point);
  const Sample& sample = samples_.at(point);
  if (sample.fault || !one.fault.empty()) return sample.fault && !one.fault.empty();
  return evaluate(one.polynomial, point) == sample.figures[figure];
}

std::vector<std::int64_t> FormulaSearch::fresh_offsets(std::size_t axis) const {
  std::vector<std::int64_t> offsets;
  const std::int64_t reach = std::min(near_reach, ends_[axis].value_or(near_reach));
  for (std::int64_t j = 1; j <= near_count; ++j) offsets.push_back(reach * j / near_count);
  for (const std::int64_t offset : far_offsets) {
    if (offset > near_reach) offsets.push_back(std::min(offset, ends_[axis].value_or(offset)));
  }
  return offsets;
}

std::vector<Point> FormulaSearch::fresh_points() const {
  if (base_.empty()) return {};
  std::vector<std::vector<std::int64_t>> offsets;
  for (std::size_t axis = 0; axis < base_.size(); ++axis) offsets.push_back(fresh_offsets(axis));
  std::vector<Point> points;
  for (std::size_t j = 0; j < offsets[0].size(); ++j) {
    Point point = base_;
    for (std::size_t axis = 0; axis < base_.size(); ++axis) {
      const std::size_t turn = j < near_count ? (j + 2 * axis) % near_count : j;
      point[axis] += offsets[axis][turn];
    }
    points.push_back(std::move(point));
  }
  return points;
}

std::int64_t FormulaSearch::end_of(std::size_t axis) const {
  return ends_[axis] ? base_[axis] + *ends_[axis] : 0;
}

Point FormulaSearch::moved(std::size_t axis, std::int64_t by) const {
  Point point = base_;
  point[axis] += by;
  return point;
}

/// The last offset between the two that the model takes, which may ask for multiples.
std::int64_t FormulaSearch::last_valid(std::size_t axis, std::int64_t valid, std::int64_t invalid) {
  constexpr std::int64_t step = 12;
  while (invalid - valid > step) {
    const std::int64_t middle = valid + (invalid - valid) / (2 * step) * step;
    if (middle == valid) break;
    (samples_.is_valid(moved(axis, middle)) ? valid : invalid) = middle;
  }
  std::int64_t last = valid;
  for (std::int64_t offset = valid + 1; offset < invalid; ++offset) {
    if (samples_.is_valid(moved(axis, offset))) last = offset;
  }
  return last;
}

void FormulaSearch::find_end(std::size_t axis) {
  std::int64_t valid = 0;
  for (const std::int64_t offset : far_offsets) {
    if (!samples_.is_valid(moved(axis, offset))) {
      ends_.emplace_back(last_valid(axis, valid, offset));
      return;
    }
    valid = offset;
  }
  ends_.emplace_back(std::nullopt);
}

/// The degree of the figure at base + start + k period, k = 0, 1, ...: of the differences one order
/// higher, two are 0. Where the model is invalid all along, there is nothing to fit.
std::optional<int> FormulaSearch::degree_along(std::size_t figure, std::size_t axis,
                                               std::int64_t start, std::int64_t period) {
  for (int degree = 0; degree <= largest_degree; ++degree) {
    const std::int64_t count = degree + 3;
    std::vector<Rational> values;
    for (std::int64_t k = 0; k < count; ++k) {
      const Sample& sample = samples_.at(moved(axis, start + k * period));
      if (!sample.fault) values.push_back(sample.figures[figure]);
    }
    if (values.empty()) return 0;
    if (values.size() < static_cast<std::size_t>(count)) return std::nullopt;
    if (vanish(std::move(values), degree + 1)) return degree;
  }
  return std::nullopt;
}

std::optional<FormulaSearch::AxisFit> FormulaSearch::fit_period(std::size_t figure,
                                                                std::size_t axis,
                                                                std::int64_t period) {
  AxisFit fit{.period = period};
  for (std::int64_t start = 0; start < period; ++start) {
    const auto degree = degree_along(figure, axis, start, period);
    if (!degree) return std::nullopt;
    fit.degree = std::max(fit.degree, *degree);
  }
  std::vector<AxisFit> fits(base_.size());
  fits[axis] = fit;
  const Formula formula = build(figure, fits);
  if (!formula.found()) return std::nullopt;
  for (const std::int64_t offset : fresh_offsets(axis)) {
    if (!holds(formula, figure, moved(axis, offset))) return std::nullopt;
  }
  return fit;
}

std::optional<FormulaSearch::AxisFit> FormulaSearch::fit_axis(std::size_t figure,
                                                              std::size_t axis) {
  for (std::int64_t period = 1; period <= largest_period && !samples_.exhausted(); ++period) {
    if (auto fit = fit_period(figure, axis, period)) return fit;
  }
  return std::nullopt;
}

/// Interpolates from base upward; none if only some of the sizes are valid.
std::optional<ResidueClass> FormulaSearch::interpolate_class(std::size_t figure,
                                                             std::span<const AxisFit> fits,
                                                             Point residues) {
  std::vector<Progression> axes;
  Point counts;
  for (std::size_t axis = 0; axis < fits.size(); ++axis) {
    const std::int64_t period = fits[axis].period;
    const std::int64_t start = (residues[axis] - base_[axis] % period + period) % period;
    counts.push_back(fits[axis].degree + 1);
    axes.push_back({.first = base_[axis] + start,
                    .step = period,
                    .count = static_cast<std::size_t>(fits[axis].degree) + 1});
  }
  std::vector<Rational> values;
  std::string fault;
  std::size_t points = 0;
  Point index(fits.size());
  do {
    Point point;
    for (std::size_t axis = 0; axis < fits.size(); ++axis) {
      point.push_back(axes[axis].first + index[axis] * axes[axis].step);
    }
    const Sample& sample = samples_.at(point);
    ++points;
    if (sample.fault) {
      fault = sample.fault->what;
    } else {
      values.push_back(sample.figures[figure]);
    }
  } while (advance(index, counts));
  if (values.empty()) return ResidueClass{.residues = std::move(residues), .fault = fault};
  if (values.size() < points) return std::nullopt;
  return ResidueClass{.residues = std::move(residues),
                      .polynomial = interpolate(axes, std::move(values))};
}

Formula FormulaSearch::build(std::size_t figure, std::span<const AxisFit> fits) {
  Formula formula;
  for (const AxisFit& fit : fits) formula.periods.push_back(fit.period);
  Point residues(fits.size());
  do {
    auto one = interpolate_class(figure, fits, residues);
    if (!one || one->polynomial.overflowed()) return {};
    formula.classes.push_back(*std::move(one));
  } while (advance(residues, formula.periods));
  return formula;
}

/// What is wrong along one axis, with the sizes that show it.
std::string FormulaSearch::reason_along(std::size_t axis) {
  const std::string& name = samples_.names()[axis];
  std::string reason = fmt::format(
      "it is no polynomial in {} of degree {} or less, nor one for each remainder of {} by any "
      "number up to {}",
      name, largest_degree, name, largest_period);
  const Sample& sample = samples_.at(moved(axis, 1));
  if (sample.fault && sample.fault->code != Code::limit_exceeded) {
    reason += fmt::format("; {} = {} alone is no valid size: {}", name, base_[axis] + 1,
                          sample.fault->what);
  }
  return reason;
}

}  // namespace pfsday::count
