// Qwen3-Next and the texts of Qwen3.5: three of four layers carry a state that each token corrects
// (a gated delta rule), the fourth has attention with a gate on its result; most have experts
// beside a shared one. Counted as the recurrence that defines it; kernels compute the same in
// chunks. Source: transformers models/{qwen3_next,qwen3_5,qwen3_5_moe}, the last from memory; Yang
// et al., https://arxiv.org/abs/2412.06464, section 3.
#include <algorithm>
#include <cmath>

#include "importers/config/decoder.h"
#include "importers/config/experts.h"
#include "importers/config/family.h"
#include "importers/config/recurrence.h"
#include "ops/body.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::rms_plus_one;

struct Delta {
  std::int64_t key_heads = 16, value_heads = 32;
  std::int64_t key = 128, value = 128;  ///< widths of a head
  std::int64_t taps = 4;
  bool is_apart = false;  ///< projections of their own to the gate and to each of the rates
  Activation activation = Activation::silu;

  std::int64_t keys() const { return key_heads * key; }
  std::int64_t values() const { return value_heads * value; }
};

/// One token: q, k [B, H, K], v [B, H, V], decay and strength [B, H], the state [B, H, K, V].
Result<ops::LoopValues> correct_state(Builder& b, const ops::LoopValues& in) {
  const auto apart = [&](Value v) { return b.with_axis(b.with_axis(v, 2), 3); };
  const ops::DotAxes over_keys{
      .batch_a = {0, 1}, .batch_b = {0, 1}, .contract_a = {2}, .contract_b = {2}};
  const Value k = in.scanned[1];
  const Value kept = b.mul(in.carried[0], apart(in.scanned[3]));
  const Value recalled = b.dot(kept, k, over_keys);
  const Value change = b.mul(b.sub(in.scanned[2], recalled), b.with_axis(in.scanned[4], 2));
  const Value state = b.add(kept, b.mul(b.with_axis(k, 3), b.with_axis(change, 2)));
  return ops::LoopValues{.carried = {state}, .scanned = {b.dot(state, in.scanned[0], over_keys)}};
}

/// x [B, S, H, D] over its length, times a factor.
Value to_unit(Network& net, Value x, double factor) {
  Builder& b = net.builder();
  const Value square = b.reduce_sum(b.mul(x, x), {3}, ops::keep_dims);
  const Value unit = b.div(x, b.sqrt(b.with_scalar("add", square, 1e-6)));
  return factor == 1 ? unit : net.scale(unit, factor);
}

/// The heads of x [B, S, heads * width], each of which stands for so many: [B, S, H, width].
Value heads_of(Network& net, Value x, std::int64_t heads, std::int64_t times) {
  if (!x) return {};
  Builder& b = net.builder();
  const Shape s = net.shape(x);
  const std::int64_t width = s[2] / heads;
  if (times == 1) return b.reshape(x, {s[0], s[1], heads, width});
  const Value once = b.reshape(x, {s[0], s[1], heads, 1, width});
  return b.reshape(b.broadcast(once, {s[0], s[1], heads, times, width}),
                   {s[0], s[1], heads * times, width});
}

struct Tokens {
  Value q, k, v, log_decay, strength;
};

Value run(Network& net, const Tokens& in, const Delta& spec) {
  Builder& b = net.builder();
  if (!in.q || !in.k || !in.v || !in.log_decay) return {};
  const Shape s = net.shape(in.v);
  const ops::LoopValues values{
      .carried = {first_state(net, "past_state", {s[0], s[2], spec.key, spec.value})},
      .scanned = {tokens_first(net, in.q), tokens_first(net, in.k), tokens_first(net, in.v),
                  tokens_first(net, b.exp(in.log_decay)), tokens_first(net, in.strength)}};
  const auto out = ops::build_loop(b, s[1], values, [](Builder& body, const ops::LoopValues& one) {
    return correct_state(body, one);
  });
  if (!out) return b.fault(out.error().code, out.error().what);
  return out->scanned.empty() ? Value{} : tokens_first(net, out->scanned[0]);
}

struct Projected {
  Value mixed;  ///< queries, keys and values
  Value gate, strength, step;
};

Projected project(Network& net, Value x, const Delta& spec) {
  const std::int64_t mixed = 2 * spec.keys() + spec.values();
  if (spec.is_apart) {
    return {.mixed = net.linear("in_proj_qkv", x, mixed),
            .gate = net.linear("in_proj_z", x, spec.values()),
            .strength = net.linear("in_proj_b", x, spec.value_heads),
            .step = net.linear("in_proj_a", x, spec.value_heads)};
  }
  const Values wide = split_columns(net, net.linear("in_proj_qkvz", x, mixed + spec.values()),
                                    {mixed, spec.values()});
  const Values rates = split_columns(net, net.linear("in_proj_ba", x, 2 * spec.value_heads),
                                     {spec.value_heads, spec.value_heads});
  return {.mixed = wide[0], .gate = wide[1], .strength = rates[0], .step = rates[1]};
}

Value delta_net(Network& net, std::string_view name, Value x, const Delta& spec) {
  const std::int64_t width = net.width(x);
  const auto scope = net.enter(name);
  Builder& b = net.builder();
  const Projected in = project(net, x, spec);
  const Value local =
      net.apply(spec.activation, causal_convolution(net, "conv1d", in.mixed, spec.taps, false));
  const Values parts = split_columns(net, local, {spec.keys(), spec.keys(), spec.values()});
  net.begin("", "DeltaRule");
  const std::int64_t times = spec.value_heads / spec.key_heads;
  const double scale = 1 / std::sqrt(static_cast<double>(spec.key));
  const Value rate = b.neg(b.exp(net.weight("A_log", {spec.value_heads})));
  const Value step = softplus(net, b.add(in.step, net.weight("dt_bias", {spec.value_heads})));
  Value y = run(net,
                {.q = to_unit(net, heads_of(net, parts[0], spec.key_heads, times), scale),
                 .k = to_unit(net, heads_of(net, parts[1], spec.key_heads, times), 1),
                 .v = heads_of(net, parts[2], spec.value_heads, 1),
                 .log_decay = b.mul(step, rate),
                 .strength = net.apply(Activation::sigmoid, in.strength)},
                spec);
  if (!y || !in.gate) return {};
  const Shape s = net.shape(y);
  y = normalize(net, "norm", NormKind::rms, y);
  const Value gate = b.reshape(net.apply(Activation::silu, in.gate), s);
  return net.linear("out_proj", b.reshape(b.mul(y, gate), {s[0], s[1], s[2] * s[3]}), width);
}

/// Attention with a gate for each number of its result, which stands beside the queries.
Value gated_attention(Network& net, std::string_view name, Value x, const Attention& spec) {
  const std::int64_t width = net.width(x);
  const auto scope = net.enter(name);
  Builder& b = net.builder();
  const auto heads = [&](std::string_view module, std::int64_t count, std::int64_t each) {
    return split_heads(net, net.linear(module, x, count * each, spec.bias), count);
  };
  const Values both =
      split_columns(net, heads("q_proj", spec.heads, 2 * spec.width), {spec.width, spec.width});
  Value k = heads("k_proj", spec.key_heads, spec.width);
  const Value v = heads("v_proj", spec.key_heads, spec.width);
  const Value q = rotate(net, normalize(net, "q_norm", norm, both[0]), spec.rotary);
  k = rotate(net, normalize(net, "k_norm", norm, k), spec.rotary);
  net.begin("", "Attention");
  const Value y = merge_heads(net, attend(net, q, k, v, spec));
  const Value gate = net.apply(Activation::sigmoid, merge_heads(net, both[1]));
  return net.linear("o_proj", b.mul(y, gate), width, spec.out_bias);
}

struct Qwen3Next {
  Attention attention;
  Delta delta;
  Experts experts;
  GatedMlp dense, shared;
  std::int64_t sparse_step = 1;
  std::vector<std::int64_t> dense_layers = {};
  std::vector<std::string> types = {};  ///< of the layers; empty: by the interval
  std::int64_t interval = 4;

  bool attends(std::int64_t layer) const {
    if (types.empty()) return (layer + 1) % interval == 0;
    return types[static_cast<std::size_t>(layer)] == "full_attention";
  }
  bool has_experts(std::int64_t layer) const {
    const bool is_listed = std::ranges::find(dense_layers, layer) != dense_layers.end();
    return experts.count > 0 && sparse_step > 0 && (layer + 1) % sparse_step == 0 && !is_listed;
  }
};

void read_layers(const Keys& in, std::int64_t layers, Qwen3Next& model) {
  model.types = in.texts("layer_types");
  model.interval = in.size_or("full_attention_interval", 4);
  model.sparse_step = in.size_or("decoder_sparse_step", 1, 0);
  model.dense_layers = in.sizes("mlp_only_layers", 0);
  const bool fits = model.types.empty() || static_cast<std::int64_t>(model.types.size()) == layers;
  in.refuse_if(!fits, "layer_types", "does not name each layer");
  for (const std::string& type : model.types) {
    in.refuse_if(type != "full_attention" && type != "linear_attention", "layer_types",
                 "names neither \"full_attention\" nor \"linear_attention\"");
  }
}

/// What holds where the file is silent; the two generations differ in it.
struct Usual {
  std::int64_t experts = 512, per_token = 10;
  bool is_apart = false;
};

Qwen3Next read_qwen3_next(const Keys& in, std::int64_t layers, const Usual& usual) {
  const bool bias = in.flag("attention_bias", false);
  Qwen3Next model{
      .attention = read_attention(in, {.bias = bias, .out_bias = bias}, 0.25, 256),
      .delta = {.key_heads = in.size_or("linear_num_key_heads", 16),
                .value_heads = in.size_or("linear_num_value_heads", 32),
                .key = in.size_or("linear_key_head_dim", 128),
                .value = in.size_or("linear_value_head_dim", 128),
                .taps = in.size_or("linear_conv_kernel_dim", 4),
                .is_apart = usual.is_apart,
                .activation = read_activation(in, "hidden_act", "silu")},
      .experts = {.count = in.size_or("num_experts|num_local_experts", usual.experts, 0),
                  .per_token = in.size_or("num_experts_per_tok", usual.per_token),
                  .width = in.size_or("moe_intermediate_size", 512),
                  .router = {.normalize = in.flag("norm_topk_prob", true)}},
      .dense = {.width = in.size_or("intermediate_size", 5632)},
      .shared = {.width = in.size_or("shared_expert_intermediate_size", 512)}};
  model.experts.activation = model.dense.activation = model.shared.activation =
      model.delta.activation;
  in.refuse_if(model.delta.value_heads % model.delta.key_heads != 0, "linear_num_value_heads",
               "is no multiple of the heads of keys");
  in.refuse_if(model.experts.count > 0 && model.experts.per_token > model.experts.count,
               "num_experts_per_tok", "is more than there are experts");
  in.refuse_if(in.flag("use_sliding_window", false), "use_sliding_window", "is not described");
  in.refuse_if(!in.flag("attn_output_gate", true), "attn_output_gate", "is false");
  in.ignore("sliding_window|max_window_layers|mamba_ssm_dtype");
  in.ignore("mtp_num_hidden_layers|mtp_use_dedicated_embeddings");
  read_layers(in, layers, model);
  return model;
}

Value feed(Network& net, Value x, const Qwen3Next& model, std::int64_t layer) {
  if (!model.has_experts(layer)) return gated_mlp(net, "mlp", x, model.dense);
  const Value y = experts(net, "mlp", x, model.experts);
  const auto scope = net.enter("mlp");
  const Value shared = gated_mlp(net, "shared_expert", x, model.shared);
  const Value gate = net.apply(Activation::sigmoid, net.linear("shared_expert_gate", x, 1));
  return net.add(y, net.builder().mul(shared, gate));
}

Values build(Network& net, const Keys& in, const Usual& usual) {
  const Decoder decoder = read_decoder(in, {.norm = norm});
  const Qwen3Next model = read_qwen3_next(in, decoder.layers, usual);
  if (in.has_fault()) return {};
  net.note(
      "Modules that predict further tokens, which a checkpoint may hold beside the model, are not "
      "in "
      "the configuration and not counted.");
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    const Value y = normalize(net, "input_layernorm", norm, x);
    x = net.add(x, model.attends(layer) ? gated_attention(net, "self_attn", y, model.attention)
                                        : delta_net(net, "linear_attn", y, model.delta));
    return net.add(x, feed(net, normalize(net, "post_attention_layernorm", norm, x), model, layer));
  });
}

Values build_qwen3_next(Network& net, const Keys& in) { return build(net, in, {}); }
Values build_qwen3_5(Network& net, const Keys& in) {
  return build(net, in, {.experts = 0, .is_apart = true});
}
Values build_qwen3_5_moe(Network& net, const Keys& in) {
  return build(net, in, {.experts = 256, .per_token = 8, .is_apart = true});
}

constexpr std::string_view next_types[] = {"qwen3_next"};
constexpr std::string_view third_types[] = {"qwen3_5_text"};
constexpr std::string_view third_moe_types[] = {"qwen3_5_moe_text"};
constexpr Family families[] = {{.model_types = next_types, .build = build_qwen3_next},
                               {.model_types = third_types, .build = build_qwen3_5},
                               {.model_types = third_moe_types, .build = build_qwen3_5_moe}};

}  // namespace

extern constinit const FamilyGroup qwen3_next{families};

}  // namespace pfsday::config
