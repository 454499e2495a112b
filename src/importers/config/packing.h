// Attention of sequences that are packed into one: each sees itself alone.
#pragma once

#include <functional>

#include "importers/config/network.h"

namespace pfsday::config {

using AttendHeads = std::function<Value(Value q, Value k, Value v)>;

/// q, k, v [B, H, S, D], where S is made of sequences of the lengths of the pass. Sequences of one
/// length are taken together: which comes first changes no count.
Value attend_packed(Network& net, Value q, Value k, Value v, const AttendHeads& attend);

}  // namespace pfsday::config
