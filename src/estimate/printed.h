// Figures exactly as a source prints them, with rounding and slips.
#pragma once

#include <optional>
#include <string>

#include "base/toml.h"

namespace pfsday::estimate {

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

/// The table [printed] of a run; empty if there is none.
Result<Printed> read_printed(TomlReader& run);

}  // namespace pfsday::estimate
