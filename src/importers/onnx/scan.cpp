// Scan: a loop over slices of its inputs.
#include <fmt/format.h>

#include "importers/onnx/control.h"
#include "ops/body.h"

namespace pfsday::onnx {
namespace {

using ops::LoopValues;

/// Directions and axes of the scanned inputs or outputs of a Scan.
struct ScanAxes {
  Axes axes = {}, directions = {};
};

Result<ScanAxes> scan_axes(const OnnxNode& node, std::string_view kind, std::size_t count) {
  const Axes zeros(count, 0);
  const std::string axes = fmt::format("scan_{}_axes", kind);
  const bool is_old = node.opset() < 9 && kind == "input";
  const std::string directions = is_old ? "directions" : fmt::format("scan_{}_directions", kind);
  ScanAxes read;
  read.axes = TRY(node.integers(axes, zeros));
  read.directions = TRY(node.integers(directions, zeros));
  if (read.axes.size() == count && read.directions.size() == count) return read;
  return fail(Code::attribute_invalid, fmt::format("axes or directions are not {}", count));
}

/// The axis becomes the first one, or the first one that axis.
Value move_axis(Builder& b, Value v, std::int64_t axis, bool to_front) {
  Axes permutation;
  const std::int64_t rank = b.type(v).rank();
  for (std::int64_t i = 0; i < rank; ++i) permutation.push_back(i);
  const std::int64_t from = to_front ? axis : 0, to = to_front ? 0 : axis;
  permutation.erase(permutation.begin() + from);
  permutation.insert(permutation.begin() + to, from);
  return b.transpose(v, permutation);
}

struct Scan {
  Body body = {};
  std::size_t states = 0;
  ScanAxes inputs = {}, outputs = {};
};

Result<Scan> read_scan(const OnnxNode& node, const NodeView& view, std::size_t first,
                       std::size_t input_count) {
  Scan scan{.body = TRY(read_body(view, "body"))};
  const auto scanned = TRY(node.integer("num_scan_inputs", 0));
  const auto given = static_cast<std::int64_t>(input_count - first);
  const auto results = static_cast<std::int64_t>(scan.body.view.outputs.size());
  if (scanned < 1 || scanned > given || given - scanned > results) {
    return fail(Code::attribute_invalid, fmt::format("num_scan_inputs is {}", scanned));
  }
  scan.states = static_cast<std::size_t>(given - scanned);
  scan.inputs = TRY(scan_axes(node, "input", static_cast<std::size_t>(scanned)));
  scan.outputs = TRY(scan_axes(node, "output", static_cast<std::size_t>(results) - scan.states));
  return scan;
}

/// The scanned inputs, each with the axis of the trips in front, in the order of the trips.
Result<Values> scanned_inputs(Builder& b, const Scan& scan, const Values& inputs) {
  Values scanned;
  for (std::size_t i = scan.states; i < inputs.size(); ++i) {
    const std::size_t k = i - scan.states;
    const std::int64_t axis = TRY(checked_axis(scan.inputs.axes[k], b.type(inputs[i]).rank()));
    const Value front = move_axis(b, inputs[i], axis, true);
    scanned.push_back(scan.inputs.directions[k] == 0 ? front : b.reverse(front, 0));
  }
  return scanned;
}

/// Over the axis in front of the scanned inputs; the states go from trip to trip.
Result<Values> run_scan(Scope& scope, Scan& scan, const Values& inputs) {
  Builder& b = scope.builder();
  const auto states = static_cast<std::ptrdiff_t>(scan.states);
  const LoopValues in{.carried = Values(inputs.begin(), inputs.begin() + states),
                      .scanned = TRY(scanned_inputs(b, scan, inputs))};
  if (!in.scanned[0]) return Values{};
  const auto trip = [&](Builder& inner, const LoopValues& values) -> Result<LoopValues> {
    const Nested nested(scope.context());
    TRY(nested.check());
    Scope inside(scope.context(), inner, &scope);
    Items given = items_of(values.carried);
    for (const Value v : values.scanned) given.push_back(Item::of(v));
    const Items outputs = TRY(run_body(inside, scan.body, given));
    const auto tensors = only_tensors(outputs);
    if (!tensors) return no_tensor();
    const auto middle = tensors->begin() + states;
    return LoopValues{Values(tensors->begin(), middle), Values(middle, tensors->end())};
  };
  const LoopValues out = TRY(ops::build_loop(b, b.shape(in.scanned[0])[0], in, trip));
  if (auto fault = b.take_fault()) return fail(*std::move(fault));
  Values outputs = out.carried;
  for (std::size_t k = 0; k < out.scanned.size(); ++k) {
    const Value ordered =
        scan.outputs.directions[k] == 0 ? out.scanned[k] : b.reverse(out.scanned[k], 0);
    const std::int64_t axis = TRY(checked_axis(scan.outputs.axes[k], b.type(ordered).rank()));
    outputs.push_back(move_axis(b, ordered, axis, false));
  }
  return outputs;
}

/// Operator set 8: everything has a batch axis in front, and each example is scanned on its own.
Result<Items> run_batched_scan(Scope& scope, Scan& scan, const Values& inputs) {
  Builder& b = scope.builder();
  const auto example = [&](Builder& inner, const LoopValues& in) -> Result<LoopValues> {
    Scope middle(scope.context(), inner, &scope);
    return LoopValues{.carried = {}, .scanned = TRY(run_scan(middle, scan, in.scanned))};
  };
  const std::int64_t batch = b.shape(inputs[0]).empty() ? 0 : b.shape(inputs[0])[0];
  const LoopValues out =
      TRY(ops::build_loop(b, batch, {.carried = {}, .scanned = inputs}, example));
  return items_of(out.scanned);
}

}  // namespace

Result<Items> lower_scan(Scope& scope, const NodeView& view, const Items& inputs) {
  const std::int64_t opset = scope.opset_of(view.domain);
  const bool is_batched = opset < 9;
  const std::size_t first = is_batched ? 1 : 0;
  if (inputs.size() < first + 1) return fail(Code::input_missing, "what it scans is missing");
  const OnnxNode node(view, opset, {});
  Scan scan = TRY(read_scan(node, view, first, inputs.size()));
  const auto values =
      only_tensors(Items(inputs.begin() + static_cast<std::ptrdiff_t>(first), inputs.end()));
  if (!values) return fail(Code::type_unsupported, "it scans what is no tensor");
  if (is_batched && inputs[0].value) {
    scope.builder().note_bound("upper_bound", "sequences may be shorter than the longest one");
  }
  if (is_batched) return run_batched_scan(scope, scan, *values);
  return items_of(TRY(run_scan(scope, scan, *values)));
}

}  // namespace pfsday::onnx
