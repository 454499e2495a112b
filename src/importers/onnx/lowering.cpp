#include "importers/onnx/lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace pfsday::onnx {
namespace {

using Kind = AttributeView::Kind;

/// The attribute, which must be of that kind; null if the node does not have it.
Result<const AttributeView*> find_of_kind(const OnnxNode& node, std::string_view name, Kind kind,
                                          std::string_view kind_name) {
  const AttributeView* found = node.find(name);
  if (found == nullptr || found->kind == kind) return found;
  return fail(Code::attribute_invalid, fmt::format("attribute \"{}\" is not {}", name, kind_name));
}

}  // namespace

OnnxNode::OnnxNode(const NodeView& view, std::int64_t opset, const Inputs& inputs)
    : view_(&view), opset_(opset) {
  for (const Input& input : inputs) {
    inputs_.push_back(input.value);
    is_initializer_.push_back(input.is_initializer);
  }
}

OnnxNode OnnxNode::with_inputs(const Values& inputs) const {
  Inputs given;
  for (const Value v : inputs) given.push_back({v});
  return {*view_, opset_, given};
}

OnnxNode OnnxNode::in_opset(std::int64_t opset) const {
  OnnxNode node = *this;
  node.opset_ = opset;
  return node;
}

const AttributeView* OnnxNode::find(std::string_view name) const {
  const auto found = std::ranges::find(view_->attributes, name, &AttributeView::name);
  return found == view_->attributes.end() ? nullptr : &*found;
}

Result<std::int64_t> OnnxNode::integer(std::string_view name, std::int64_t fallback) const {
  const auto* found = TRY(find_of_kind(*this, name, Kind::integer, "an integer"));
  return found != nullptr ? found->integer : fallback;
}

Result<double> OnnxNode::real(std::string_view name, double fallback) const {
  const auto* found = TRY(find_of_kind(*this, name, Kind::real, "a number"));
  return found != nullptr ? found->real : fallback;
}

Result<std::string_view> OnnxNode::text(std::string_view name, std::string_view fallback) const {
  const auto* found = TRY(find_of_kind(*this, name, Kind::text, "a text"));
  return found != nullptr ? found->text : fallback;
}

Result<Axes> OnnxNode::integers(std::string_view name, const Axes& fallback) const {
  const auto* found = TRY(find_of_kind(*this, name, Kind::integers, "a list of integers"));
  return found != nullptr ? found->integers : fallback;
}

Result<std::vector<std::string_view>> OnnxNode::texts(std::string_view name) const {
  const auto* found = TRY(find_of_kind(*this, name, Kind::texts, "a list of texts"));
  return found != nullptr ? found->texts : std::vector<std::string_view>{};
}

Result<std::int64_t> OnnxNode::axis(std::string_view name, std::int64_t fallback,
                                    std::int64_t rank) const {
  return checked_axis(TRY(integer(name, fallback)), rank);
}

namespace {

using LoweringsByOp = std::unordered_multimap<std::string_view, const Lowering*>;

LoweringsByOp lowerings_by_op() {
  LoweringsByOp all;
  for (const LoweringFamily* family : lowering_families()) {
    for (const Lowering& row : family->lowerings) all.emplace(row.op, &row);
  }
  return all;
}

}  // namespace

const Lowering* find_lowering(std::string_view domain, std::string_view op, std::int64_t opset) {
  static const LoweringsByOp all = lowerings_by_op();
  const Lowering* best = nullptr;
  const auto [first, last] = all.equal_range(op);
  for (auto at = first; at != last; ++at) {
    const Lowering* lowering = at->second;
    if (lowering->domain != domain || lowering->since > opset) continue;
    if (best == nullptr || lowering->since > best->since) best = lowering;
  }
  return best;
}

Result<Values> lower_as(std::string_view op, std::int64_t opset, const OnnxNode& node, Builder& b) {
  const Lowering* lowering = find_lowering("", op, opset);
  if (lowering != nullptr) return lowering->lower(node.in_opset(opset), b);
  return fail(Code::type_unsupported, fmt::format("{} is not lowered", op));
}

Result<std::int64_t> checked_axis(std::int64_t axis, std::int64_t rank) {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  return fail(Code::attribute_invalid, fmt::format("axis {} of a tensor with {} axes", axis, rank));
}

Result<Axes> checked_axes(const Axes& axes, std::int64_t rank) {
  Axes checked;
  for (const std::int64_t axis : axes) {
    checked.push_back(TRY(checked_axis(axis, rank)));
    if (std::ranges::count(checked, checked.back()) > 1) {
      return fail(Code::attribute_invalid, fmt::format("axis {} is named twice", axis));
    }
  }
  return checked;
}

namespace {

/// The contents of an input that steers what the node does.
Result<const Literal*> known_input(const OnnxNode& node, std::size_t input, Builder& b) {
  const Value v = node.input(input);
  if (const Literal* known = b.known(v)) return known;
  const bool can_be_bound =
      b.graph().info(v).source == graph::Source::input && b.type(v).elements() == Count(1);
  return fail(Code::value_unknown,
              fmt::format("\"{}\" is known only when the model runs", node.input_name(input)),
              can_be_bound ? fmt::format("pass --bind {}=VALUE", node.input_name(input)) : "");
}

}  // namespace

Result<Axes> known_integers(const OnnxNode& node, std::size_t input, Builder& b) {
  const Literal& literal = *TRY(known_input(node, input, b));
  if (!graph::is_integer(literal.type().element)) {
    return fail(Code::type_unsupported,
                fmt::format("\"{}\" is {} where integers are needed", node.input_name(input),
                            to_string(literal.type())));
  }
  return literal.integers();
}

Result<graph::Exact> known_scalar(const OnnxNode& node, std::size_t input, Builder& b) {
  const Literal& literal = *TRY(known_input(node, input, b));
  if (literal.type().elements() == Count(1)) return literal.at(0);
  return fail(Code::shapes_disagree,
              fmt::format("\"{}\" is {} where one number is needed", node.input_name(input),
                          to_string(literal.type())));
}

Result<std::int64_t> known_integer(const OnnxNode& node, std::size_t input, Builder& b) {
  const graph::Exact value = TRY(known_scalar(node, input, b));
  return static_cast<std::int64_t>(graph::to_element(ElementType::i64, value));
}

Result<std::optional<Axes>> integers_of(const OnnxNode& node, std::string_view attribute,
                                        std::size_t input, Builder& b) {
  if (node.has_input(input)) return std::optional(TRY(known_integers(node, input, b)));
  if (node.find(attribute) == nullptr) return std::optional<Axes>{};
  return std::optional(TRY(node.integers(attribute)));
}

Result<void> check_limits(const TensorType& type) {
  constexpr std::size_t rank_limit = 256;
  constexpr Count element_limit = std::int64_t{1} << 60;
  Count elements = 1;
  for (const std::int64_t size : type.shape) elements *= std::max<std::int64_t>(size, 1);
  if (type.shape.size() <= rank_limit && elements <= element_limit) return {};
  if (type.shape.size() > rank_limit) {
    return fail(Code::limit_exceeded,
                fmt::format("a tensor with {} dimensions; at most {} are read", type.shape.size(),
                            rank_limit));
  }
  return fail(Code::limit_exceeded,
              fmt::format("a tensor of {} has more than 2^60 elements", to_string(type)));
}

Axes axes_from(std::int64_t first, std::int64_t rank) {
  Axes axes;
  for (std::int64_t axis = first; axis < rank; ++axis) axes.push_back(axis);
  return axes;
}

Result<Value> aligned_operand(const OnnxNode& node, Builder& b) {
  const Value second = node.input(1);
  if (node.opset() >= 7) return second;
  const Shape& whole = b.shape(node.input(0));
  Shape part = b.shape(second);
  if (part == whole) return second;
  if (TRY(node.integer("broadcast", 0)) == 0) {
    return fail(Code::shapes_disagree,
                fmt::format("a is {}, b is {}, and the node does not broadcast", to_string(whole),
                            to_string(part)));
  }
  if (node.find("axis") == nullptr) return second;
  const auto rank = static_cast<std::int64_t>(whole.size());
  const std::int64_t axis = TRY(node.axis("axis", 0, rank));
  const std::int64_t trailing = rank - axis - static_cast<std::int64_t>(part.size());
  if (trailing < 0) {
    return fail(Code::not_broadcastable, fmt::format("a is {}, b is {} at axis {}",
                                                     to_string(whole), to_string(part), axis));
  }
  part.insert(part.end(), static_cast<std::size_t>(trailing), 1);
  return b.reshape(second, part);
}

void note_weight(Value v, Builder& b) {
  if (v && b.graph().info(v).from_weight) b.use_as_parameter(v);
}

}  // namespace pfsday::onnx
