#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

struct Sizes {
  std::int64_t batch, key_heads, heads, queries, keys, past, width, value_width;
};

Sizes draw_sizes(NodeDraw& draw) {
  Sizes s;
  s.batch = draw.integer(1, 2);
  s.key_heads = draw.integer(1, 2);
  s.heads = s.key_heads * draw.integer(1, 2);
  s.queries = draw.integer(1, 3);
  s.keys = draw.integer(1, 3);
  s.past = draw.coin() ? draw.integer(1, 2) : 0;
  s.width = draw.integer(1, 3);
  s.value_width = draw.integer(1, 3);
  return s;
}

std::string draw_input(NodeDraw& draw, const Shape& shape) {
  return draw.reals(shape, NodeDraw::Domain::any, NodeDraw::Held::no);
}

/// With 3 axes or with 4.
std::string draw_heads(NodeDraw& draw, const Sizes& s, std::int64_t heads, std::int64_t length,
                       std::int64_t width, bool is_merged) {
  const Shape shape =
      is_merged ? Shape{s.batch, length, heads * width} : Shape{s.batch, heads, length, width};
  return draw_input(draw, shape);
}

/// Boolean or not, now and then narrower than the keys.
std::string draw_mask(NodeDraw& draw, const Sizes& s) {
  const std::int64_t keys = s.past + s.keys;
  Shape shape = draw.broadcastable({s.batch, s.heads, s.queries});
  shape.push_back(keys);
  if (shape.size() < 2) shape.insert(shape.begin(), s.queries);
  if (draw.coin()) return draw.masks(shape);
  if (keys > 2 && draw.coin()) --shape.back();
  return draw.reals(shape);
}

NodeSample make_attention(std::string_view op, NodeDraw& draw) {
  const Sizes s = draw_sizes(draw);
  const bool is_merged = draw.coin();
  std::vector<std::string> inputs = {
      draw_heads(draw, s, s.heads, s.queries, s.width, is_merged),
      draw_heads(draw, s, s.key_heads, s.keys, s.width, is_merged),
      draw_heads(draw, s, s.key_heads, s.keys, s.value_width, is_merged)};
  inputs.push_back(draw.coin() ? draw_mask(draw, s) : "");
  if (s.past > 0) {
    for (const std::int64_t width : {s.width, s.value_width}) {
      inputs.push_back(draw_input(draw, {s.batch, s.key_heads, s.past, width}));
    }
  }
  const std::int64_t is_causal = draw.integer(0, 1);
  // Masked scores may be infinite, of which there are no finite differences.
  const bool is_masked = is_causal == 1 || !inputs[3].empty();
  const std::int64_t mode = is_masked ? 3 * draw.integer(0, 1) : draw.integer(0, 3);
  Attributes attributes = {{"is_causal", is_causal}, {"qk_matmul_output_mode", mode}};
  if (is_merged) {
    attributes.emplace_back("q_num_heads", s.heads);
    attributes.emplace_back("kv_num_heads", s.key_heads);
  }
  if (draw.coin()) attributes.emplace_back("scale", draw.real(0.5, 2));
  if (draw.coin()) attributes.emplace_back("softcap", draw.real(1, 3));
  return draw.finish(23, op, inputs, attributes, draw.coin() ? 4 : 3);
}

/// Caches by position, or those of the positions themselves; only some elements are rotated.
NodeSample make_rotary(std::string_view op, NodeDraw& draw) {
  const Sizes s = draw_sizes(draw);
  const bool is_merged = draw.coin();
  const std::int64_t half = draw.integer(1, 2);
  const std::int64_t width = 2 * half + draw.integer(0, 1);
  const bool has_positions = draw.coin();
  const Shape cache =
      has_positions ? Shape{4, half} : Shape{draw.coin() ? s.batch : 1, s.queries, half};
  std::vector<std::string> inputs = {draw_heads(draw, s, s.heads, s.queries, width, is_merged),
                                     draw.reals(cache), draw.reals(cache)};
  if (has_positions) inputs.push_back(draw.whole_numbers({s.batch, s.queries}, 0, 3));
  Attributes attributes = {{"interleaved", draw.integer(0, 1)}, {"rotary_embedding_dim", 2 * half}};
  if (is_merged) attributes.emplace_back("num_heads", s.heads);
  return draw.finish(23, op, inputs, attributes);
}

constexpr LoweringSample samples[] = {{"Attention", make_attention},
                                      {"RotaryEmbedding", make_rotary}};

}  // namespace

extern constinit const LoweringSampleFamily attention_sample{samples};

}  // namespace pfsday::onnx
