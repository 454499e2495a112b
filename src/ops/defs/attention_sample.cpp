#include "ops/sample.h"

namespace pfsday::ops {
namespace {

/// Grouped queries, and values as wide as they like.
struct Operands {
  Shape q, k, v;
  Values inputs;
  Attributes attributes;
};

/// Whether and what each query sees; a window now and then begins after the last key.
Attributes draw_mask(Draw& draw, std::int64_t queries, std::int64_t keys) {
  const std::int64_t causal = draw.integer(0, 1);
  const std::int64_t offset = draw.coin() ? keys - queries : draw.integer(-2, 4);
  const std::int64_t window = causal == 1 && draw.coin() ? draw.integer(1, 3) : 0;
  return {{"causal", causal}, {"offset", offset}, {"window", window}};
}

Operands draw_operands(Draw& draw) {
  const std::int64_t batch = draw.integer(0, 9) == 0 ? 0 : draw.integer(1, 2);
  const std::int64_t key_heads = draw.integer(1, 2);
  const std::int64_t heads = key_heads * draw.integer(1, 2);
  const std::int64_t queries = draw.size();
  const std::int64_t keys = draw.size();
  const std::int64_t width = draw.integer(1, 3);
  Operands o;
  o.q = {batch, heads, queries, width};
  o.k = {batch, key_heads, keys, width};
  o.v = {batch, key_heads, keys, draw.integer(1, 3)};
  o.inputs = {draw.reals(o.q), draw.reals(o.k), draw.reals(o.v)};
  if (draw.coin()) o.inputs.push_back(draw.reals({batch, heads, queries, keys}));
  o.attributes = draw_mask(draw, queries, keys);
  o.attributes.push_back({"scale", draw.coin() ? 1.0 : 0.5});
  o.attributes.push_back({"softcap", draw.coin() ? 0.0 : 2.0});
  return o;
}

Sample make_attention(std::string_view name, Rng& rng) {
  Draw draw(rng);
  Operands o = draw_operands(draw);
  return draw.finish(name, o.inputs, o.attributes);
}

Sample make_gradient(std::string_view name, Rng& rng) {
  Draw draw(rng);
  Operands o = draw_operands(draw);
  Axes wrt = draw.some_axes(o.inputs.size());
  if (wrt.empty()) wrt.push_back(0);
  o.inputs.push_back(draw.reals({o.q[0], o.q[1], o.q[2], o.v[3]}));
  o.attributes.push_back({"wrt", wrt});
  return draw.finish(name, o.inputs, o.attributes);
}

constexpr PrimitiveSample samples[] = {{"attention", make_attention},
                                       {"attention_gradient", make_gradient}};

}  // namespace

extern constinit const SampleFamily attention_sample{samples};

}  // namespace pfsday::ops
