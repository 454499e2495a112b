// Llama 4: attention within chunks, but for every fourth layer, which has no positions and sees
// all; experts whose weights scale what goes in, beside one that all tokens go through. Source:
// transformers models/llama4.
#include <algorithm>

#include "importers/config/decoder.h"
#include "importers/config/experts.h"
#include "importers/config/family.h"

namespace pfsday::config {
namespace {

constexpr NormKind rms = NormKind::rms;

struct Llama4 {
  Attention attention;
  Experts experts;
  GatedMlp dense, shared;
  std::int64_t chunk = 0;
  std::vector<std::int64_t> has_rotary;    ///< of each layer; empty: all but every fourth
  std::vector<std::int64_t> with_experts;  ///< numbers of layers
  bool tunes_temperature = true;
};

std::vector<std::int64_t> read_expert_layers(const Keys& in, std::int64_t layers) {
  std::vector<std::int64_t> listed = in.sizes("moe_layers", 0);
  const std::int64_t step = in.size_or("interleave_moe_layer_step", 1);
  if (!listed.empty()) return listed;
  for (std::int64_t i = step - 1; i < layers; i += step) listed.push_back(i);
  return listed;
}

Llama4 read_llama4(const Keys& in, std::int64_t layers) {
  const bool bias = in.flag("attention_bias", false);
  Llama4 model{
      .attention = read_attention(in, {.bias = bias, .out_bias = bias}),
      .experts = {.count = in.size("num_local_experts"),
                  .per_token = in.size("num_experts_per_tok"),
                  .width = in.size("intermediate_size"),
                  .activation = read_activation(in, "hidden_act", "silu"),
                  .weigh_input = true,
                  .prefix = "experts.",
                  .names = {.fused = "gate_up_proj"},
                  .router = {.name = "router", .is_sigmoid = true, .softmax_of_best = true}},
      .dense = {.width = in.size("intermediate_size_mlp")},
      .shared = {.width = in.size("intermediate_size")},
      .chunk = in.size_or("attention_chunk_size", 0, 0),
      .has_rotary = in.sizes("no_rope_layers", 0),
      .with_experts = read_expert_layers(in, layers),
      .tunes_temperature = in.flag("attn_temperature_tuning", true)};
  model.dense.activation = model.shared.activation = model.experts.activation;
  if (in.flag("use_qk_norm", true)) model.attention.head_norm = NormKind::rms_plain;
  in.refuse_if(model.experts.per_token > model.experts.count, "num_experts_per_tok",
               "is more than there are experts");
  for (const std::string_view key : {"no_rope_layer_interval", "floor_scale", "attn_scale",
                                     "layer_types", "for_llm_compressor"}) {
    in.ignore(key);
  }
  return model;
}

bool is_rotated(const Llama4& model, std::int64_t layer) {
  const auto at = static_cast<std::size_t>(layer);
  return at < model.has_rotary.size() ? model.has_rotary[at] != 0 : (layer + 1) % 4 != 0;
}

/// A chunk is a sequence of its own: the pass as if so many were packed.
std::vector<std::int64_t> chunks(std::int64_t length, std::int64_t chunk) {
  std::vector<std::int64_t> lengths(static_cast<std::size_t>(length / chunk), chunk);
  if (length % chunk != 0) lengths.push_back(length % chunk);
  return lengths;
}

Value attend_to(Network& net, Value x, const Llama4& model, std::int64_t layer) {
  Attention attention = model.attention;
  const bool rotated = is_rotated(model, layer);
  if (!rotated) {
    attention.rotary.width = 0;
    attention.head_norm = NormKind::none;
    attention.query_scale = model.tunes_temperature;
    return self_attention(net, "self_attn", x, attention);
  }
  const Pass& pass = net.pass;
  const bool is_chunked =
      model.chunk > 0 && pass.lengths.empty() && pass.past + pass.length > model.chunk;
  if (!is_chunked) return self_attention(net, "self_attn", x, attention);
  if (pass.past > 0) {
    return net.builder().fault(Code::configuration_unsupported,
                               "a cache longer than \"attention_chunk_size\" is not described");
  }
  net.pass.lengths = chunks(pass.length, model.chunk);
  const Value y = self_attention(net, "self_attn", x, attention);
  net.pass.lengths.clear();
  return y;
}

Value feed(Network& net, Value x, const Llama4& model, std::int64_t layer) {
  const bool has_experts = std::ranges::find(model.with_experts, layer) != model.with_experts.end();
  if (!has_experts) return gated_mlp(net, "feed_forward", x, model.dense);
  const Value y = experts(net, "feed_forward", x, model.experts);
  const auto scope = net.enter("feed_forward");
  return net.add(y, gated_mlp(net, "shared_expert", x, model.shared));
}

Values build_llama4(Network& net, const Keys& in) {
  const Decoder decoder = read_decoder(in, {});
  const Llama4 model = read_llama4(in, decoder.layers);
  if (in.has_fault()) return {};
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    x = net.add(x, attend_to(net, normalize(net, "input_layernorm", rms, x), model, layer));
    const Value y = normalize(net, "post_attention_layernorm", rms, x);
    return net.add(x, feed(net, y, model, layer));
  });
}

constexpr std::string_view llama4_types[] = {"llama4_text"};
constexpr Family families[] = {{.model_types = llama4_types, .build = build_llama4}};

}  // namespace

extern constinit const FamilyGroup llama4{families};

}  // namespace pfsday::config
