// The options that say how uncertain amounts are carried through: --level, --seed, --samples.
#pragma once

#include "base/result.h"
#include "cli/command.h"
#include "uncertainty/evaluate.h"

namespace pfsday::cli {

inline constexpr Option level_option = {
    .name = "--level", .value = "SHARE", .doc = "level of the intervals (default: 0.9)"};
inline constexpr Option seed_option = {
    .name = "--seed", .value = "N", .doc = "of what is sampled (default: 2018)"};
inline constexpr Option samples_option = {
    .name = "--samples", .value = "N", .doc = "how many, 1000 to 10M (default: 1M)"};

/// Of a command that has those three. Errors: Code::usage.
Result<uncertainty::Options> read_uncertainty(const Args& args);

}  // namespace pfsday::cli
