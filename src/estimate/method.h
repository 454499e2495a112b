// The two methods of 2018 on the inputs of a run, each with its arithmetic.
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

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "estimate/run.h"
#include "uncertainty/evaluate.h"

namespace pfsday::estimate {

/// An amount of compute in operations; low and high where an interval is stated.
struct Amount {
  std::optional<double> low = {};
  double mid = 0;
  std::optional<double> high = {};
};

/// The bytes of a file that a run names; they stay valid while estimates are made.
using ReadFile = std::function<Result<importers::Bytes>(const std::string& path)>;

/// Never a bare double: the amount, how it was reached, and what was assumed.
struct Estimate {
  Amount operations = {};  ///< mid: the median, where there is an interval
  /// How the interval came about; none where all inputs are exact.
  std::optional<uncertainty::Evaluation> interval = {};
  std::string method = {};   ///< counting or hardware
  std::string formula = {};  ///< with the numbers filled in
  bool complete = true;      ///< if not, a lower bound: a model file has nodes nobody can count
  std::vector<std::string> assumptions = {};
  std::vector<Source> sources = {};
};

/// The operations of one example as we count them from the layers of a network.
struct CountedExample {
  std::string example = {};                          ///< image, word, ...
  double add_multiplies = 0;                         ///< of the forward pass
  std::optional<double> stated_add_multiplies = {};  ///< by the source
  double operations = 0;                             ///< forward and both gradients
  double forward_operations = 0;
  std::size_t uncounted_nodes = 0;
  std::string why = {};  ///< why it differs from what is stated
  std::vector<std::string> notes = {};
};

/// Both methods on one run, summed over its phases. A method is absent where a phase lacks its
/// inputs; `missing` says which.
struct Estimates {
  std::optional<Estimate> stated_count = {};  ///< counting, by the factors that the source states
  std::optional<Estimate> counted = {};       ///< counting, by the layers of the network
  std::optional<Estimate> hardware = {};
  /// Operations of all chips at their peak over the whole time; only with `hardware`.
  double available_operations = 0;
  std::vector<CountedExample> examples = {};  ///< one for each phase with a network
  std::vector<std::string> missing = {};

  /// Those of counting() and hardware that are there.
  std::vector<const Estimate*> methods() const;
  /// By the stated factors, else by the layers; null where there is neither.
  const Estimate* counting() const;
  /// A complete count, else hardware time; null where there is neither.
  const Estimate* headline() const;
};

/// Errors: those of `resolve`, of reading and counting the network; run_malformed where a product
/// leaves the range of numbers, or one name stands for different amounts.
Result<Estimates> estimate_run(const Run& run, const ReadFile& read_file = {},
                               const uncertainty::Options& options = {});

/// The factors of method 2, its peak and utilization looked up.
struct HardwareFactors {
  std::vector<Factor> available = {};  ///< chips, time, peak, named factors
  Factor utilization = {};
  std::vector<std::string> assumptions = {};
};

/// Faults: run_input_missing, chip_unknown, utilization_out_of_range, run_malformed (a kind of
/// utilization that nobody knows). A GPU without a stated utilization is assumed to reach 0.33.
Result<HardwareFactors> resolve(const HardwareInputs& inputs);

/// 6 operations per parameter and token: 2 forward, 4 backward.
std::vector<Factor> six_per_parameter(Uncertain parameters);
inline constexpr std::string_view six_per_parameter_note =
    "6 operations per parameter and token: attention over the context and embeddings are left out";

/// Of the values, or their medians.
double product(std::span<const Factor> factors);
/// "2 chips x 5.5 days x 86,400 seconds per day".
std::string to_text(std::span<const Factor> factors);
using uncertainty::to_text;

}  // namespace pfsday::estimate
