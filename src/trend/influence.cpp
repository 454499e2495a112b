#include "trend/influence.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/stable_order.h"

namespace pfsday::trend {
namespace {

/// The fit again, without some of its systems.
class Refits {
 public:
  Refits(const Fit& fit, const LeaveOut& study) : fit_(fit), study_(study) {
    study_.options.interval.method = IntervalMethod::t;  // only slopes are asked for
    study_.options.interval.noise_by_row = false;
    for (const Point& point : fit.points) ids_.insert(point.id);
  }

  /// Adds what the points at the given places, ascending, do; nothing where too few remain.
  /// `without` is the selection that leaves them out.
  void add(std::string name, std::span<const std::size_t> places, const Selection& without) {
    const std::vector<Point> points = study_.reselect ? select_again(without) : others(places);
    const auto fit = fit_exponential(points, study_.options);
    if (!fit) return;
    Influence influence{.name = std::move(name),
                        .systems = places.size(),
                        .n = points.size(),
                        .slope = fit->line.slope,
                        .change = fit->line.slope - fit_.line.slope};
    for (const Point& point : points) {
      if (!ids_.contains(point.id)) influence.entered.push_back(point.id);
    }
    influences_.push_back(std::move(influence));
  }

  std::vector<Influence> take() {
    sort_stably(influences_, [](const Influence& i) { return -std::abs(i.change); });
    return std::move(influences_);
  }

 private:
  std::vector<Point> others(std::span<const std::size_t> places) const {
    std::vector<Point> points;
    for (std::size_t i = 0; i < fit_.points.size(); ++i) {
      if (!std::ranges::binary_search(places, i)) points.push_back(fit_.points[i]);
    }
    return points;
  }
  /// Empty where there is no such selection: then too few remain.
  std::vector<Point> select_again(const Selection& without) const {
    auto points = select(study_.systems, without, study_.quantity);
    return points ? std::move(*points) : std::vector<Point>();
  }

  const Fit& fit_;
  LeaveOut study_;
  std::set<std::string_view> ids_;
  std::vector<Influence> influences_;
};

}  // namespace

std::vector<Influence> leave_one_out(const Fit& fit, const LeaveOut& study) {
  Refits refits(fit, study);
  for (std::size_t i = 0; i < fit.points.size(); ++i) {
    Selection without = study.selection;
    without.leave_out.push_back(fit.points[i].id);
    refits.add(fit.points[i].id, std::span(&i, 1), without);
  }
  return refits.take();
}

std::vector<Influence> leave_one_organization_out(const Fit& fit, const LeaveOut& study) {
  std::map<std::string_view, const System*> by_id;
  for (const System& system : study.systems) by_id.emplace(system.id, &system);
  std::map<std::string, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < fit.points.size(); ++i) {
    const auto system = by_id.find(fit.points[i].id);
    if (system == by_id.end()) continue;
    for (const std::string& name : system->second->organizations) places[name].push_back(i);
  }
  Refits refits(fit, study);
  for (const auto& [name, of_it] : places) {
    Selection without = study.selection;
    without.leave_out_organizations.push_back(name);
    refits.add(name, of_it, without);
  }
  return refits.take();
}

}  // namespace pfsday::trend
