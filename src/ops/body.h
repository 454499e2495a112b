// Builds the bodies of control flow: loops and branches.
//
//   // h' = tanh(x_t + h u), y_t = h'
//   const LoopValues result = build_loop(b, trips, {.carried = {h}, .scanned = {x}},
//       [&](Builder& body, const LoopValues& in) -> Result<LoopValues> {
//         const Value h = body.emit("tanh", {body.add(in.scanned[0],
//                                                     body.matmul(in.carried[0],
//                                                     body.capture(u)))});
//         return LoopValues{.carried = {h}, .scanned = {h}};
//       });
#pragma once

#include <functional>

#include "ops/builder.h"

namespace pfsday::ops {

/// The type of one trip's part of [trips, ...].
TensorType slice_type(TensorType type);

/// What goes into a loop or a trip of it, or comes out.
struct LoopValues {
  Values carried = {};  ///< handed from trip to trip
  Values scanned = {};  ///< outside: [trips, ...]; inside: the slice of this trip
};

/// A trip of the loop: its values in the body, to those that it hands on.
using BuildTrip = std::function<Result<LoopValues>(Builder& body, const LoopValues& in)>;

/// A loop of that many trips over the first axis of the scanned values. The body may capture any
/// value around it. Errors: those of the trip; Code::shapes_disagree where a carried value changes
/// its type. An operand that does not fit becomes a fault of `b`, and the result is empty.
Result<LoopValues> build_loop(Builder& b, std::int64_t trips, const LoopValues& in,
                              const BuildTrip& build_trip);

/// Builds the outputs of one side of a branch.
using BuildSide = std::function<Result<Values>(Builder& body)>;

/// The outputs of either side, as the condition (one boolean) says when the model runs; both sides
/// have the same output types. Errors: those of the sides; Code::shapes_disagree.
Result<Values> build_branch(Builder& b, Value condition, const BuildSide& build_then,
                            const BuildSide& build_else);

}  // namespace pfsday::ops
