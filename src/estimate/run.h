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
#include "estimate/estimate.h"
#include "estimate/parent.h"
#include "estimate/phase.h"
#include "estimate/printed.h"
#include "units/date.h"

namespace pfsday::estimate {

inline constexpr std::string_view run_schema = "pfsday.run/1";

struct Run {
  std::string id = {};
  std::string name = {};
  std::string organization = {};
  std::optional<units::Date> date = {};  ///< of publication
  std::string included_because = {};     ///< why it is in the catalogue
  std::vector<std::string> tags = {};
  std::vector<Source> sources = {};
  std::vector<Phase> phases = {};
  std::vector<Parent> lineage = {};
  Printed printed = {};
};

Result<Run> parse_run(std::string_view toml);

}  // namespace pfsday::estimate
