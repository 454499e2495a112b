// Apertus: Llama with a norm of each query and key and a plain MLP, whose activation xIELU has two
// learned slopes in each layer. Source: transformers models/apertus, activations.py; xIELU,
// https://arxiv.org/abs/2411.13010.
#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/recurrence.h"

namespace pfsday::config {
namespace {

constexpr NormKind rms = NormKind::rms;

/// p x^2 + x / 2 above 0, n (exp(x) - 1 - x) + x / 2 below, for p = softplus(alpha_p) and
/// n = 1 / 2 + softplus(alpha_n); both are worked out for every number.
Value xielu(Network& net, std::string_view name, Value x) {
  if (!x) return {};
  const auto scope = net.enter(name);
  net.begin("", "XIELU");
  constexpr double beta = 0.5, epsilon = -1e-6;
  Builder& b = net.builder();
  const Value p = softplus(net, net.weight("alpha_p", {1}));
  const Value n = b.with_scalar("add", softplus(net, net.weight("alpha_n", {1})), beta);
  const Value line = net.scale(x, beta);
  const Value above = b.add(b.mul(b.mul(p, x), x), line);
  const Value bent = b.with_scalar("sub", b.exp(b.with_scalar("min", x, epsilon)), 1);
  const Value below = b.add(b.mul(b.sub(bent, x), n), line);
  const Value is_above = b.binary("greater", x, b.scalar(net.element(), 0));
  return b.select(is_above, above, below);
}

Values build_apertus(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  const Attention attention =
      read_attention(in, {.bias = bias, .out_bias = bias, .head_norm = rms});
  const std::int64_t inner = in.size("intermediate_size");
  in.refuse_if(in.text_or("hidden_act", "xielu") != "xielu", "hidden_act", "is not \"xielu\"");
  in.refuse_if(in.flag("post_norm", false), "post_norm", "is not described");
  in.refuse_if(!in.flag("qk_norm", true), "qk_norm", "is false");
  in.ignore("mlp_bias");
  return decode(net, in, read_decoder(in, {}), [&](Value x, std::int64_t) {
    const Value y = normalize(net, "attention_layernorm", rms, x);
    x = net.add(x, self_attention(net, "self_attn", y, attention));
    const Value z = normalize(net, "feedforward_layernorm", rms, x);
    const Value up = xielu(net, "mlp.act_fn", net.linear("mlp.up_proj", z, inner));
    return net.add(x, net.linear("mlp.down_proj", up, net.width(x)));
  });
}

constexpr std::string_view types[] = {"apertus"};
constexpr Family families[] = {{.model_types = types, .build = build_apertus}};

}  // namespace

extern constinit const FamilyGroup apertus{families};

}  // namespace pfsday::config
