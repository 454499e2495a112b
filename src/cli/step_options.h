// The options that say what a training step is made of.
#pragma once

#include "base/result.h"
#include "cli/command.h"
#include "count/training.h"

namespace pfsday::cli {

inline constexpr Option step_options[] = {
    {.name = "--trainable",
     .value = "PATTERN",
     .doc = "train only parameters of these names (* and ?)",
     .repeated = true},
    {.name = "--freeze",
     .value = "PATTERN",
     .doc = "do not train parameters of these names",
     .repeated = true},
    {.name = "--input-gradient", .doc = "also the gradient of the floating-point inputs"},
    {.name = "--loss",
     .value = "none|cross-entropy|mse",
     .doc = "put a loss behind the first output of a file that has none"},
    {.name = "--recompute",
     .value = "WHAT",
     .doc = "forward values that are computed again: none, full, selective (attention between its "
            "products), or a pattern of layers",
     .repeated = true},
    {.name = "--optimizer",
     .value = "none|sgd|momentum|adam|adamw",
     .doc = "the update of the trainable parameters, once"},
    {.name = "--accumulate",
     .value = "N",
     .doc = "micro-batches before one update; the count is that of the whole update"},
};

/// --train and these options. Errors: Code::usage where one of them needs --train, or a number is
/// none.
Result<count::StepOptions> parse_step_options(const Args& args);

/// These options, of a command that always counts a training step. Errors: Code::usage.
Result<count::StepOptions> parse_training_options(const Args& args);

/// A whole number of at least `least`, or none where the option is absent. Errors: Code::usage.
Result<std::optional<std::int64_t>> parse_whole_number(const Args& args, std::string_view option,
                                                       std::int64_t least);

}  // namespace pfsday::cli
