// The runs that a run descends from, read through the caller's read_file.
//
//   for (const Ancestor& one : TRY(trace_lineage(run, read_file))) ...
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "estimate/network_count.h"
#include "estimate/run.h"

namespace pfsday::estimate {

struct Ancestor {
  Parent link = {};
  std::optional<std::size_t> child = {};  ///< the ancestor that builds on it; none: the run itself
  std::optional<Run> run = {};            ///< none where only its compute is stated
  std::string path = {};                  ///< of its run file, relative to the run's own
  ReadFile read_file = {};                ///< for what that file names

  std::string name() const;
};

/// Depth first, each before its own parents. A run to which two ways lead (the base of two merged
/// models) is listed twice.
///   errors  lineage_cyclic, which names the cycle; run_malformed: an id is not in the catalogue;
///           limit_exceeded; those of reading the files
Result<std::vector<Ancestor>> trace_lineage(const Run& run, const ReadFile& read_file);

}  // namespace pfsday::estimate
