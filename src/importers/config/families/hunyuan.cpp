// Hunyuan: Llama with a norm of each query and key; in the larger ones, experts beside one that all
// tokens go through. Source: transformers models/{hunyuan_v1_dense,hunyuan_v1_moe}.
#include <algorithm>

#include "importers/config/decoder.h"
#include "importers/config/experts.h"
#include "importers/config/family.h"

namespace pfsday::config {
namespace {

constexpr NormKind rms = NormKind::rms;

Attention read_heads(const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  Attention attention = read_attention(in, {.bias = bias, .out_bias = bias, .head_norm = rms});
  attention.names.q_norm = "query_layernorm";
  attention.names.k_norm = "key_layernorm";
  in.refuse_if(!in.flag("use_qk_norm", true), "use_qk_norm", "is false");
  in.refuse_if(in.flag("use_cla", false), "use_cla", "is not described");
  in.ignore("attention_head_dim|cla_share_factor|norm_type|mlp_bias");
  return attention;
}

using Feed = std::function<Value(Value x)>;

Values build(Network& net, const Keys& in, const Attention& attention, const Feed& feed) {
  return decode(net, in, read_decoder(in, {}), [&](Value x, std::int64_t) {
    x = net.add(
        x, self_attention(net, "self_attn", normalize(net, "input_layernorm", rms, x), attention));
    return net.add(x, feed(normalize(net, "post_attention_layernorm", rms, x)));
  });
}

GatedMlp read_mlp(const Keys& in) {
  return {.width = in.size("intermediate_size"),
          .activation = read_activation(in, "hidden_act", "silu")};
}

Values build_dense(Network& net, const Keys& in) {
  const Attention attention = read_heads(in);
  const GatedMlp mlp = read_mlp(in);
  return build(net, in, attention, [&](Value x) { return gated_mlp(net, "mlp", x, mlp); });
}

/// A number, or a list of it for each layer.
std::int64_t size_of_all_layers(const Keys& in, std::string_view name, std::int64_t usual) {
  const std::vector<std::int64_t> sizes = in.sizes(name);
  if (sizes.empty()) return usual;
  const bool is_one =
      std::ranges::all_of(sizes, [&](std::int64_t size) { return size == sizes.front(); });
  in.refuse_if(!is_one, name, "is not the same in all layers");
  return sizes.front();
}

Values build_mixture(Network& net, const Keys& in) {
  const Attention attention = read_heads(in);
  const GatedMlp mlp = read_mlp(in);
  const Experts spec{.count = size_of_all_layers(in, "num_experts", 1),
                     .per_token = size_of_all_layers(in, "moe_topk", 1),
                     .width = size_of_all_layers(in, "moe_intermediate_size", mlp.width),
                     .activation = mlp.activation,
                     .router = {.name = "gate.wg", .normalize = true}};
  in.refuse_if(spec.per_token > spec.count, "moe_topk", "is more than there are experts");
  const std::int64_t shared = size_of_all_layers(in, "num_shared_expert", 1);
  in.refuse_if(shared != 1, "num_shared_expert", "is not 1");
  in.ignore(
      "use_mixed_mlp_moe|moe_drop_tokens|moe_random_routing_dropped_token|moe_layer_num_skipped");
  in.ignore("capacity_factor|norm_topk_prob|routed_scaling_factor|group_limited_greedy");
  return build(net, in, attention, [&](Value x) {
    const Value y = experts(net, "mlp", x, spec);
    return net.add(gated_mlp(net, "mlp.shared_mlp", x, mlp), y);
  });
}

constexpr std::string_view dense_types[] = {"hunyuan_v1_dense"};
constexpr std::string_view mixture_types[] = {"hunyuan_v1_moe"};
constexpr Family families[] = {{.model_types = dense_types, .build = build_dense},
                               {.model_types = mixture_types, .build = build_mixture}};

}  // namespace

extern constinit const FamilyGroup hunyuan{families};

}  // namespace pfsday::config
