// Which of its places each label takes, so that no two labels overlap. A label that finds no place
// worth its cost is left out.
//
//   std::vector<WantedLabel> labels = {{.places = places_around(0, {40, 7}, obstacles, 80)}, ...};
//   const auto chosen = choose_places(labels);   // chosen[i]: index into labels[i].places, or none
//
// The method is local search: each label in turn moves to a cheaper place, also where up to three
// others have to move away or go, as long as all costs together fall. It has no randomness, so a
// chart is the same on each run.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "chart/obstacles.h"

namespace pfsday::chart {

struct WantedLabel {
  std::vector<LabelPlace> places = {};
  double missing_cost = 100;  ///< of leaving it out; dearer places are not taken
};

std::vector<std::optional<std::size_t>> choose_places(std::span<const WantedLabel> labels);

}  // namespace pfsday::chart
