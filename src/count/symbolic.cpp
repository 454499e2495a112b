#include "count/symbolic.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "count/formula_search.h"

namespace pfsday::count {
namespace {

/// Sizes around which the formulas are sought, in this order. 12 and 48 have many divisors, since
/// models ask for multiples; at 288 a mask of a byte for each pair of positions is too large to be
/// folded; at 4104 the usual windows are full; some models allow a few positions only.
constexpr std::int64_t bases[] = {12, 48, 288, 4104, 2};

constexpr std::size_t all_figures = (graph::pass_count + 1) * figure_count;

Formula& formula_at(Symbolic& symbolic, std::size_t figure) {
  return symbolic.formulas[figure / figure_count][figure % figure_count];
}

/// A model is of no use without these.
bool is_needed(std::size_t figure) {
  const auto kind = static_cast<Figure>(figure % figure_count);
  return kind == Figure::flop || kind == Figure::macs;
}

std::string name_of(std::size_t figure) {
  const std::size_t pass = figure / figure_count;
  const std::string_view name =
      pass == Symbolic::total ? "total" : graph::to_string(static_cast<graph::Pass>(pass));
  return fmt::format("{} {}", name, to_string(static_cast<Figure>(figure % figure_count)));
}

struct Missing {
  std::size_t needed = 0;
  std::size_t other = 0;
  friend auto operator<=>(const Missing&, const Missing&) = default;
};

Missing missing_of(Symbolic& symbolic) {
  Missing missing;
  for (std::size_t figure = 0; figure < all_figures; ++figure) {
    if (formula_at(symbolic, figure).found()) continue;
    ++(is_needed(figure) ? missing.needed : missing.other);
  }
  return missing;
}

/// Whether every formula holds at that point.
bool all_hold(Symbolic& symbolic, FormulaSearch& search, const Point& point) {
  for (std::size_t figure = 0; figure < all_figures; ++figure) {
    const Formula& formula = formula_at(symbolic, figure);
    if (formula.found() && !search.holds(formula, figure, point)) return false;
  }
  return true;
}

/// The least size along one axis at which the formulas hold, the others at the base; by bisection.
std::int64_t find_start(Symbolic& symbolic, FormulaSearch& search, std::size_t axis) {
  std::int64_t fails = 0;
  std::int64_t holds = search.base()[axis];
  while (holds - fails > 1) {
    Point point = search.base();
    point[axis] = std::midpoint(fails, holds);
    (all_hold(symbolic, search, point) ? holds : fails) = point[axis];
  }
  return holds;
}

/// From the base down: in each size alone, then in all of them.
void find_ranges(Symbolic& symbolic, FormulaSearch& search) {
  Point corner = search.base();
  for (std::size_t axis = 0; axis < corner.size(); ++axis) {
    corner[axis] = find_start(symbolic, search, axis);
  }
  if (!all_hold(symbolic, search, corner)) {  // sizes of 1 are where broadcasting is special
    for (std::int64_t& size : corner) size = std::max<std::int64_t>(size, 2);
  }
  if (!all_hold(symbolic, search, corner)) corner = search.base();
  symbolic.ranges.clear();
  for (std::size_t axis = 0; axis < corner.size(); ++axis) {
    symbolic.ranges.push_back({.from = corner[axis], .to = search.end_of(axis)});
  }
}

Symbolic search_around(Samples& samples, Point base) {
  FormulaSearch search(samples, std::move(base));
  Symbolic symbolic;
  symbolic.base = search.base();
  symbolic.fresh = search.fresh_points().size();
  for (std::size_t figure = 0; figure < all_figures; ++figure) {
    formula_at(symbolic, figure) = search.find(figure);
  }
  find_ranges(symbolic, search);
  return symbolic;
}

/// Takes the formulas that only another base gives, each with its own ranges.
void fill_missing(Symbolic& symbolic, Symbolic& other) {
  for (std::size_t figure = 0; figure < all_figures; ++figure) {
    Formula& formula = formula_at(symbolic, figure);
    if (formula.found() || !formula_at(other, figure).found()) continue;
    formula = formula_at(other, figure);
    formula.ranges = other.ranges;
  }
}

/// From the first base that gives all that is needed, the rest from later ones; none if the model
/// is valid at none of them.
std::optional<Symbolic> search_bases(Samples& samples) {
  std::optional<Symbolic> best;
  for (const std::int64_t size : bases) {
    Point base(samples.names().size(), size);
    if (!samples.is_valid(base)) continue;
    Symbolic found = search_around(samples, std::move(base));
    if (best && missing_of(*best).needed == 0) {
      fill_missing(*best, found);
    } else if (!best || missing_of(found) < missing_of(*best)) {
      best = std::move(found);
    }
    if (missing_of(*best) == Missing{} || samples.exhausted()) break;
  }
  return best;
}

std::unexpected<Error> refuse(Symbolic& symbolic, const Samples& samples) {
  const std::string hint =
      fmt::format("bind {} of {} with --bind", samples.names().size() > 1 ? "one" : "the size",
                  fmt::join(samples.names(), ", "));
  if (samples.exhausted()) {
    return fail(Code::limit_exceeded,
                fmt::format("a formula in {} takes more than {} counts",
                            fmt::join(samples.names(), ", "), most_counts),
                hint);
  }
  for (std::size_t figure = 0; figure < all_figures; ++figure) {
    const Formula& formula = formula_at(symbolic, figure);
    if (formula.found() || !is_needed(figure)) continue;
    return fail(Code::no_formula,
                fmt::format("{} has no formula: {}", name_of(figure), formula.reason), hint);
  }
  return fail(Code::no_formula, "there is no formula", hint);
}

}  // namespace

std::string_view to_string(Figure figure) {
  static constexpr std::string_view names[figure_count] = {
      "mul", "add", "div", "special", "compare", "bytes", "flop", "products", "macs", "other"};
  return names[static_cast<std::size_t>(figure)];
}

Result<Symbolic> find_formulas(std::vector<std::string> names, const CountAt& count_at) {
  Samples samples(names, count_at);
  std::optional<Symbolic> found = search_bases(samples);
  if (!found) return fail(*samples.at(Point(names.size(), bases[0])).fault);
  if (missing_of(*found).needed > 0) return refuse(*found, samples);
  found->counted = samples.size();
  found->names = std::move(names);
  return *std::move(found);
}

}  // namespace pfsday::count
