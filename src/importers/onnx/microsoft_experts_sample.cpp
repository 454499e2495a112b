#include "importers/onnx/microsoft.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;
using Held = NodeDraw::Held;

struct Sizes {
  std::int64_t experts, k, hidden, inner;
  Shape tokens;
};

Sizes draw_sizes(NodeDraw& draw, std::int64_t step) {
  Sizes s;
  s.experts = draw.integer(2, 3);
  s.k = draw.integer(1, 2);
  s.hidden = step * draw.integer(1, 2);
  s.inner = step * draw.integer(1, 2);
  s.tokens = draw.shape(1, 2);
  return s;
}

/// x and the router.
std::vector<std::string> draw_head(NodeDraw& draw, const Sizes& s) {
  Shape x = s.tokens;
  x.push_back(s.hidden);
  std::int64_t tokens = 1;
  for (const std::int64_t size : s.tokens) tokens *= size;
  return {draw.reals(x, NodeDraw::Domain::any, Held::no),
          draw.reals({tokens, s.experts}, NodeDraw::Domain::any, Held::no)};
}

/// How the activation is made of one or of two layers.
struct Kind {
  std::string activation;
  std::int64_t fusion = 0;
  bool has_gate = false;
};

Kind draw_kind(NodeDraw& draw) {
  Kind kind;
  kind.activation = draw.choose({"gelu", "silu", "swiglu", "identity"});
  kind.has_gate = draw.coin();
  if (kind.activation == "swiglu" && !kind.has_gate) kind.fusion = draw.integer(1, 2);
  return kind;
}

Attributes attributes_of(NodeDraw& draw, const Sizes& s, const Kind& kind) {
  Attributes attributes = {{"k", s.k},
                           {"activation_type", kind.activation},
                           {"swiglu_fusion", kind.fusion},
                           {"normalize_routing_weights", draw.integer(0, 1)}};
  if (draw.coin()) {
    attributes.emplace_back("activation_alpha", 1.5);
    attributes.emplace_back("activation_beta", 0.5);
    // A limit that no value reaches: it has no kink there.
    attributes.emplace_back("swiglu_limit", 100000.0);
  }
  return attributes;
}

NodeSample make_experts(std::string_view op, NodeDraw& draw) {
  const Sizes s = draw_sizes(draw, 1);
  const Kind kind = draw_kind(draw);
  const std::int64_t first = kind.fusion != 0 ? 2 * s.inner : s.inner;
  std::vector<std::string> inputs = draw_head(draw, s);
  const auto add_layer = [&](std::int64_t rows, std::int64_t columns) {
    inputs.push_back(draw.reals({s.experts, rows, columns}));
    inputs.push_back(draw.coin() ? draw.reals({s.experts, rows}) : "");
  };
  add_layer(first, s.hidden);
  add_layer(s.hidden, s.inner);
  if (kind.has_gate) add_layer(s.inner, s.hidden);
  return draw.finish_in(microsoft, op, inputs, attributes_of(draw, s, kind));
}

/// One scale for each row, or one for each block of 4.
NodeSample make_packed_experts(std::string_view op, NodeDraw& draw) {
  const Sizes s = draw_sizes(draw, 4);
  const Kind kind = draw_kind(draw);
  const std::int64_t bits = std::int64_t{1} << draw.integer(1, 3);
  const bool has_blocks = draw.coin();
  const std::int64_t first = kind.fusion != 0 ? 2 * s.inner : s.inner;
  std::vector<std::string> inputs = draw_head(draw, s);
  const auto add_layer = [&](std::int64_t rows, std::int64_t columns) {
    inputs.push_back(draw.typed_integers(ElementType::u8, {s.experts, rows, columns * bits / 8}, 0,
                                         255, Held::yes));
    const Shape scales = has_blocks ? Shape{s.experts, rows, columns / 4} : Shape{s.experts, rows};
    // Small, so that the activations stay where differences of 1e-5 tell their slope.
    inputs.push_back(draw.reals_within(scales, 0.001, 0.01, Held::yes));
    inputs.push_back(draw.coin() ? draw.reals({s.experts, rows}) : "");
  };
  add_layer(first, s.hidden);
  add_layer(s.hidden, s.inner);
  if (kind.has_gate) add_layer(s.inner, s.hidden);
  Attributes attributes = attributes_of(draw, s, kind);
  attributes.emplace_back("expert_weight_bits", bits);
  if (has_blocks) attributes.emplace_back("block_size", std::int64_t{4});
  return draw.finish_in(microsoft, op, inputs, attributes);
}

constexpr LoweringSample samples[] = {{"MoE", make_experts, microsoft},
                                      {"QMoE", make_packed_experts, microsoft}};

}  // namespace

extern constinit const LoweringSampleFamily microsoft_experts_sample{samples};

}  // namespace pfsday::onnx
