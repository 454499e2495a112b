// Figures of a phase that somebody else worked out: as a source reports them, or as meters read.
#pragma once

#include <string>
#include <vector>

#include "base/toml.h"
#include "estimate/factor.h"

namespace pfsday::estimate {

/// What a source states, without the inputs of a method.
struct Reported {
  Uncertain operations = {};
  std::string basis = {};  ///< counting, hardware, chart (read off it), stated (without arithmetic)
  std::string note = {};
};

/// What meters say: counters of operations, or energy times operations per joule.
struct Metered {
  std::string kind = {};  ///< counters or energy
  std::vector<Factor> factors = {};
  std::string how = {};  ///< what was read, and where
};

/// How a source came to a figure: one of the four words of Reported::basis.
Result<std::string> read_basis(TomlReader& in);

/// The table [phase.reported].
Result<Reported> read_reported(const TomlTable& table);
/// The table [phase.metered].
Result<Metered> read_metered(const TomlTable& table);

}  // namespace pfsday::estimate
