// Operators on sequences and optionals. A sequence is the list of its tensors: nothing of it is
// left in the graph. One that is given to the model has a length that only the data tell; a tensor
// of its element type stands for its elements.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/opaque.h"
#include "importers/onnx/scope.h"

namespace pfsday::onnx {
namespace {

using Kind = Item::Kind;

Item sequence_of(Items elements) {
  return {.kind = Kind::sequence, .elements = std::move(elements)};
}

Result<const Item*> sequence_input(const Items& inputs) {
  if (!inputs.empty() && inputs[0].is_sequence()) return &inputs[0];
  return fail(Code::type_unsupported, "its input is no known sequence");
}

/// A position in 0..length-1, or also length itself; negative ones count from the back.
Result<std::size_t> position(Builder& b, const Item& item, std::size_t length, bool may_be_end) {
  const Literal* known = b.known(item.value);
  if (known == nullptr || known->type().elements() != Count(1)) {
    return fail(Code::value_unknown, "a position in a sequence is known only when the model runs");
  }
  const auto size = static_cast<std::int64_t>(length);
  const auto stated = static_cast<std::int64_t>(known->at(0));
  const std::int64_t at = stated < 0 ? stated + size : stated;
  if (at >= 0 && at < size + (may_be_end ? 1 : 0)) return static_cast<std::size_t>(at);
  return fail(Code::attribute_invalid,
              fmt::format("position {} in a sequence of {}", stated, size));
}

Result<Items> lower_construct(Scope&, const NodeView&, const Items& inputs) {
  return Items{sequence_of(inputs)};
}

Result<Items> lower_empty(Scope&, const NodeView&, const Items&) { return Items{sequence_of({})}; }

Result<Items> lower_at(Scope& scope, const NodeView&, const Items& inputs) {
  const Item* sequence = TRY(sequence_input(inputs));
  if (sequence->kind == Kind::open_sequence) return Items{Item::of(sequence->value)};
  const Item position_item = inputs.size() > 1 ? inputs[1] : Item{};
  const std::size_t at =
      TRY(position(scope.builder(), position_item, sequence->elements.size(), false));
  return Items{sequence->elements[at]};
}

Result<Items> lower_insert(Scope& scope, const NodeView&, const Items& inputs) {
  const Item* sequence = TRY(sequence_input(inputs));
  if (inputs.size() < 2) return fail(Code::input_missing, "the tensor to insert is missing");
  Item longer = *sequence;
  if (longer.kind == Kind::open_sequence) return Items{longer};
  std::size_t at = longer.elements.size();
  if (inputs.size() > 2) at = TRY(position(scope.builder(), inputs[2], at, true));
  longer.elements.insert(longer.elements.begin() + static_cast<std::ptrdiff_t>(at), inputs[1]);
  return Items{longer};
}

Result<Items> lower_erase(Scope& scope, const NodeView&, const Items& inputs) {
  const Item* sequence = TRY(sequence_input(inputs));
  Item shorter = *sequence;
  if (shorter.kind == Kind::open_sequence) return Items{shorter};
  if (shorter.elements.empty()) {
    return fail(Code::attribute_invalid, "it erases from an empty sequence");
  }
  std::size_t at = shorter.elements.size() - 1;
  if (inputs.size() > 1) at = TRY(position(scope.builder(), inputs[1], at + 1, false));
  shorter.elements.erase(shorter.elements.begin() + static_cast<std::ptrdiff_t>(at));
  return Items{shorter};
}

Result<Items> lower_length(Scope& scope, const NodeView& view, const Items& inputs) {
  const Item* sequence = TRY(sequence_input(inputs));
  if (sequence->kind == Kind::open_sequence) {
    const OnnxNode node(view, scope.opset_of(view.domain), {});
    const TensorType number{ElementType::i64, {}};
    return Items{Item::of(opaque(node, {sequence->value}, number, scope.builder()))};
  }
  const auto length = static_cast<graph::Exact>(sequence->elements.size());
  return Items{Item::of(scope.builder().scalar(ElementType::i64, length))};
}

/// The sizes of the parts along an axis: as stated, or of one size each.
Result<Axes> part_sizes(Builder& b, const Items& inputs, std::int64_t size) {
  if (inputs.size() < 2 || !inputs[1].value) return Axes(static_cast<std::size_t>(size), 1);
  const Literal* known = b.known(inputs[1].value);
  if (known == nullptr) {
    return fail(Code::value_unknown, "the sizes of the parts are known only when the model runs");
  }
  if (!known->type().shape.empty()) return known->integers();
  const std::int64_t each = known->integers().at(0);
  if (each < 1) return fail(Code::attribute_invalid, fmt::format("parts of size {}", each));
  Axes sizes(static_cast<std::size_t>(size / each), each);
  if (size % each != 0) sizes.push_back(size % each);
  return sizes;
}

Result<Items> lower_split(Scope& scope, const NodeView& view, const Items& inputs) {
  Builder& b = scope.builder();
  if (inputs.empty() || !inputs[0].is_tensor()) {
    return fail(Code::type_unsupported, "it splits what is no tensor");
  }
  const Value v = inputs[0].value;
  const OnnxNode node(view, scope.opset_of(view.domain), {});
  const std::int64_t axis = TRY(node.axis("axis", 0, b.type(v).rank()));
  const bool keeps_axis = inputs.size() > 1 || TRY(node.integer("keepdims", 1)) != 0;
  const std::int64_t size = b.shape(v)[static_cast<std::size_t>(axis)];
  if (size > static_cast<std::int64_t>(scope.context().nodes_left)) {
    return fail(Code::value_unknown, fmt::format("it splits into {} tensors", size));
  }
  Items parts;
  std::int64_t start = 0;
  for (const std::int64_t part : TRY(part_sizes(b, inputs, size))) {
    const Value slice = b.slice_axis(v, axis, start, start + part);
    parts.push_back(Item::of(keeps_axis ? slice : b.without_axis(slice, axis)));
    start += part;
  }
  return Items{sequence_of(std::move(parts))};
}

Result<Items> lower_concat(Scope& scope, const NodeView& view, const Items& inputs) {
  Builder& b = scope.builder();
  const Item* sequence = TRY(sequence_input(inputs));
  if (sequence->kind == Kind::open_sequence || sequence->elements.empty()) {
    return fail(Code::value_unknown,
                "the length of a sequence is known only when the model runs: --bind NAME=LENGTH "
                "says it of one that is given to the model");
  }
  Values parts;
  for (const Item& item : sequence->elements) append_values(item, parts);
  const OnnxNode node(view, scope.opset_of(view.domain), {});
  const bool is_stack = TRY(node.integer("new_axis", 0)) != 0;
  const std::int64_t rank = b.type(parts[0]).rank() + (is_stack ? 1 : 0);
  const std::int64_t axis = TRY(node.axis("axis", 0, rank));
  for (Value& part : parts) {
    if (is_stack) part = b.with_axis(part, std::min(axis, b.type(part).rank()));
  }
  return Items{Item::of(b.concat(parts, axis))};
}

Result<Items> lower_optional(Scope&, const NodeView&, const Items& inputs) {
  return Items{inputs.empty() ? Item{} : inputs[0]};
}

Result<Items> lower_get(Scope&, const NodeView&, const Items& inputs) {
  if (!inputs.empty() && inputs[0].kind != Kind::absent) return Items{inputs[0]};
  return fail(Code::graph_invalid, "it takes the value of an empty optional");
}

Result<Items> lower_has(Scope& scope, const NodeView&, const Items& inputs) {
  const bool is_there = !inputs.empty() && inputs[0].kind != Kind::absent;
  return Items{Item::of(scope.builder().scalar(ElementType::boolean, is_there ? 1 : 0))};
}

struct Row {
  std::string_view op;
  LowerInScope lower;
};
constexpr Row rows[] = {
    {"SequenceConstruct", lower_construct},
    {"SequenceEmpty", lower_empty},
    {"SequenceAt", lower_at},
    {"SequenceInsert", lower_insert},
    {"SequenceErase", lower_erase},
    {"SequenceLength", lower_length},
    {"SplitToSequence", lower_split},
    {"ConcatFromSequence", lower_concat},
    {"Optional", lower_optional},
    {"OptionalGetElement", lower_get},
    {"OptionalHasElement", lower_has},
};

}  // namespace

LowerInScope find_sequence_lowering(std::string_view op, const Items& inputs) {
  if (op == "Identity" && !inputs.empty() && !inputs[0].is_tensor()) return lower_optional;
  const auto* const found = std::ranges::find(rows, op, &Row::op);
  return found == std::end(rows) ? nullptr : found->lower;
}

}  // namespace pfsday::onnx
