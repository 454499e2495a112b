#include "importers/onnx/microsoft.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;
using Held = NodeDraw::Held;

/// Statistics in f64, as the operands are.
constexpr std::int64_t double_precision = 11;

Attributes draw_attributes(NodeDraw& draw) {
  return {{"epsilon", draw.real(0.1, 0.2)}, {"stash_type", double_precision}};
}

std::string draw_input(NodeDraw& draw, const Shape& shape) {
  return draw.reals(shape, NodeDraw::Domain::any, Held::no);
}

/// All outputs that are differentiable: the mean is not, where nobody asks for it.
NodeSample make_skip(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.shape(3, 3);
  const Shape vector = {x.back()};
  const bool is_simplified = op == "SkipSimplifiedLayerNormalization";
  Shape skip = x;
  if (!is_simplified && draw.coin()) skip[0] = 1;
  std::vector<std::string> inputs = {draw_input(draw, x), draw_input(draw, skip),
                                     draw.reals(vector)};
  if (!is_simplified) inputs.push_back(draw.coin() ? draw.reals(vector) : "");
  if (draw.coin()) inputs.push_back(draw.reals(vector));
  NodeSample sample = draw.finish_in(microsoft, op, inputs, draw_attributes(draw), 4);
  if (is_simplified) sample.node.outputs[1].clear();
  return sample;
}

NodeSample make_simplified(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.shape(1, 3);
  std::vector<std::string> inputs = {draw_input(draw, x), draw.reals({x.back()})};
  return draw.finish(13, op, inputs, draw_attributes(draw), 2);
}

NodeSample make_simplified_elsewhere(std::string_view op, NodeDraw& draw) {
  NodeSample sample = make_simplified(op, draw);
  sample.node.domain = microsoft;
  return sample;
}

/// Words, and now and then segments, a mask and positions.
NodeSample make_embed(std::string_view op, NodeDraw& draw) {
  const Shape sizes = draw.integers(3, 1, 4);  // batch, words, width
  const Shape words = {sizes[0], sizes[1]};
  const bool has_segments = draw.coin();
  std::vector<std::string> inputs = {draw.whole_numbers(words, 0, 4),
                                     has_segments ? draw.whole_numbers(words, 0, 1) : "",
                                     draw.reals({5, sizes[2]}),
                                     draw.reals({6, sizes[2]}),
                                     has_segments ? draw.reals({2, sizes[2]}) : "",
                                     draw.reals({sizes[2]}),
                                     draw.reals({sizes[2]})};
  inputs.push_back(draw.coin() ? draw.whole_numbers(words, 0, 1) : "");
  if (draw.coin()) inputs.push_back(draw.whole_numbers({1, sizes[1]}, 0, 5));
  return draw.finish_in(microsoft, op, inputs, draw_attributes(draw), 3);
}

NodeSample make_group_norm(std::string_view op, NodeDraw& draw) {
  const std::int64_t groups = draw.integer(1, 2);
  const std::int64_t channels = groups * draw.integer(1, 2);
  const Shape sizes = draw.integers(3, 1, 3);
  const std::int64_t is_last = draw.integer(0, 1);
  const auto shape_of = [&](std::int64_t height, std::int64_t width) {
    return is_last != 0 ? Shape{sizes[0], height, width, channels}
                        : Shape{sizes[0], channels, height, width};
  };
  std::vector<std::string> inputs = {draw_input(draw, shape_of(sizes[1], sizes[2])),
                                     draw.reals({channels}), draw.reals({channels})};
  const bool skips = op == "SkipGroupNorm";
  if (skips) {
    const bool is_matrix = draw.coin();
    const bool is_single = draw.coin();
    const Shape one = is_single ? shape_of(1, 1) : shape_of(sizes[1], sizes[2]);
    inputs.push_back(draw_input(draw, is_matrix ? Shape{sizes[0], channels} : one));
    if (draw.coin()) inputs.push_back(draw.reals({channels}));
  }
  return draw.finish_in(microsoft, op, inputs,
                        {{"groups", groups},
                         {"channels_last", is_last},
                         {"activation", draw.integer(0, 1)},
                         {"epsilon", draw.real(0.1, 0.2)}},
                        skips ? 2 : 1);
}

constexpr LoweringSample samples[] = {
    {"SkipLayerNormalization", make_skip, microsoft},
    {"SimplifiedLayerNormalization", make_simplified},
    {"SimplifiedLayerNormalization", make_simplified_elsewhere, microsoft},
    {"SkipSimplifiedLayerNormalization", make_skip, microsoft},
    {"EmbedLayerNormalization", make_embed, microsoft},
    {"GroupNorm", make_group_norm, microsoft},
    {"SkipGroupNorm", make_group_norm, microsoft},
};

}  // namespace

extern constinit const LoweringSampleFamily microsoft_normalization_sample{samples};

}  // namespace pfsday::onnx
