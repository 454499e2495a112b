// The network of a phase counted by us: the operations of one example.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "estimate/counting_inputs.h"
#include "ops/primitive.h"

namespace pfsday::estimate {

/// The bytes of a file that a run names, relative to the run file; they stay valid while estimates
/// are made.
using ReadFile = std::function<Result<importers::Bytes>(const std::string& path)>;

/// The operations of one example as we count them from the layers of a network.
struct CountedExample {
  std::string example = {};  ///< image, word, ...
  Passes passes = Passes::training;
  /// The model file holds a training step, which is counted as it stands.
  bool is_step_in_file = false;
  double add_multiplies = 0;  ///< of the forward pass, or of all of a step that is in the file
  std::optional<double> stated_add_multiplies = {};  ///< by the source, of the forward pass
  double operations = 0;                             ///< of those passes
  double forward_operations = 0;
  std::size_t uncounted_nodes = 0;
  std::string why = {};  ///< why it differs from what is stated
  std::vector<std::string> notes = {};
};

/// Of inputs with a network. The program of one of several devices counts for all of them. Errors:
/// those of reading and counting it; Code::run_malformed for a training step in a phase of forward
/// passes.
Result<CountedExample> count_example(
    const CountingInputs& inputs, Passes passes, const ReadFile& read_file,
    ops::Rules::Attention attention = ops::Rules::Attention::as_written);

}  // namespace pfsday::estimate
