// SequenceMap: its body once for each element of a sequence.
#include <fmt/format.h>

#include "importers/onnx/control.h"

namespace pfsday::onnx {
namespace {

/// How many elements the sequences have; none where all are given to the model and open.
std::optional<std::size_t> length_of(const Items& inputs) {
  for (const Item& input : inputs) {
    if (input.kind == Item::Kind::sequence) return input.elements.size();
  }
  return std::nullopt;
}

/// What trip i sees: of the inputs that are sequences, an element.
Result<Items> inputs_of_trip(const Items& inputs, std::size_t i) {
  Items given;
  for (const Item& input : inputs) {
    if (input.kind == Item::Kind::sequence && i >= input.elements.size()) {
      return fail(Code::shapes_disagree, "its sequences are of different lengths");
    }
    const bool is_open = input.kind == Item::Kind::open_sequence;
    given.push_back(is_open               ? Item::of(input.value)
                    : input.is_sequence() ? input.elements[i]
                                          : input);
  }
  return given;
}

/// The body once, for a sequence of unknown length.
Result<Items> map_open_sequence(Scope& scope, const NodeView& view, Body& body,
                                const Items& inputs) {
  Builder& b = scope.builder();
  const Items given = TRY(inputs_of_trip(inputs, 0));
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (!given[i].value || b.type(given[i].value).known()) continue;
    return fail(Code::value_unknown,
                fmt::format("the elements of \"{}\" have no known sizes", view.inputs[i]));
  }
  Items outputs = TRY(inline_body(scope, body, given));
  for (Item& output : outputs) output.kind = Item::Kind::open_sequence;
  b.note_bound("per_trip", fmt::format("one element is counted: how many there are is known only "
                                       "when the model runs; pass --bind {}=LENGTH",
                                       view.inputs[0]));
  return outputs;
}

}  // namespace

/// The body once for each element of the first input, which is a sequence; of the others, those
/// that are sequences are walked too.
Result<Items> lower_sequence_map(Scope& scope, const NodeView& view, const Items& inputs) {
  if (inputs.empty() || !inputs[0].is_sequence()) {
    return fail(Code::type_unsupported, "its first input is no known sequence");
  }
  Body body = TRY(read_body(view, "body"));
  const auto length = length_of(inputs);
  if (!length) return map_open_sequence(scope, view, body, inputs);
  Items outputs(body.view.outputs.size(), Item{.kind = Item::Kind::sequence});
  for (std::size_t i = 0; i < *length; ++i) {
    const Items given = TRY(inputs_of_trip(inputs, i));
    const Items results = TRY(inline_body(scope, body, given));
    for (std::size_t k = 0; k < outputs.size(); ++k) outputs[k].elements.push_back(results[k]);
  }
  return outputs;
}

}  // namespace pfsday::onnx
