#include "importers/onnx/microsoft.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

struct Sizes {
  std::int64_t batch, heads, queries, keys, past, width, value_width;
};

/// past: 0 for none.
Sizes draw_sizes(NodeDraw& draw) {
  Sizes s;
  s.batch = draw.integer(1, 2);
  s.heads = draw.integer(1, 2);
  s.queries = draw.integer(1, 3);
  s.keys = draw.integer(1, 3);
  s.past = draw.coin() ? draw.integer(1, 2) : 0;
  s.width = draw.integer(1, 3);
  s.value_width = draw.integer(1, 3);
  return s;
}

/// Queries, keys, values and caches are no part of a model.
std::string draw_input(NodeDraw& draw, const Shape& shape) {
  return draw.reals(shape, NodeDraw::Domain::any, NodeDraw::Held::no);
}

/// Lengths, ends and starts, or a mask with 2, 3 or 4 axes; each sees the first key.
std::string draw_mask(NodeDraw& draw, std::int64_t batch, std::int64_t queries, std::int64_t keys) {
  switch (draw.integer(0, keys < queries ? 4 : 5)) {
    case 0:
      return draw.whole_numbers({batch}, 1, keys);
    case 1:
      return draw.whole_numbers({2 * batch}, 0, keys);
    case 2:
      return draw.whole_numbers({3 * batch + 2}, 1, keys);
    case 3:
      return draw.whole_numbers({batch, keys}, 0, 1);
    case 4:
      return draw.whole_numbers({batch, queries, keys}, 0, 1);
    default:
      return draw.whole_numbers({batch, 1, keys + 1, keys + 1}, 0, 1);
  }
}

std::string draw_bias(NodeDraw& draw, const Sizes& s, std::int64_t keys) {
  return draw.reals({draw.coin() ? s.batch : 1, draw.coin() ? s.heads : 1, s.queries, keys});
}

void add_scale(NodeDraw& draw, Attributes& attributes) {
  if (draw.coin()) attributes.emplace_back("scale", draw.real(0.5, 2));
}

/// One with another width of values, or one with a past; a shared cache has room for two more.
NodeSample make_attention(std::string_view op, NodeDraw& draw) {
  Sizes s = draw_sizes(draw);
  const bool is_shared = s.past > 0 && draw.coin();
  if (s.past > 0) s.value_width = s.width;
  const std::int64_t hidden = draw.integer(1, 3);
  const std::int64_t of_keys = s.heads * s.width;
  const std::int64_t of_values = s.heads * s.value_width;
  const std::int64_t keys = s.past + s.queries;
  std::vector<std::string> inputs = {draw_input(draw, {s.batch, s.queries, hidden}),
                                     draw.reals({hidden, 2 * of_keys + of_values}),
                                     draw.coin() ? draw.reals({2 * of_keys + of_values}) : "",
                                     draw.coin() ? draw_mask(draw, s.batch, s.queries, keys) : ""};
  Attributes attributes = {{"num_heads", s.heads},
                           {"qkv_hidden_sizes", Axes{of_keys, of_keys, of_values}},
                           {"unidirectional", draw.integer(0, 1)}};
  const std::int64_t room = is_shared ? s.past + 2 : s.past;
  inputs.push_back(s.past > 0 ? draw_input(draw, {2, s.batch, s.heads, room, s.width}) : "");
  inputs.push_back(draw.coin() ? draw_bias(draw, s, keys) : "");
  if (is_shared) {
    inputs.push_back(draw.held_integers({s.past}));
    attributes.emplace_back("past_present_share_buffer", std::int64_t{1});
  }
  add_scale(draw, attributes);
  return draw.finish_in(microsoft, op, inputs, attributes, s.past > 0 ? 2 : 1);
}

/// The inputs q, k, v and the bias of their projection: apart, packed, or k and v made before.
struct Heads {
  std::vector<std::string> inputs;  ///< q, k, v, bias
};

Heads draw_heads(NodeDraw& draw, Sizes& s) {
  Heads h;
  const std::int64_t form = draw.integer(0, 3);
  if (form != 3 && form != 0) s.value_width = s.width;
  if (form == 1) s.keys = s.queries;
  const std::int64_t of_keys = s.heads * s.width;
  const std::int64_t of_values = s.heads * s.value_width;
  if (form == 1) {
    h.inputs = {draw_input(draw, {s.batch, s.queries, s.heads, 3, s.width}), "", ""};
  } else if (form == 2) {
    h.inputs = {draw_input(draw, {s.batch, s.queries, of_keys}),
                draw_input(draw, {s.batch, s.keys, s.heads, 2, s.width}), ""};
  } else if (form == 3) {
    s.past = 0;
    h.inputs = {draw_input(draw, {s.batch, s.queries, of_keys}),
                draw_input(draw, {s.batch, s.heads, s.keys, s.width}),
                draw_input(draw, {s.batch, s.heads, s.keys, s.value_width})};
  } else {
    h.inputs = {draw_input(draw, {s.batch, s.queries, of_keys}),
                draw_input(draw, {s.batch, s.keys, of_keys}),
                draw_input(draw, {s.batch, s.keys, of_values})};
  }
  h.inputs.push_back(draw.coin() ? draw.reals({2 * of_keys + of_values}) : "");
  return h;
}

NodeSample make_multi_head(std::string_view op, NodeDraw& draw) {
  Sizes s = draw_sizes(draw);
  const Heads h = draw_heads(draw, s);
  const std::int64_t keys = s.past + s.keys;
  std::vector<std::string> inputs = h.inputs;
  inputs.push_back(draw.coin() ? draw_mask(draw, s.batch, s.queries, keys) : "");
  inputs.push_back(draw.coin() ? draw_bias(draw, s, keys) : "");
  if (s.past > 0) {
    inputs.push_back(draw_input(draw, {s.batch, s.heads, s.past, s.width}));
    inputs.push_back(draw_input(draw, {s.batch, s.heads, s.past, s.value_width}));
  }
  Attributes attributes = {{"num_heads", s.heads}, {"unidirectional", draw.integer(0, 1)}};
  if (s.past + s.keys < s.queries) attributes.pop_back();
  add_scale(draw, attributes);
  return draw.finish_in(microsoft, op, inputs, attributes, draw.coin() ? 4 : 3);
}

/// One query, behind a past in a shared cache or not.
NodeSample make_decoder(std::string_view op, NodeDraw& draw) {
  Sizes s = draw_sizes(draw);
  s.queries = 1;
  const Heads h = draw_heads(draw, s);
  const std::int64_t keys = s.past + s.keys;
  const bool is_shared = s.past > 0 && draw.coin();
  const std::int64_t room = is_shared ? s.past + s.keys + 1 : s.past;
  std::vector<std::string> inputs = {h.inputs[0], h.inputs[1], h.inputs[2]};
  inputs.push_back(draw.coin() ? draw.whole_numbers({s.batch, keys}, 0, 1) : "");
  inputs.push_back(draw.coin() ? draw_bias(draw, s, keys) : "");
  for (const std::int64_t width : {s.width, s.value_width}) {
    inputs.push_back(s.past > 0 ? draw_input(draw, {s.batch, s.heads, room, width}) : "");
  }
  inputs.push_back(is_shared ? draw.held_integers({s.past}) : "");
  inputs.insert(inputs.end(), {"", "", h.inputs[3]});
  Attributes attributes = {{"num_heads", s.heads},
                           {"past_present_share_buffer", std::int64_t{is_shared}}};
  add_scale(draw, attributes);
  return draw.finish_in(microsoft, op, inputs, attributes, draw.coin() ? 4 : 3);
}

NodeSample make_packed(std::string_view op, NodeDraw& draw) {
  Sizes s = draw_sizes(draw);
  const std::int64_t tokens = s.batch * s.queries;
  const std::int64_t of_keys = s.heads * s.width;
  const std::int64_t of_values = s.heads * s.value_width;
  std::vector<std::string> inputs;
  if (draw.coin()) {
    s.value_width = s.width;
    inputs = {draw_input(draw, {tokens, s.heads, 3, s.width}), "", "",
              draw.coin() ? draw.reals({3 * of_keys}) : ""};
  } else {
    inputs = {draw_input(draw, {tokens, of_keys}), draw_input(draw, {tokens, of_keys}),
              draw_input(draw, {tokens, of_values}),
              draw.coin() ? draw.reals({2 * of_keys + of_values}) : ""};
  }
  inputs.push_back(draw.whole_numbers({s.batch, s.queries}, 0, tokens - 1));
  inputs.push_back(draw.whole_numbers({s.batch + 1}, 0, tokens));
  if (draw.coin()) inputs.push_back(draw_bias(draw, s, s.queries));
  Attributes attributes = {{"num_heads", s.heads}};
  add_scale(draw, attributes);
  return draw.finish_in(microsoft, op, inputs, attributes);
}

/// Tokens of which none is padding.
NodeSample make_packed_projected(std::string_view op, NodeDraw& draw) {
  const Sizes s = draw_sizes(draw);
  const std::int64_t tokens = s.batch * s.queries;
  const std::int64_t hidden = draw.integer(1, 3);
  const std::int64_t projected = 3 * s.heads * s.width;
  std::vector<std::string> inputs = {draw_input(draw, {tokens, hidden}),
                                     draw.reals({hidden, projected}), draw.reals({projected}),
                                     draw.whole_numbers({s.batch, s.queries}, 0, tokens - 1),
                                     draw.whole_numbers({s.batch + 1}, 0, tokens)};
  if (draw.coin()) inputs.push_back(draw_bias(draw, s, s.queries));
  return draw.finish_in(microsoft, op, inputs, {{"num_heads", s.heads}});
}

/// Scales and zero points for all of the weights, or for each column.
NodeSample make_quantized(std::string_view op, NodeDraw& draw) {
  const Sizes s = draw_sizes(draw);
  const std::int64_t hidden = draw.integer(1, 3);
  const std::int64_t projected = 3 * s.heads * s.width;
  const auto scale = [&](const Shape& shape) {
    return draw.reals_within(shape, 0.01, 0.02, NodeDraw::Held::yes);
  };
  const bool by_column = draw.coin();
  const Shape columns = by_column ? Shape{projected} : Shape{};
  std::vector<std::string> inputs = {
      draw.typed_integers(ElementType::u8, {s.batch, s.queries, hidden}, 0, 200),
      draw.typed_integers(ElementType::i8, {hidden, projected}, -100, 100, NodeDraw::Held::yes),
      draw.reals({projected}),
      scale({}),
      scale(columns),
      draw.coin() ? draw_mask(draw, s.batch, s.queries, s.past + s.queries) : "",
      draw.held_scalar(ElementType::u8, 3),
      draw.typed_integers(ElementType::i8, columns, 0, 5, NodeDraw::Held::yes)};
  if (s.past > 0) inputs.push_back(draw_input(draw, {2, s.batch, s.heads, s.past, s.width}));
  return draw.finish_in(microsoft, op, inputs,
                        {{"num_heads", s.heads}, {"unidirectional", draw.integer(0, 1)}},
                        s.past > 0 ? 2 : 1);
}

/// A cache with room for all.
NodeSample make_sparse(std::string_view op, NodeDraw& draw) {
  const Sizes s = draw_sizes(draw);
  const std::int64_t width = 2 * draw.integer(1, 2);
  const std::int64_t keys = s.past + s.queries;
  const Shape cache = {s.batch, s.heads, keys + draw.integer(0, 2), width};
  const Shape of_keys = {s.batch, s.queries, s.heads * width};
  std::vector<std::string> inputs = {draw_input(draw, {s.batch, s.queries, 2 * s.heads * width}),
                                     draw_input(draw, of_keys),
                                     draw_input(draw, of_keys),
                                     draw_input(draw, cache),
                                     draw_input(draw, cache),
                                     draw.whole_numbers({1, 3}, 0, 2),
                                     draw.whole_numbers({1, 3}, 0, 1),
                                     draw.held_integers({keys}),
                                     draw.whole_numbers({s.batch}, keys, keys)};
  const std::int64_t rotates = draw.integer(0, 1);
  for (int i = 0; i < 2 && rotates != 0; ++i) inputs.push_back(draw.reals({8, width / 2}));
  return draw.finish_in(microsoft, op, inputs,
                        {{"num_heads", 2 * s.heads},
                         {"kv_num_heads", s.heads},
                         {"sparse_block_size", std::int64_t{16}},
                         {"do_rotary", rotates}},
                        3);
}

/// A past that is whole, or the first part of a cache with room for all.
NodeSample make_group_query(std::string_view op, NodeDraw& draw) {
  const Sizes s = draw_sizes(draw);
  const std::int64_t group = draw.integer(1, 2);
  const std::int64_t width = 2 * draw.integer(1, 2);
  const std::int64_t keys = s.past + s.queries;
  const bool is_shared = draw.coin();
  const bool has_past = s.past > 0 || is_shared;
  const std::int64_t room = is_shared ? keys + draw.integer(0, 2) : s.past;
  std::vector<std::string> inputs;
  if (draw.coin()) {
    inputs = {draw_input(draw, {s.batch, s.queries, (group + 2) * s.heads * width}), "", ""};
  } else {
    const Shape of_keys = {s.batch, s.queries, s.heads * width};
    inputs = {draw_input(draw, {s.batch, s.queries, group * s.heads * width}),
              draw_input(draw, of_keys), draw_input(draw, of_keys)};
  }
  for (int i = 0; i < 2; ++i) {
    inputs.push_back(has_past ? draw_input(draw, {s.batch, s.heads, room, width}) : "");
  }
  inputs.push_back(draw.whole_numbers({s.batch}, keys - 1, keys - 1));
  inputs.push_back(draw.held_integers({keys}));
  const std::int64_t rotates = draw.integer(0, 1);
  for (int i = 0; i < 2; ++i) inputs.push_back(rotates != 0 ? draw.reals({8, width / 2}) : "");
  inputs.push_back(rotates != 0 && draw.coin() ? draw.whole_numbers({s.batch, s.queries}, 0, 7)
                                               : "");
  inputs.push_back(draw.coin() ? draw.reals({1, draw.coin() ? group * s.heads : 1, s.queries, keys})
                               : "");
  if (draw.coin()) {
    inputs.insert(inputs.end(), {"", "", ""});
    inputs.push_back(draw.reals({width}));
    inputs.push_back(draw.reals({width}));
  }
  const std::int64_t causal = draw.integer(0, 1);
  Attributes attributes = {{"num_heads", group * s.heads},
                           {"kv_num_heads", s.heads},
                           {"causal", causal},
                           {"do_rotary", rotates},
                           {"rotary_interleaved", draw.integer(0, 1)},
                           {"local_window_size", causal != 0 && draw.coin() ? 2 : -1},
                           {"qk_output", draw.integer(1, 2)}};
  if (draw.coin()) attributes.emplace_back("softcap", draw.real(1, 3));
  add_scale(draw, attributes);
  const bool has_inner = std::get<std::int64_t>(attributes[6].second) == 2 && draw.coin();
  return draw.finish_in(microsoft, op, inputs, attributes, has_inner ? 4 : 3);
}

NodeSample make_rotary(std::string_view op, NodeDraw& draw) {
  const Sizes s = draw_sizes(draw);
  const std::int64_t half = draw.integer(1, 2);
  const bool is_partial = draw.coin();
  const std::int64_t width = 2 * half + (is_partial ? 1 : 0);
  const bool is_merged = draw.coin();
  const Shape x = is_merged ? Shape{s.batch, s.queries, s.heads * width}
                            : Shape{s.batch, s.heads, s.queries, width};
  const std::string operand = draw.reals(x);
  const std::string positions =
      draw.coin() ? draw.whole_numbers({1}, 0, 3) : draw.whole_numbers({s.batch, s.queries}, 0, 5);
  Attributes attributes = {{"interleaved", draw.integer(0, 1)}};
  if (is_partial) {
    attributes.emplace_back("num_heads", s.heads);
    attributes.emplace_back("rotary_embedding_dim", 2 * half);
  }
  return draw.finish_in(microsoft, op,
                        {operand, positions, draw.reals({6, half}), draw.reals({6, half})},
                        attributes);
}

constexpr LoweringSample samples[] = {
    {"Attention", make_attention, microsoft},
    {"DecoderMaskedSelfAttention", make_attention, microsoft},
    {"MultiHeadAttention", make_multi_head, microsoft},
    {"DecoderMaskedMultiHeadAttention", make_decoder, microsoft},
    {"PackedMultiHeadAttention", make_packed, microsoft},
    {"QAttention", make_quantized, microsoft},
    {"PackedAttention", make_packed_projected, microsoft},
    {"SparseAttention", make_sparse, microsoft},
    {"GroupQueryAttention", make_group_query, microsoft},
    {"RotaryEmbedding", make_rotary, microsoft},
};

}  // namespace

extern constinit const LoweringSampleFamily microsoft_attention_sample{samples};

}  // namespace pfsday::onnx
