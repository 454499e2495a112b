#include "chart/label_choice.h"

#include <algorithm>

namespace pfsday::chart {
namespace {

constexpr std::size_t most_blockers = 3;
constexpr int max_rounds = 20;
constexpr int max_moves = 2000;  ///< that push others away, tried in all
constexpr double least_gain = 1e-6;

bool in_conflict(const LabelPlace& a, const LabelPlace& b) {
  if (overlap(grown(a.box, label_clearance), b.box)) return true;
  const auto crosses = [](const LabelPlace& leading, const LabelPlace& other) {
    if (!leading.leader) return false;
    const Box leader = box_around(*leading.leader, 0.5);
    return overlap(leader, other.box) ||
           (other.leader && overlap(leader, box_around(*other.leader, 0.5)));
  };
  return crosses(a, b) || crosses(b, a);
}

/// An upright rectangle around a label with its leader, to tell most pairs apart at little cost.
struct Extent {
  Vec low;
  Vec high;
};

Extent extent_of(const LabelPlace& place) {
  const Vec half = upright_half(place.box) + Vec{label_clearance, label_clearance};
  Extent extent{place.box.center - half, place.box.center + half};
  if (!place.leader) return extent;
  for (const Vec end : {place.leader->from, place.leader->to}) {
    extent.low = {std::min(extent.low.x, end.x - 1), std::min(extent.low.y, end.y - 1)};
    extent.high = {std::max(extent.high.x, end.x + 1), std::max(extent.high.y, end.y + 1)};
  }
  return extent;
}

bool are_apart(const Extent& a, const Extent& b) {
  return a.high.x < b.low.x || b.high.x < a.low.x || a.high.y < b.low.y || b.high.y < a.low.y;
}

using Choice = std::vector<std::optional<std::size_t>>;

/// A choice without conflicts, made better step by step.
class Search {
 public:
  explicit Search(std::span<const WantedLabel> labels) : labels_(labels), choice_(labels.size()) {
    for (const WantedLabel& label : labels) {
      auto& extents = extents_.emplace_back();
      for (const LabelPlace& place : label.places) extents.push_back(extent_of(place));
    }
  }

  Choice run() {
    for (int round = 0; round < max_rounds; ++round) {
      bool moved = false;
      for (std::size_t label = 0; label < labels_.size(); ++label) moved |= improve(label);
      if (!moved) break;
    }
    return choice_;
  }

 private:
  double cost_of(std::size_t label) const {
    const auto& place = choice_[label];
    return place ? labels_[label].places[*place].cost : labels_[label].missing_cost;
  }

  /// The labels in the way of a place; one more than `most` stand for any number of them.
  std::vector<std::size_t> blockers(std::size_t label, std::size_t place, std::size_t most) const {
    std::vector<std::size_t> found;
    for (std::size_t other = 0; other < labels_.size() && found.size() <= most; ++other) {
      if (other == label || !choice_[other]) continue;
      if (are_apart(extents_[label][place], extents_[other][*choice_[other]])) continue;
      if (in_conflict(labels_[label].places[place], labels_[other].places[*choice_[other]])) {
        found.push_back(other);
      }
    }
    return found;
  }

  /// Moves a label to the cheapest place that is free; none where there is no place for it.
  void settle(std::size_t label) {
    choice_[label].reset();
    double least = labels_[label].missing_cost;
    for (std::size_t place = 0; place < labels_[label].places.size(); ++place) {
      const double cost = labels_[label].places[place].cost;
      if (cost >= least || !blockers(label, place, 0).empty()) continue;
      choice_[label] = place;
      least = cost;
    }
  }

  /// Takes the place and lets those in its way settle elsewhere; undone where that costs more.
  bool push_away(std::size_t label, std::size_t place, const std::vector<std::size_t>& others) {
    const Choice before = choice_;
    double gain = cost_of(label) - labels_[label].places[place].cost;
    for (const std::size_t other : others) {
      gain += cost_of(other);
      choice_[other].reset();
    }
    choice_[label] = place;
    for (const std::size_t other : others) {
      settle(other);
      gain -= cost_of(other);
    }
    if (gain > least_gain) return true;
    choice_ = before;
    return false;
  }

  /// Finds the label a cheaper place, if that is to be had.
  bool improve(std::size_t label) {
    const auto before = choice_[label];
    settle(label);
    bool moved = choice_[label] != before;
    for (std::size_t place = 0; place < labels_[label].places.size(); ++place) {
      if (labels_[label].places[place].cost >= cost_of(label) - least_gain) continue;
      const auto others = blockers(label, place, most_blockers);
      if (others.size() > most_blockers || moves_left_ == 0) continue;
      --moves_left_;
      moved |= push_away(label, place, others);
    }
    return moved;
  }

  std::span<const WantedLabel> labels_;
  std::vector<std::vector<Extent>> extents_ = {};  ///< of all places
  Choice choice_;
  int moves_left_ = max_moves;
};

}  // namespace

std::vector<std::optional<std::size_t>> choose_places(std::span<const WantedLabel> labels) {
  return Search(labels).run();
}

}  // namespace pfsday::chart
