#include "importers/onnx/microsoft.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

/// The activations that have no kink.
std::string smooth_activation(NodeDraw& draw) { return draw.choose({"Sigmoid", "Tanh"}); }

/// Batches [B..., m, k] and [B..., k, n]; stored transposed, or with the first axis behind.
NodeSample make_fused_matmul(std::string_view op, NodeDraw& draw) {
  const Shape batch = draw.shape(0, 2);
  const Shape sizes = draw.integers(3, 1, 4);
  const auto operand = [&](std::int64_t rows, std::int64_t columns, bool turns, bool moves) {
    Shape shape = batch;
    shape.push_back(turns ? columns : rows);
    shape.push_back(turns ? rows : columns);
    if (moves) std::rotate(shape.begin(), shape.end() - 2, shape.end() - 1);
    return draw.reals(shape);
  };
  const bool may_move = op != "TransposeMatMul";
  std::int64_t flags[4] = {};
  for (std::int64_t& flag : flags) flag = draw.integer(0, 1);
  if (!may_move) flags[2] = flags[3] = 0;
  const std::string first = operand(sizes[0], sizes[1], flags[0] != 0, flags[2] != 0);
  const std::string second = operand(sizes[1], sizes[2], flags[1] != 0, flags[3] != 0);
  Attributes attributes = {{"transA", flags[0]}, {"transB", flags[1]}};
  if (may_move) {
    attributes.emplace_back("transBatchA", flags[2]);
    attributes.emplace_back("transBatchB", flags[3]);
  }
  if (draw.coin()) attributes.emplace_back("alpha", draw.real(0.5, 2));
  if (op == "FusedMatMulActivation") {
    attributes.emplace_back("activation", smooth_activation(draw));
  }
  return draw.finish_in(microsoft, op, {first, second}, attributes);
}

/// The activations with a kink have parameters that take it away, or far above all values.
NodeSample make_fused_gemm(std::string_view op, NodeDraw& draw) {
  const Shape sizes = draw.integers(3, 1, 4);
  const std::int64_t turns = draw.integer(0, 1);
  const Shape second = turns != 0 ? Shape{sizes[2], sizes[1]} : Shape{sizes[1], sizes[2]};
  std::vector<std::string> inputs = {draw.reals({sizes[0], sizes[1]}), draw.reals(second)};
  if (draw.coin()) inputs.push_back(draw.reals({sizes[2]}));
  const std::string activation = draw.choose({"Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid"});
  return draw.finish_in(microsoft, op, inputs,
                        {{"transB", turns},
                         {"activation", activation},
                         {"activation_alpha", activation == "LeakyRelu" ? 1.0 : 0.001},
                         {"activation_beta", 0.5}});
}

NodeSample make_gemm_fast_gelu(std::string_view op, NodeDraw& draw) {
  const Shape sizes = draw.integers(4, 1, 3);
  std::vector<std::string> inputs = {draw.reals({sizes[0], sizes[1], sizes[2]}),
                                     draw.reals({sizes[2], sizes[3]})};
  if (draw.coin()) inputs.push_back(draw.reals({sizes[3]}));
  return draw.finish_in(microsoft, op, inputs);
}

/// Channels in the second or the last axis; groups, strides, pads, and a sum with another tensor.
NodeSample make_conv(std::string_view op, NodeDraw& draw) {
  const bool is_last = op != "FusedConv";
  const bool is_fused = op != "NhwcConv";
  const std::int64_t groups = draw.integer(1, 2);
  const Shape sizes = draw.integers(3, 1, 2);  // batch, channels and filters of a group
  const Shape space = draw.integers(2, 3, 4);
  const std::int64_t stride = draw.integer(1, 2);
  const auto shape_of = [&](std::int64_t channels, std::int64_t height, std::int64_t width) {
    return is_last ? Shape{sizes[0], height, width, channels}
                   : Shape{sizes[0], channels, height, width};
  };
  std::vector<std::string> inputs = {draw.reals(shape_of(groups * sizes[1], space[0], space[1])),
                                     draw.reals({groups * sizes[2], sizes[1], 2, 2}),
                                     draw.coin() ? draw.reals({groups * sizes[2]}) : ""};
  Attributes attributes = {
      {"group", groups}, {"strides", Axes{stride, stride}}, {"pads", Axes{1, 0, 1, 0}}};
  if (is_fused && draw.coin()) {
    inputs.push_back(draw.reals(
        shape_of(groups * sizes[2], space[0] / stride + 1, (space[1] - 2) / stride + 1)));
  }
  if (is_fused) attributes.emplace_back("activation", smooth_activation(draw));
  if (is_fused && draw.coin()) {
    // Between limits that no value reaches.
    attributes.back().second = "Clip";
    attributes.emplace_back("activation_params", std::vector<float>{-1000, 1000});
  }
  return draw.finish_in(microsoft, op, inputs, attributes);
}

NodeSample make_max_pool(std::string_view op, NodeDraw& draw) {
  const Shape sizes = draw.integers(4, 2, 4);
  return draw.finish_in(microsoft, op, {draw.reals(sizes)},
                        {{"kernel_shape", Axes{2, 2}}, {"strides", draw.integers(2, 1, 2)}});
}

NodeSample make_cdist(std::string_view op, NodeDraw& draw) {
  const Shape sizes = draw.integers(3, 1, 4);
  const std::string first = draw.reals({sizes[0], sizes[2]});
  return draw.finish_in(microsoft, op, {first, draw.reals({sizes[1], sizes[2]})},
                        {{"metric", draw.choose({"sqeuclidean", "euclidean"})}});
}

constexpr LoweringSample samples[] = {
    {"FusedMatMul", make_fused_matmul, microsoft},
    {"TransposeMatMul", make_fused_matmul, microsoft},
    {"FusedMatMulActivation", make_fused_matmul, microsoft},
    {"FusedGemm", make_fused_gemm, microsoft},
    {"GemmFastGelu", make_gemm_fast_gelu, microsoft},
    {"FusedConv", make_conv, microsoft},
    {"NhwcConv", make_conv, microsoft},
    {"NhwcFusedConv", make_conv, microsoft},
    {"NhwcMaxPool", make_max_pool, microsoft},
    {"CDist", make_cdist, microsoft},
};

}  // namespace

extern constinit const LoweringSampleFamily microsoft_product_sample{samples};

}  // namespace pfsday::onnx
