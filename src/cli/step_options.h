// The options of `count` that say what a training step is made of.
#pragma once

#include "base/result.h"
#include "cli/command.h"
#include "count/training.h"

namespace pfsday::cli {

/// --train and what goes with it. Errors: Code::usage where an option needs --train, or a number is
/// none.
Result<count::StepOptions> parse_step_options(const Args& args);

/// What goes with --train, of a command that always counts a training step. Errors: Code::usage.
Result<count::StepOptions> parse_training_options(const Args& args);

/// A whole number of at least `least`, or none where the option is absent. Errors: Code::usage.
Result<std::optional<std::int64_t>> parse_whole_number(const Args& args, std::string_view option,
                                                       std::int64_t least);

}  // namespace pfsday::cli
