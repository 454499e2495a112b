#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Domain = NodeDraw::Domain;
using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

template <Domain domain>
NodeSample make_unary(std::string_view op, NodeDraw& draw) {
  return draw.finish(draw.integer(1, 23), op, {draw.reals(draw.shape(0, 4), domain)});
}

NodeSample make_unary_within(std::string_view op, NodeDraw& draw, double low, double high) {
  return draw.finish(draw.integer(7, 22), op, {draw.reals_within(draw.shape(0, 4), low, high)});
}
NodeSample make_unary_of_small(std::string_view op, NodeDraw& draw) {
  return make_unary_within(op, draw, -0.9, 0.9);
}
NodeSample make_unary_above_one(std::string_view op, NodeDraw& draw) {
  return make_unary_within(op, draw, 1.2, 4);
}

NodeSample make_is_inf(std::string_view op, NodeDraw& draw) {
  return draw.finish(
      10, op, {draw.reals(draw.shape(0, 4))},
      {{"detect_positive", draw.integer(0, 1)}, {"detect_negative", draw.integer(0, 1)}});
}

NodeSample make_not(std::string_view op, NodeDraw& draw) {
  return draw.finish(13, op, {draw.booleans(draw.shape(0, 4))});
}

/// Shapes of two operands; before opset 7 with the attributes that broadcast the second.
struct Pair {
  std::int64_t opset;
  Shape a, b;
  Attributes attributes = {};
};

Pair draw_pair(NodeDraw& draw) {
  Pair pair{.opset = draw.integer(1, 16), .a = draw.shape(0, 4), .b = {}};
  if (pair.opset >= 7) {
    pair.b = draw.broadcastable(pair.a);
    if (draw.coin()) std::swap(pair.a, pair.b);
    return pair;
  }
  const std::int64_t rank = std::ssize(pair.a);
  const std::int64_t first = draw.integer(0, rank);
  const std::int64_t last = draw.integer(first, rank);
  pair.b.assign(pair.a.begin() + first, pair.a.begin() + last);
  pair.attributes = {{"broadcast", std::int64_t{1}}};
  if (first < rank) pair.attributes.emplace_back("axis", first);
  return pair;
}

template <Domain of_first, Domain of_second>
NodeSample make_binary(std::string_view op, NodeDraw& draw) {
  const Pair pair = draw_pair(draw);
  const std::string a = draw.reals(pair.a, of_first);
  const std::string b = draw.reals(pair.b, of_second);
  return draw.finish(pair.opset, op, {a, b}, pair.attributes);
}

NodeSample make_equal(std::string_view op, NodeDraw& draw) {
  const Pair pair = draw_pair(draw);
  const bool of_booleans = draw.coin();
  const auto operand = [&](const Shape& shape) {
    return of_booleans ? draw.booleans(shape) : draw.whole_numbers(shape, 0, 3);
  };
  const std::string a = operand(pair.a);
  return draw.finish(pair.opset, op, {a, operand(pair.b)}, pair.attributes);
}

NodeSample make_logic(std::string_view op, NodeDraw& draw) {
  const Pair pair = draw_pair(draw);
  const std::string a = draw.booleans(pair.a);
  return draw.finish(pair.opset, op, {a, draw.booleans(pair.b)}, pair.attributes);
}

NodeSample make_mod(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(0, 4);
  if (draw.coin()) {
    const std::string a = draw.reals(shape);
    const std::string b = draw.reals(draw.broadcastable(shape), Domain::positive);
    return draw.finish(13, op, {a, b}, {{"fmod", std::int64_t{1}}});
  }
  const std::string a = draw.whole_numbers(shape, -9, 9);
  const std::string b = draw.whole_numbers(draw.broadcastable(shape), 1, 5);
  return draw.finish(10, op, {a, b}, {{"fmod", draw.integer(0, 1)}});
}

NodeSample make_bits(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(0, 4);
  Attributes attributes;
  if (op == "BitShift") attributes.emplace_back("direction", draw.choose({"LEFT", "RIGHT"}));
  std::vector<std::string> operands = {draw.whole_numbers(shape, 0, 200)};
  if (op != "BitwiseNot") operands.push_back(draw.whole_numbers(draw.broadcastable(shape), 0, 9));
  return draw.finish(18, op, operands, attributes);
}

NodeSample make_variadic(std::string_view op, NodeDraw& draw) {
  const std::int64_t opset = draw.integer(1, 13);
  const Shape shape = draw.shape(0, 4);
  std::vector<std::string> operands = {draw.reals(shape)};
  for (std::int64_t more = draw.integer(0, 3); more > 0; --more) {
    operands.push_back(draw.reals(opset < 8 ? shape : draw.broadcastable(shape)));
  }
  return draw.finish(opset, op, operands);
}

NodeSample make_leaky_relu(std::string_view op, NodeDraw& draw) {
  return draw.finish(draw.integer(1, 16), op, {draw.reals(draw.shape(0, 4))},
                     {{"alpha", draw.real(0.1, 0.9)}});
}

NodeSample make_prelu(std::string_view op, NodeDraw& draw) {
  const std::int64_t opset = draw.integer(1, 16);
  const Shape shape = draw.shape(2, 4);
  const Shape slope = opset < 7 ? Shape{draw.coin() ? shape[1] : 1} : draw.broadcastable(shape);
  const std::string x = draw.reals(shape, Domain::any, NodeDraw::Held::no);
  return draw.finish(opset, op, {x, draw.reals(slope)});
}

NodeSample make_clip(std::string_view op, NodeDraw& draw) {
  const std::string x = draw.reals(draw.shape(0, 4));
  const bool has_low = draw.coin();
  const bool has_high = draw.coin();
  if (draw.coin()) {
    Attributes attributes;
    if (has_low) attributes.emplace_back("min", -0.503);
    if (has_high) attributes.emplace_back("max", 0.507);
    return draw.finish(6, op, {x}, attributes);
  }
  const std::string low = has_low ? draw.held_scalar(ElementType::f64, -0.503) : "";
  const std::string high = has_high ? draw.held_scalar(ElementType::f64, 0.507) : "";
  return draw.finish(13, op, {x, low, high});
}

NodeSample make_where(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(0, 4);
  const std::string condition = draw.booleans(draw.broadcastable(shape));
  const std::string if_true = draw.reals(shape);
  return draw.finish(16, op, {condition, if_true, draw.reals(draw.broadcastable(shape))});
}

constexpr auto unary = make_unary<Domain::any>;
constexpr auto unary_of_positive = make_unary<Domain::positive>;
constexpr auto binary = make_binary<Domain::any, Domain::any>;

constexpr LoweringSample samples[] = {
    {"Abs", unary},
    {"Ceil", unary},
    {"Erf", unary},
    {"Exp", unary},
    {"Floor", unary},
    {"Log", unary_of_positive},
    {"Neg", unary},
    {"Not", make_not},
    {"Reciprocal", unary_of_positive},
    {"Sigmoid", unary},
    {"Sqrt", unary_of_positive},
    {"Tanh", unary},
    {"Round", unary},
    {"Sign", unary},
    {"Acos", make_unary_of_small},
    {"Acosh", make_unary_above_one},
    {"Asin", make_unary_of_small},
    {"Asinh", unary},
    {"Atan", unary},
    {"Atanh", make_unary_of_small},
    {"Cos", unary},
    {"Cosh", unary},
    {"Sin", unary},
    {"Sinh", unary},
    {"Tan", make_unary_of_small},
    {"IsNaN", unary},
    {"IsInf", make_is_inf},
    {"Mod", make_mod},
    {"BitShift", make_bits},
    {"BitwiseAnd", make_bits},
    {"BitwiseOr", make_bits},
    {"BitwiseXor", make_bits},
    {"BitwiseNot", make_bits},
    {"Add", binary},
    {"Sub", binary},
    {"Mul", binary},
    {"Div", make_binary<Domain::any, Domain::positive>},
    {"Pow", make_binary<Domain::positive, Domain::any>},
    {"Max", make_variadic},
    {"Min", make_variadic},
    {"Sum", make_variadic},
    {"Mean", make_variadic},
    {"And", make_logic},
    {"Or", make_logic},
    {"Xor", make_logic},
    {"Equal", make_equal},
    {"Greater", binary},
    {"GreaterOrEqual", binary},
    {"Less", binary},
    {"LessOrEqual", binary},
    {"Where", make_where},
    {"Relu", unary},
    {"LeakyRelu", make_leaky_relu},
    {"PRelu", make_prelu},
    {"Clip", make_clip},
};

}  // namespace

extern constinit const LoweringSampleFamily elementwise_sample{samples};

}  // namespace pfsday::onnx
