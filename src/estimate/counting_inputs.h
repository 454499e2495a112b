// Method 1 as a run file states it: operations per example, times how often.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/toml.h"
#include "estimate/factor.h"
#include "graph/graph.h"
#include "importers/importer.h"

namespace pfsday::estimate {

/// The network itself, which we count exactly: forward and both gradients, or forward alone.
struct Network {
  std::optional<graph::Graph> recipe = {};  ///< of one example; or else
  std::string model = {};                   ///< path of a model file
  double examples_per_pass = 1;             ///< of the model file with these bindings
  importers::ImportOptions bindings = {};
  double times = 1;      ///< how many such networks an example passes through
  std::string why = {};  ///< why its count differs from the stated one
  std::vector<std::string> notes = {};
};

struct CountingInputs {
  std::string example = "example";  ///< what one example is: image, word, timestep
  /// The factors of the operations per example as stated by the source, such as add-multiplies, 2
  /// and 3; empty where only the network is given.
  std::vector<Factor> per_example = {};
  std::optional<double> add_multiplies = {};  ///< per example, where the source states them
  std::optional<Network> network = {};
  /// Examples, epochs, updates, batch, tokens, what is generated, named factors.
  std::vector<Factor> repeats = {};
  std::optional<bool> is_mixture = {};  ///< of experts; none where nobody says
  std::vector<std::string> notes = {};
};

/// The table [phase.counting] of a phase of such passes.
Result<CountingInputs> read_counting(const TomlTable& table, Passes passes);

}  // namespace pfsday::estimate
