// A phase of a run: what it is for, when it was, and what is known of its compute.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/toml.h"
#include "estimate/counting_inputs.h"
#include "estimate/figure_inputs.h"
#include "estimate/hardware_inputs.h"
#include "estimate/view.h"

namespace pfsday::estimate {

struct Phase {
  std::string name = {};
  Purpose purpose = Purpose::pretrain;
  Passes passes = Passes::training;
  std::optional<units::Date> start = {};
  std::optional<units::Date> end = {};
  std::optional<CountingInputs> counting = {};
  std::optional<HardwareInputs> hardware = {};
  std::optional<Metered> metered = {};
  std::optional<Reported> reported = {};
  std::string method = {};  ///< whose figure counts; empty: the best there is
  std::vector<Judgement> judgements = {};
  Place place = {};

  Subject subject() const { return {name, purpose, passes, judgements, place}; }
};

/// A table of [[phase]].
Result<Phase> read_phase(const TomlTable& table);

}  // namespace pfsday::estimate
