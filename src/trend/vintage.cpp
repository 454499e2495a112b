#include "trend/vintage.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/stable_order.h"

namespace pfsday::trend {
namespace {

constexpr Change all_changes[] = {Change::removed,        Change::no_longer_in,
                                  Change::date_corrected, Change::value_corrected,
                                  Change::newly_in,       Change::added};

using PointMap = std::map<std::string, Point>;  // by id

struct Vintage {
  std::set<std::string> ids = {};  ///< of all its systems
  PointMap in = {};
};

Result<Vintage> select_from(std::span<const System> systems, const Selection& selection,
                            Quantity quantity) {
  Vintage vintage;
  for (const System& system : systems) vintage.ids.insert(system.id);
  for (Point& point : TRY(select(systems, selection, quantity))) {
    vintage.in.emplace(point.id, std::move(point));
  }
  return vintage;
}

Result<Fit> fit_map(const PointMap& points, const FitOptions& options) {
  std::vector<Point> list;
  for (const auto& [id, point] : points) list.push_back(point);
  return fit_exponential(list, options);
}

/// The ids that change in this way from `a` to `b`.
std::vector<std::string> changed(const Vintage& a, const Vintage& b, Change kind) {
  std::vector<std::string> ids;
  const auto& from = kind == Change::newly_in || kind == Change::added ? b.in : a.in;
  for (const auto& [id, point] : from) {
    const auto other_a = a.in.find(id), other_b = b.in.find(id);
    const bool in_both = other_a != a.in.end() && other_b != b.in.end();
    const bool applies = kind == Change::removed        ? !b.ids.contains(id)
                         : kind == Change::no_longer_in ? b.ids.contains(id) && !in_both
                         : kind == Change::date_corrected
                             ? in_both && other_a->second.date != other_b->second.date
                         : kind == Change::value_corrected
                             ? in_both && other_a->second.value != other_b->second.value
                         : kind == Change::newly_in ? a.ids.contains(id) && !in_both
                                                    : !a.ids.contains(id);
    if (applies) ids.push_back(id);
  }
  return ids;
}

/// Gives one point the state that it has in the second vintage.
void apply(PointMap& points, const Vintage& after, Change kind, const std::string& id) {
  switch (kind) {
    case Change::removed:
    case Change::no_longer_in:
      points.erase(id);
      break;
    case Change::date_corrected:
      points.at(id).date = after.in.at(id).date;
      break;
    case Change::value_corrected:
      points.at(id).value = after.in.at(id).value;
      break;
    case Change::newly_in:
    case Change::added:
      points.emplace(id, after.in.at(id));
      break;
  }
}

std::optional<double> value_in(const PointMap& points, const std::string& id) {
  const auto found = points.find(id);
  return found == points.end() ? std::nullopt : std::optional(found->second.value);
}

/// The changes of single systems, each from the first fit.
std::vector<Effect> effects_of(const Vintage& a, const Vintage& b, const Fit& fit,
                               const FitOptions& options) {
  std::vector<Effect> effects;
  PointMap points = a.in;
  for (const Change kind : all_changes) {
    for (const std::string& id : changed(a, b, kind)) {
      apply(points, b, kind, id);
      const auto with = fit_map(points, options);
      points.erase(id);
      if (const auto old = a.in.find(id); old != a.in.end()) points.insert(*old);
      if (!with) continue;
      effects.push_back({.name = id,
                         .kind = kind,
                         .before = value_in(a.in, id),
                         .after = value_in(b.in, id),
                         .change = with->line.slope - fit.line.slope});
    }
  }
  sort_stably(effects, [](const Effect& effect) { return -std::abs(effect.change); });
  return effects;
}

double median(std::vector<double> values) {
  const std::size_t middle = values.size() / 2;
  std::ranges::sort(values);
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

Matched match(std::span<const System> before, std::span<const System> after, Quantity quantity) {
  constexpr double tolerance = 1.05;
  std::map<std::string_view, double> values;
  for (const System& system : before) {
    const auto& amount = system.amount(quantity);
    if (amount && amount->bound == Bound::none && !system.name.empty()) {
      values.emplace(system.id, amount->value);
    }
  }
  Matched matched;
  std::vector<double> factors;
  for (const System& system : after) {
    const auto& amount = system.amount(quantity);
    const auto old = values.find(system.id);
    if (!amount || amount->bound != Bound::none || old == values.end()) continue;
    ++matched.common;
    const double factor = std::max(amount->value / old->second, old->second / amount->value);
    if (factor > tolerance) factors.push_back(factor);
  }
  matched.differ = factors.size();
  if (!factors.empty()) matched.median_factor = median(std::move(factors));
  return matched;
}

}  // namespace

std::string_view describe(Change change) {
  switch (change) {
    case Change::removed:
      return "removed from the table";
    case Change::no_longer_in:
      return "no longer selected";
    case Change::date_corrected:
      return "date corrected";
    case Change::value_corrected:
      return "value corrected";
    case Change::newly_in:
      return "newly selected";
    case Change::added:
      return "added to the table";
  }
  std::unreachable();
}

Result<VintageChange> compare_vintages(std::span<const System> before,
                                       std::span<const System> after, const Selection& selection,
                                       Quantity quantity, const FitOptions& options) {
  const Vintage a = TRY(select_from(before, selection, quantity));
  const Vintage b = TRY(select_from(after, selection, quantity));
  VintageChange result;
  result.before = TRY(fit_map(a.in, options));
  result.after = TRY(fit_map(b.in, options));
  PointMap points = a.in;
  double slope = result.before.line.slope;
  for (const Change kind : all_changes) {
    const auto ids = changed(a, b, kind);
    for (const std::string& id : ids) apply(points, b, kind, id);
    const Fit fit = TRY(fit_map(points, options));
    result.steps.push_back({kind, ids.size(), fit.line.n, fit.line.slope, fit.line.slope - slope});
    slope = fit.line.slope;
  }
  result.effects = effects_of(a, b, result.before, options);
  result.matched = match(before, after, quantity);
  return result;
}

}  // namespace pfsday::trend
