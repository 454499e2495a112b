#include "importers/onnx/ml_outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <numbers>

namespace pfsday::onnx {
namespace {

using graph::Exact;

Value softmax(Value x, Builder& b) {
  const Axes axes = {b.type(x).rank() - 1};
  const Value e = b.exp(b.sub(x, b.stop_gradient(b.reduce_max(x, axes, keep_dims))));
  return b.div(e, b.reduce_sum(e, axes, keep_dims));
}

/// As softmax of what is not zero; zeros stay.
Value softmax_zero(Value x, Builder& b) {
  const Value is_zero = b.with_scalar("equal", x, 0);
  return b.select(is_zero, x, softmax(x, b));
}

/// sqrt(2) erfinv(2 x - 1), with S. Winitzki's approximation of erfinv (2008), a = 0.147:
/// erfinv(z) = sign(z) sqrt(sqrt(v^2 - l / a) - v), l = ln(1 - z^2), v = 2 / (pi a) + l / 2.
Value probit(Value x, Builder& b) {
  constexpr Exact a = 0.147L;
  const Value z = b.with_scalar("sub", b.with_scalar("mul", x, 2), 1);
  const Value one = b.scalar(b.type(x).element, 1);
  const Value l = b.log(b.sub(one, b.mul(z, z)));
  const Value v =
      b.with_scalar("add", b.with_scalar("mul", l, 0.5L), 2 * std::numbers::inv_pi_v<Exact> / a);
  const Value inner = b.sub(b.mul(v, v), b.with_scalar("mul", l, 1 / a));
  const Value size = b.sqrt(b.sub(b.sqrt(inner), v));
  const Value value = b.mul(b.emit("sign", {z}), size);
  return b.with_scalar("mul", value, std::numbers::sqrt2_v<Exact>);
}

/// TreeEnsemble numbers the transforms, the others name them.
Result<std::string_view> transform_name(const OnnxNode& node) {
  constexpr std::string_view names[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};
  const auto* found = node.find("post_transform");
  if (found == nullptr || found->kind != AttributeView::Kind::integer) {
    return node.text("post_transform", "NONE");
  }
  if (found->integer >= 0 && found->integer < std::ssize(names)) return names[found->integer];
  return fail(Code::attribute_invalid, fmt::format("post_transform is {}", found->integer));
}

}  // namespace

Result<std::vector<double>> tensor_numbers(const TensorView& tensor) {
  std::vector<double> numbers;
  const bool is_raw = tensor.raw_data && graph::can_be_literal({tensor.type.element, {}});
  if (is_raw && !tensor.is_sparse) {
    const Literal literal = Literal::view(tensor.type, *tensor.raw_data);
    const auto count = static_cast<std::size_t>(tensor.type.elements().value());
    for (std::size_t i = 0; i < count; ++i) numbers.push_back(static_cast<double>(literal.at(i)));
    return numbers;
  }
  const auto literal = TRY(read_values(tensor));
  if (!literal) {
    return fail(Code::type_unsupported,
                fmt::format("the numbers of a {} are not in the file", to_string(tensor.type)));
  }
  for (const Exact value : literal->values()) numbers.push_back(static_cast<double>(value));
  return numbers;
}

std::size_t ml_count(const OnnxNode& node, std::string_view attribute) {
  const auto* found = node.find(attribute);
  if (found == nullptr) return 0;
  return std::max({found->reals.size(), found->integers.size(), found->texts.size()});
}

Result<Value> ml_reals(const OnnxNode& node, std::string_view attribute, const Shape& shape,
                       ElementType element, Builder& b) {
  const auto* found = node.find(attribute);
  const TensorType type{element, shape};
  const std::size_t count = ml_count(node, attribute);
  if (found == nullptr || found->reals.size() != count || Count(count) != type.elements()) {
    return fail(Code::attribute_invalid,
                fmt::format("\"{}\" lists {} numbers for {}", attribute, count, to_string(type)));
  }
  if (!graph::can_be_literal(type)) return b.graph().add_tensor(std::string(attribute), type);
  std::vector<Exact> values(found->reals.begin(), found->reals.end());
  return b.graph().add_tensor(std::string(attribute), type, Literal::of(type, std::move(values)));
}

Value ml_texts(std::string_view name, std::size_t count, Builder& b) {
  const TensorType type{ElementType::text, {static_cast<std::int64_t>(count)}};
  return b.graph().add_tensor(std::string(name), type, Literal::splat(type, 0));
}

Result<Value> post_transform(const OnnxNode& node, Value scores, Builder& b) {
  const std::string_view name = TRY(transform_name(node));
  if (name == "NONE") return scores;
  if (name == "SOFTMAX") return softmax(scores, b);
  if (name == "LOGISTIC") return b.emit("sigmoid", {scores});
  if (name == "SOFTMAX_ZERO") return softmax_zero(scores, b);
  if (name == "PROBIT") return probit(scores, b);
  return fail(Code::attribute_invalid, fmt::format("post_transform is \"{}\"", name));
}

Value both_classes(Value score, bool is_probability, Builder& b) {
  const Value other =
      is_probability ? b.sub(b.scalar(b.type(score).element, 1), score) : b.neg(score);
  return b.concat({other, score}, 1);
}

namespace {

/// The attribute with the labels: integers or texts, under one of the names it has had.
const AttributeView* labels_of(const OnnxNode& node) {
  for (const std::string_view name :
       {"classlabels_int64s", "classlabels_ints", "classlabels_strings"}) {
    if (ml_count(node, name) > 0) return node.find(name);
  }
  return nullptr;
}

}  // namespace

std::size_t label_count(const OnnxNode& node) {
  const auto* labels = labels_of(node);
  return labels == nullptr ? 0 : std::max(labels->integers.size(), labels->texts.size());
}

Result<Value> best_labels(const OnnxNode& node, Value scores, Builder& b) {
  const auto* labels = labels_of(node);
  if (labels == nullptr) return fail(Code::attribute_invalid, "there are no class labels");
  const std::int64_t examples = b.shape(scores)[0];
  const Values best = b.emit_all("top_k", {scores},
                                 {{"axis", std::int64_t{1}},
                                  {"k", std::int64_t{1}},
                                  {"largest", std::int64_t{1}},
                                  {"last", std::int64_t{0}}});
  if (best.empty()) return Value{};
  const Value which = b.reshape(best[1], {examples});
  if (!labels->integers.empty()) return b.gather(b.integers(labels->integers), which, 0);
  return b.gather(ml_texts(labels->name, labels->texts.size(), b), which, 0);
}

}  // namespace pfsday::onnx
