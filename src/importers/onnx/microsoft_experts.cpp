// Mixtures of experts of the domain com.microsoft: MoE, QMoE. Each token goes through k experts.
#include <fmt/format.h>

#include "importers/onnx/microsoft.h"
#include "importers/onnx/packed_weights.h"

namespace pfsday::onnx {
namespace {

/// The matrices [E, N, K] of one layer of all experts, and its bias [E, N] or none.
struct Layer {
  Value weights = {}, bias = {};
};

struct Experts {
  Layer first, second, gate;  ///< gate: the other half of a gated activation, or none
};

/// Which expert each of the T * k rows goes to, and with what weight [T, k] it comes back.
struct Routes {
  Value index, weights;
  std::int64_t tokens = 0, k = 1;
};

/// Softmax over the experts, of which the k best stay.
Result<Routes> route(const OnnxNode& node, Value scores, Value given_weights, Builder& b) {
  const Shape shape = b.shape(scores);
  const std::int64_t k = TRY(node.integer("k", 1));
  if (shape.size() != 2 || k < 1 || k > shape[1]) {
    return fail(Code::shapes_disagree,
                fmt::format("{} experts of a router of {}", k, to_string(shape)));
  }
  if (TRY(node.integer("use_sparse_mixer", 0)) != 0) {
    return fail(Code::type_unsupported, "a sparse mixer is not lowered");
  }
  const Values softmax = TRY(lower_as("Softmax", 13, node.with_inputs({scores}), b));
  const Values best = b.emit_all("top_k", {softmax.empty() ? Value{} : softmax[0]},
                                 {{"axis", std::int64_t{1}},
                                  {"k", k},
                                  {"largest", std::int64_t{1}},
                                  {"last", std::int64_t{0}}});
  if (best.size() != 2) return Routes{};
  Routes routes{
      .index = b.reshape(best[1], {shape[0] * k}), .weights = best[0], .tokens = shape[0], .k = k};
  if (given_weights) {
    routes.weights =
        b.emit("gather_elements", {given_weights, best[1]}, {{"axis", std::int64_t{1}}});
  }
  if (TRY(node.integer("normalize_routing_weights", 0)) != 0) {
    routes.weights = b.div(routes.weights, b.reduce_sum(routes.weights, {1}, keep_dims));
  }
  return routes;
}

Value through(const Layer& layer, Value x, Value index, Builder& b) {
  b.use_as_parameter(layer.weights);
  const Value y = b.emit("routed_dot", {x, layer.weights, index});
  if (!layer.bias) return y;
  b.use_as_parameter(layer.bias);
  return b.add(y, b.gather(layer.bias, index, 0));
}

/// g sigmoid(alpha g) (l + beta), both clamped where there is a limit.
Result<Value> swiglu(const OnnxNode& node, Value g, Value l, Builder& b) {
  const double alpha = TRY(node.real("activation_alpha", 1));
  const double beta = TRY(node.real("activation_beta", 0));
  if (node.find("swiglu_limit") != nullptr) {
    const double limit = TRY(node.real("swiglu_limit", 0));
    g = b.with_scalar("min", g, limit);
    l = b.with_scalar("max", b.with_scalar("min", l, limit), -limit);
  }
  const Value slope = alpha == 1 ? g : b.with_scalar("mul", g, alpha);
  const Value gated = b.mul(g, b.emit("sigmoid", {slope}));
  return b.mul(gated, beta == 0 ? l : b.with_scalar("add", l, beta));
}

/// The two halves of each row: in turns, or one behind the other.
Result<Values> halves(Value x, bool in_turns, Builder& b) {
  const Shape shape = b.shape(x);
  if (shape.size() != 2 || shape[1] % 2 != 0) {
    return fail(Code::shapes_disagree, fmt::format("{} has no two halves", to_string(shape)));
  }
  const std::int64_t half = shape[1] / 2;
  if (in_turns) {
    return Values{b.slice(x, {0, 0}, shape, {1, 2}), b.slice(x, {0, 1}, shape, {1, 2})};
  }
  return Values{b.slice(x, {0, 0}, {shape[0], half}, {1, 1}), b.slice(x, {0, half}, shape, {1, 1})};
}

/// What stands between the two layers: an activation, perhaps gated by a third one.
Result<Value> hidden_of(const OnnxNode& node, const Experts& experts, Value x, Value index,
                        Builder& b) {
  const Value first = through(experts.first, x, index, b);
  const Value gate = experts.gate.weights ? through(experts.gate, x, index, b) : Value{};
  const std::string_view name = TRY(node.text("activation_type", "relu"));
  if (name == "swiglu") {
    if (gate) return swiglu(node, first, gate, b);
    const std::int64_t fusion = TRY(node.integer("swiglu_fusion", 0));
    const Values parts = TRY(halves(first, fusion == 1, b));
    return swiglu(node, parts[0], parts[1], b);
  }
  Value y = first;
  if (name == "relu") {
    y = b.with_scalar("max", first, 0);
  } else if (name == "silu") {
    y = b.mul(first, b.emit("sigmoid", {first}));
  } else if (name == "gelu") {
    const Values bent = TRY(lower_as("Gelu", 20, node.with_inputs({first}), b));
    y = bent.empty() ? Value{} : bent[0];
  } else if (name != "identity") {
    return fail(Code::type_unsupported, fmt::format("the activation \"{}\" is not lowered", name));
  }
  return gate ? b.mul(y, gate) : y;
}

/// Each token k times, through the experts, weighted, and summed.
Result<Values> mix(const OnnxNode& node, const Experts& experts, const Routes& routes, Builder& b) {
  const Shape shape = b.shape(node.input(0));
  if (!routes.index || shape.empty()) return Values{};
  const std::int64_t width = shape.back();
  const std::int64_t rows = routes.tokens * routes.k;
  const Value apart = b.reshape(node.input(0), {routes.tokens, 1, width});
  const Value x = b.reshape(b.broadcast(apart, {routes.tokens, routes.k, width}), {rows, width});
  const Value hidden = TRY(hidden_of(node, experts, x, routes.index, b));
  const Value y = through(experts.second, hidden, routes.index, b);
  const Value weighted = b.mul(y, b.reshape(routes.weights, {rows, 1}));
  const Value sum = b.reduce_sum(b.reshape(weighted, {routes.tokens, routes.k, width}), {1});
  return Values{b.reshape(sum, shape)};
}

/// Inputs x, router, then weights and bias of each layer.
Result<Values> lower_experts(const OnnxNode& node, Builder& b) {
  const Experts experts{.first = {node.input(2), node.input(3)},
                        .second = {node.input(4), node.input(5)},
                        .gate = {node.input(6), node.input(7)}};
  const Routes routes = TRY(route(node, node.input(1), {}, b));
  return mix(node, experts, routes, b);
}

/// The packed weights of a layer, whose scales and bias are the inputs behind them.
Result<Layer> packed_layer(const OnnxNode& node, std::size_t first, std::size_t zero_points,
                           std::int64_t columns, Builder& b) {
  if (!node.has_input(first)) return Layer{};
  if (!node.has_input(first + 1)) return fail(Code::input_missing, "the scales are missing");
  PackedWeights packed{.bytes = node.input(first),
                       .scales = node.input(first + 1),
                       .zero_points = node.input(zero_points)};
  packed.bits = TRY(node.integer("expert_weight_bits", 4));
  packed.block_size = TRY(node.integer("block_size", 0));
  if (packed.block_size == 0) packed.block_size = columns;
  const Shape& shape = b.shape(packed.bytes);
  if (shape.size() != 3) {
    return fail(Code::shapes_disagree, fmt::format("packed weights of {}", to_string(shape)));
  }
  const Shape lead = {shape[0], shape[1]};
  Layer layer;
  layer.weights = TRY(unpack_weights(packed, lead, columns, b));
  layer.bias = node.input(first + 2);
  return layer;
}

/// The same with packed weights, all of which are made real at every call.
Result<Values> lower_packed_experts(const OnnxNode& node, Builder& b) {
  const std::string_view kind = TRY(node.text("quant_type", "int"));
  if (kind != "int") {
    return fail(Code::type_unsupported, fmt::format("weights of type {} are not lowered", kind));
  }
  const Shape& x = b.shape(node.input(0));
  const Shape& second = b.shape(node.input(5));
  const std::int64_t bits = TRY(node.integer("expert_weight_bits", 4));
  if (x.empty() || second.size() != 3 || bits < 1 || bits > 8) {
    return fail(Code::shapes_disagree,
                fmt::format("x is {}, the second layer {}", to_string(x), to_string(second)));
  }
  const std::int64_t width = x.back();
  Experts experts;
  experts.first = TRY(packed_layer(node, 2, 11, width, b));
  experts.second = TRY(packed_layer(node, 5, 12, second[2] * (8 / bits), b));
  experts.gate = TRY(packed_layer(node, 8, 13, width, b));
  const Routes routes = TRY(route(node, node.input(1), node.input(14), b));
  return mix(node, experts, routes, b);
}

constexpr Lowering rows[] = {
    {.op = "MoE", .inputs = 3, .lower = lower_experts, .domain = microsoft},
    {.op = "QMoE", .inputs = 4, .lower = lower_packed_experts, .domain = microsoft},
};

}  // namespace

extern constinit const LoweringFamily microsoft_experts{rows};

}  // namespace pfsday::onnx
