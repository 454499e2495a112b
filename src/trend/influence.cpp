#include "trend/influence.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/stable_order.h"

namespace pfsday::trend {
namespace {

/// The numbers of a fit, and the line through some of them.
class Lines {
 public:
  explicit Lines(const Fit& fit) : slope_(fit.line.slope) {
    for (const Point& point : fit.points) {
      x_.push_back(fit.axis->years(point.date));
      y_.push_back(std::log10(point.value));
    }
  }

  /// Adds what the points at the given places, ascending, do; nothing where too few remain.
  void add_without(std::string name, std::span<const std::size_t> places) {
    std::vector<double> x, y;
    for (std::size_t i = 0; i < x_.size(); ++i) {
      if (std::ranges::binary_search(places, i)) continue;
      x.push_back(x_[i]);
      y.push_back(y_[i]);
    }
    const auto line = stats::fit_line(x, y);
    if (!line) return;
    influences_.push_back({.name = std::move(name),
                           .systems = places.size(),
                           .slope = line->slope,
                           .change = line->slope - slope_});
  }

  std::vector<Influence> take() {
    sort_stably(influences_, [](const Influence& i) { return -std::abs(i.change); });
    return std::move(influences_);
  }

 private:
  double slope_;
  std::vector<double> x_, y_;
  std::vector<Influence> influences_;
};

}  // namespace

std::vector<Influence> leave_one_out(const Fit& fit) {
  Lines lines(fit);
  for (std::size_t i = 0; i < fit.points.size(); ++i) {
    lines.add_without(fit.points[i].id, std::span(&i, 1));
  }
  return lines.take();
}

std::vector<Influence> leave_one_organization_out(const Fit& fit, std::span<const System> systems) {
  std::map<std::string_view, const System*> by_id;
  for (const System& system : systems) by_id.emplace(system.id, &system);
  std::map<std::string, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < fit.points.size(); ++i) {
    const auto system = by_id.find(fit.points[i].id);
    if (system == by_id.end()) continue;
    for (const std::string& name : system->second->organizations) places[name].push_back(i);
  }
  Lines lines(fit);
  for (const auto& [name, of_it] : places) lines.add_without(name, of_it);
  return lines.take();
}

}  // namespace pfsday::trend
