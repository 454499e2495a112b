// Which single assumption would bring hardware time and counting together.
//
//   for (const Explanation& one : explain({.run = &run, ...})) {
//     one.assumption, one.stated, one.needed   // epochs, "1", "0.0897 (0.0449 to 0.179 is enough)"
//     one.ratio, one.closes, one.plausibility  // 1, true, open
//   }
//
// With the ratio r = hardware / counting, the tolerance t and the implied utilization u, each row
// changes one thing and leaves the rest:
//
//   utilization  u; of a u above 1, what it would need; known: 5 to 95 % of the prior
//   phase        a phase that the view leaves out and that has no chips of its own: r C / (C + it)
//   recompute    executed over model operations: r; known: 1 to 4/3, all of the forward pass again
//                (8 operations for each parameter and token in place of 6). Not where the
//                utilization is an mfu, which leaves it out
//   causal       the other convention of attention, where a model file's layers are the count
//   downtime     share of the time without progress: 1 - 1/r; known: 0.05 to 0.30 (goodput)
//   format       another peak of the chip, of fp32, tf32, fp16, bf16 and fp8: r x its peak / the
//                peak in use
//   variant      another variant of the chip, in the same format: the same
//   sparsity     the peak with, or without, structured sparsity: the same
//   epochs       passes over the data: epochs x r
//   other_work   share of the operations that went into a teacher, rollouts or anything else that
//                is not counted: 1 - 1/r
//
// An assumption that cannot move the ratio towards 1 has no row. "Enough" are the values that bring
// the ratio within the tolerance. The order: by plausibility, then those that the run file itself
// speaks of, then as above, then the ratio that is nearest to 1.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "estimate/method.h"
#include "estimate/prior_place.h"

namespace pfsday::estimate {

enum class Assumption : std::uint8_t {
  utilization,
  phase,
  recompute,
  causal,
  downtime,
  format,
  variant,
  sparsity,
  epochs,
  other_work,
};
std::string_view to_string(Assumption assumption);

enum class Plausibility : std::uint8_t {
  inside,      ///< the needed value is within a known range, or of the catalogue or the run file
  edge,        ///< it is not, but a value within the range is enough
  open,        ///< enough, and no range is known for it
  outside,     ///< enough only with values outside the known range
  not_enough,  ///< does not close the gap alone
};
std::string_view to_string(Plausibility plausibility);

struct Range {
  double from = 0, to = 0;
};

struct Explanation {
  Assumption assumption = Assumption::utilization;
  std::string stated = {};  ///< as the run has it
  std::string needed = {};  ///< in words, with its unit
  double value = 0;  ///< needed: a share, a factor, epochs, operations (per second, of a peak)
  std::optional<Range> enough = {};  ///< of values; none where there is only the one
  double ratio = 0;                  ///< hardware / counting with that alone changed
  bool closes = false;               ///< the ratio is then within the tolerance
  Plausibility plausibility = Plausibility::open;
  std::string known = {};               ///< the known range, and whose it is; may be empty
  std::vector<std::string> facts = {};  ///< notes and judgements of the run file that speak of it
};

/// A run with both methods.
struct Gap {
  const Run* run = nullptr;
  const Estimates* estimates = nullptr;
  const PriorPlace* place = nullptr;  ///< of the implied utilization
  double ratio = 1;                   ///< hardware / counting, more than zero
  double implied_utilization = 0;     ///< more than zero
  double tolerance = 2;               ///< at least 1
  const ReadFile* read_file = nullptr;
};

/// Errors: those of counting a model file again.
Result<std::vector<Explanation>> explain(const Gap& gap);

}  // namespace pfsday::estimate
