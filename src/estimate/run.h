// Run files: what is known about one training run, in TOML (docs/run-files.md lists every key).
//
//   const Run run = TRY(in_file(path, parse_run(text)));
//
// A run file keeps apart what its source states (the factors of each method), what its source
// prints (`printed`), and how we can count the same network ourselves (`recipe`, `model`).
// Faults carry line and column: run_malformed, run_key_unknown, run_input_missing,
// utilization_out_of_range.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"
#include "importers/importer.h"
#include "uncertainty/uncertain.h"
#include "units/date.h"

namespace pfsday::estimate {

inline constexpr std::string_view run_schema = "pfsday.run/1";

struct Source {
  std::string what = {};  ///< "paper", "analysis", "data", ...
  std::string title = {};
  std::string url = {};
};

using uncertainty::Uncertain;

/// One factor of a product: value^power. Values of one name (`value.name`) are one variable.
struct Factor {
  std::string name = {};
  Uncertain value = {};
  double power = 1;
  std::string note = {};
};

/// The network itself, which we count: forward and both gradients, exactly.
struct Network {
  std::optional<graph::Graph> recipe = {};  ///< of one example; or else
  std::string model = {};                   ///< path of a model file
  double examples_per_pass = 1;             ///< of the model file with these bindings
  importers::ImportOptions bindings = {};
  double times = 1;      ///< how many such networks an example passes through
  std::string why = {};  ///< why its count differs from the stated one
  std::vector<std::string> notes = {};
};

/// Method 1: operations per example, times how often.
struct CountingInputs {
  std::string example = "example";  ///< what one example is: image, word, timestep
  /// The factors of the operations per example as stated by the source, such as add-multiplies, 2
  /// and 3; empty where only the network is given.
  std::vector<Factor> per_example = {};
  std::optional<double> add_multiplies = {};  ///< per example, where the source states them
  std::optional<Network> network = {};
  std::vector<Factor> repeats = {};  ///< examples, epochs, updates, batch, tokens, named factors
  std::vector<std::string> notes = {};
};

/// Method 2: chips x time x peak rate x utilization. `resolve` (method.h) says what is missing.
struct HardwareInputs {
  std::optional<std::string> chip = {};    ///< id in the catalogue (hardware/chip.h)
  std::optional<std::string> format = {};  ///< of the chip's peak, where `peak` is not stated
  std::optional<Uncertain> count = {};     ///< chips
  std::optional<Uncertain> days = {};
  std::optional<Uncertain> hours = {};
  std::optional<Uncertain> chip_hours = {};   ///< instead of count and time
  std::optional<Uncertain> peak = {};         ///< operations per second of one chip
  std::optional<Uncertain> utilization = {};  ///< share of the peak, more than 0 and at most 1
  std::string utilization_kind = "assumed";   ///< mfu hfu tensor-active sm-active smi assumed
  std::vector<Factor> factors = {};
  std::vector<std::string> notes = {};
};

struct Phase {
  std::string name = {};
  std::string purpose = "pretrain";
  std::optional<CountingInputs> counting = {};
  std::optional<HardwareInputs> hardware = {};
};

/// A figure as its source prints it, with rounding and slips.
struct PrintedFigure {
  std::optional<double> pf = {};  ///< 1e15 operations
  std::optional<double> pfs_days = {};
  std::optional<double> flop = {};
  bool upper_bound = false;
  std::string basis = {};  ///< of a total: counting, hardware, chart (read off it), stated
  std::string note = {};

  /// In operations: `flop`, else `pf`, else `pfs_days`.
  double operations() const;
};

struct Printed {
  std::optional<PrintedFigure> counting = {};
  std::optional<PrintedFigure> hardware = {};
  std::optional<PrintedFigure> total = {};  ///< the one figure the source settles on
};

struct Run {
  std::string id = {};
  std::string name = {};
  std::string organization = {};
  std::optional<units::Date> date = {};  ///< of publication
  std::string included_because = {};     ///< why it is in the catalogue
  std::vector<std::string> tags = {};
  std::vector<Source> sources = {};
  std::vector<Phase> phases = {};
  Printed printed = {};
};

Result<Run> parse_run(std::string_view toml);

}  // namespace pfsday::estimate
