// Exit codes that say more than that a command failed, and those of several inputs.
#pragma once

#include <algorithm>

namespace pfsday::cli {

inline constexpr int exit_above = 3;       ///< a figure is not below the line it is held against
inline constexpr int exit_conflict = 4;    ///< of `crosscheck`
inline constexpr int exit_incomplete = 5;  ///< a count is a lower bound

/// The lowest of two exit codes that is not zero.
constexpr int lowest_exit_code(int a, int b) {
  if (a == 0 || b == 0) return std::max(a, b);
  return std::min(a, b);
}

/// Of a count: whether it is complete, or need not be.
constexpr int exit_code_of_count(bool is_complete, bool allow_uncounted) {
  return is_complete || allow_uncounted ? 0 : exit_incomplete;
}

}  // namespace pfsday::cli
