// Bodies of control flow: graphs that attributes hold, lowered in place or as graphs of their own.
//
//   Body body = TRY(read_body(view, "body"));
//   const Items outputs = TRY(inline_body(scope, body, inputs));
#pragma once

#include "importers/onnx/scope.h"

namespace pfsday::onnx {

/// The graph that an attribute of that name holds. Errors: Code::attribute_invalid.
Result<Body> read_body(const NodeView& view, std::string_view name);

/// Counts the level of nesting while it lives.
class Nested {
 public:
  explicit Nested(Context& context) : context_(context) { ++context_.depth; }
  ~Nested() { --context_.depth; }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;

  /// Errors: Code::limit_exceeded.
  Result<void> check() const;

 private:
  Context& context_;
};

/// The outputs of the body, its inputs being those items; its nodes go where `inside` builds.
Result<Items> run_body(Scope& inside, Body& body, const Items& inputs);

/// The same in the graph of the scope around it.
Result<Items> inline_body(Scope& scope, Body& body, const Items& inputs);

/// Values of tensors; none if an item is something else.
std::optional<Values> only_tensors(const Items& items);
Items items_of(const Values& values);
/// The fault of a body that becomes a graph, where an item is no tensor.
std::unexpected<Error> no_tensor();

// One file each.
Result<Items> lower_if(Scope& scope, const NodeView& view, const Items& inputs);
Result<Items> lower_loop(Scope& scope, const NodeView& view, const Items& inputs);
Result<Items> lower_scan(Scope& scope, const NodeView& view, const Items& inputs);
Result<Items> lower_sequence_map(Scope& scope, const NodeView& view, const Items& inputs);

}  // namespace pfsday::onnx
