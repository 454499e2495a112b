// The two methods of 2018 on the inputs of a run, each with its arithmetic, and the total under a
// view.
//
//   const Run run = TRY(parse_run(text));
//   const Estimates estimates = TRY(estimate_run(run));
//   estimates.hardware->operations.mid   // 4.955e17
//   estimates.hardware->formula          // "2 chips x 5.5 days x ... = 4.955e17 operations"
//
// Counting:  operations per example x examples (x epochs x ...).
// Hardware:  chips x time x peak rate x utilization.
// Source of both: https://openai.com/index/ai-and-compute/, appendix.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "estimate/item.h"
#include "estimate/run.h"

namespace pfsday::estimate {

/// Both methods on one run, summed over the phases that the view counts, and the total with what
/// the run descends from. A method is absent where such a phase lacks its inputs; `missing` says
/// which.
struct Estimates {
  /// Counting, by the factors that the source states; of a phase without any, by its layers.
  std::optional<Estimate> stated_count = {};
  std::optional<Estimate> counted = {};  ///< counting, by the layers of the network
  std::optional<Estimate> hardware = {};
  std::vector<CountedExample> examples = {};  ///< one for each counted phase with a network
  std::vector<std::string> missing = {};

  const View* view = nullptr;
  std::vector<Item> items = {};              ///< all phases, then all ancestors
  std::vector<PhaseProducts> products = {};  ///< of all phases
  /// What is counted of `items`, each by its best method; none where nothing is.
  std::optional<Estimate> total = {};

  /// Those of counting() and hardware that are there.
  std::vector<const Estimate*> methods() const;
  /// By the stated factors, else by the layers; null where there is neither.
  const Estimate* counting() const;
  /// The indices of the phases that the view counts.
  std::vector<std::size_t> counted_phases() const;
  /// The total; null where there is none.
  const Estimate* headline() const { return total ? &*total : nullptr; }
};

struct EstimateOptions {
  ReadFile read_file = {};  ///< for runs that name model files or other runs
  std::string_view view = default_view;
  uncertainty::Options uncertainty = {};
};

/// Errors: those of find_view, multiply_phase, itemize_phases and itemize_lineage.
Result<Estimates> estimate_run(const Run& run, const EstimateOptions& options = {});

}  // namespace pfsday::estimate
