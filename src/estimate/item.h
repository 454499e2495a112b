// What a total is made of: each phase of a run and each run it descends from, counted or not, and
// why.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "estimate/estimate.h"
#include "estimate/hardware_time.h"
#include "estimate/lineage.h"
#include "estimate/network_count.h"
#include "estimate/phase.h"
#include "estimate/view.h"

namespace pfsday::estimate {

/// A phase by each method there are inputs for.
struct PhaseProducts {
  std::optional<Summand> stated = {};  ///< counting, by the factors that the source states
  std::optional<Summand> layers = {};  ///< counting, by the layers of the network
  std::optional<Summand> hardware = {};
  std::optional<Summand> metered = {};
  std::optional<Summand> reported = {};
  std::optional<CountedExample> example = {};  ///< of the layers
  std::optional<HardwareFactors> time = {};    ///< of `hardware`

  /// Counting: by the stated factors, else by the layers.
  const Summand* counting() const;
};

/// Errors: those of resolving the hardware, of reading and counting a network.
Result<PhaseProducts> multiply_phase(const Phase& phase, const ReadFile& read_file);

/// The method that the phase asks for; else a complete count, meters, hardware time, what is
/// reported, an incomplete count.
const Summand& best_of(const PhaseProducts& products, const Phase& phase);

struct Item {
  std::string name = {};
  Purpose purpose = Purpose::pretrain;
  Passes passes = Passes::training;
  std::optional<units::Date> start = {};
  std::optional<units::Date> end = {};
  /// By the best method; of a parent, the total of its own phases under the same view. None where a
  /// parent that is not counted has no such total.
  std::optional<Estimate> estimate = {};
  Decision decision = {};
  /// Of a parent: its relation to the run that builds on it, and the id of its run where it has
  /// one.
  std::optional<Relation> relation = {};
  std::string run = {};
};

/// Items, and the summands of those that are counted.
struct Itemized {
  std::vector<Item> items = {};
  std::vector<Summand> counted = {};
};

/// The phases of the run by their best method. `products` are those of its phases.
///   errors  those of decide, add_up
Result<Itemized> itemize_phases(const Run& run, std::span<const PhaseProducts> products,
                                const View& view, const uncertainty::Options& options);

/// What the run descends from; amounts of different runs are different variables.
///   errors  those of trace_lineage, decide, and of estimating what is counted
Result<Itemized> itemize_lineage(const Run& run, const ReadFile& read_file, const View& view,
                                 const uncertainty::Options& options);

}  // namespace pfsday::estimate
