// GPT-2 and the decoders that descend from it: layer norms, a plain MLP; learned positions in
// GPT-2, GPT-Neo and GPTBigCode; rotary ones, and attention beside the MLP, in GPT-J, CodeGen and
// GPT-NeoX. Source: transformers models/{gpt2,gpt_bigcode,gpt_neo,gptj,codegen,gpt_neox}.
#include <fmt/format.h>

#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::layer;

Decoder read_gpt_decoder(const Keys& in) {
  Decoder decoder = read_decoder(in, {.tied = true, .norm = norm});
  decoder.names = {
      .embedding = "transformer.wte", .layers = "transformer.h", .norm = "transformer.ln_f"};
  decoder.positions = "transformer.wpe";
  return decoder;
}

Attention read_gpt_attention(const Keys& in) {
  Attention attention{.heads = in.size("n_head|num_attention_heads|num_heads")};
  const std::int64_t width = in.size("n_embd|hidden_size");
  if (width % attention.heads != 0) {
    in.refuse("n_embd", fmt::format("is {}, no multiple of {} heads", width, attention.heads));
  }
  attention.key_heads = attention.heads;
  attention.width = std::max<std::int64_t>(1, width / attention.heads);
  return attention;
}

PlainMlp read_gpt_mlp(const Keys& in, const Decoder& decoder) {
  return {.width = in.size_or("n_inner|intermediate_size", 4 * decoder.width),
          .activation = read_activation(in, "activation_function|hidden_act", "gelu_new"),
          .up = "c_fc",
          .down = "c_proj"};
}

Value sequential_layer(Network& net, Value x, std::string_view attention_name,
                       const Attention& attention, const PlainMlp& mlp) {
  x = net.add(x, self_attention(net, attention_name, normalize(net, "ln_1", norm, x), attention));
  return net.add(x, plain_mlp(net, "mlp", normalize(net, "ln_2", norm, x), mlp));
}

Values build_gpt2(Network& net, const Keys& in) {
  Decoder decoder = read_gpt_decoder(in);
  decoder.position_rows = in.size("n_positions|max_position_embeddings|n_ctx");
  Attention attention = read_gpt_attention(in);
  attention.bias = attention.out_bias = true;
  attention.projection = Projection::conv1d;
  attention.names = {.out = "c_proj", .fused = "c_attn"};
  PlainMlp mlp = read_gpt_mlp(in, decoder);
  mlp.is_conv1d = true;
  in.refuse_if(in.flag("add_cross_attention", false), "add_cross_attention", "is not described");
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    return sequential_layer(net, x, "attn", attention, mlp);
  });
}

/// As GPT-2, with one head of keys and values.
Values build_gpt_bigcode(Network& net, const Keys& in) {
  Decoder decoder = read_gpt_decoder(in);
  decoder.position_rows = in.size("n_positions|max_position_embeddings");
  Attention attention = read_gpt_attention(in);
  attention.bias = attention.out_bias = true;
  if (in.flag("multi_query", true)) attention.key_heads = 1;
  attention.names = {.out = "c_proj", .fused = "c_attn"};
  PlainMlp mlp = read_gpt_mlp(in, decoder);
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    return sequential_layer(net, x, "attn", attention, mlp);
  });
}

/// The layers' kinds, "global" or "local": [[["global", "local"], 12]], repeated.
std::vector<std::string> attention_kinds(const Keys& in) {
  if (in.has("attention_layers")) return in.texts("attention_layers");
  const Json* types = in.find("attention_types");
  std::vector<std::string> kinds;
  if (types == nullptr) return kinds;
  for (const Json& entry : types->items) {
    const bool is_pair = entry.items.size() == 2 && entry.items[0].kind == Json::Kind::list;
    const double times = is_pair ? entry.items[1].number : 0;
    if (!is_pair || times < 1 || times > 1000) {
      in.refuse("attention_types", "is no list of [[kinds], times]");
      return {};
    }
    for (int i = 0; i < static_cast<int>(times); ++i) {
      for (const Json& kind : entry.items[0].items) kinds.push_back(kind.text);
    }
  }
  return kinds;
}

Values build_gpt_neo(Network& net, const Keys& in) {
  Decoder decoder = read_gpt_decoder(in);
  decoder.position_rows = in.size("max_position_embeddings");
  Attention attention = read_gpt_attention(in);
  attention.out_bias = true;
  attention.scale = 1;  // its scores are not scaled
  attention.names.out = "out_proj";
  const PlainMlp mlp = read_gpt_mlp(in, decoder);
  const std::int64_t window = in.size_or("window_size", 256);
  const std::vector<std::string> kinds = attention_kinds(in);
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    const auto at = static_cast<std::size_t>(layer);
    const bool is_local =
        kinds.empty() ? layer % 2 == 1 : at < kinds.size() && kinds[at] == "local";
    if (!kinds.empty() && at >= kinds.size()) {
      in.refuse("attention_types",
                fmt::format("names {} layers, and there are more", kinds.size()));
    }
    attention.window = is_local ? window : 0;
    return sequential_layer(net, x, "attn.attention", attention, mlp);
  });
}

/// GPT-J and CodeGen: attention and MLP side by side behind one norm.
Values build_gptj(Network& net, const Keys& in, std::string_view fused) {
  Decoder decoder = read_gpt_decoder(in);
  decoder.tied = in.flag("tie_word_embeddings", false);
  decoder.head_bias = true;
  decoder.positions = {};
  Attention attention = read_gpt_attention(in);
  attention.rotary = {.width = in.size_or("rotary_dim", 64, 2), .table = "transformer.rotary"};
  attention.names = {.out = "out_proj", .fused = fused};
  PlainMlp mlp = read_gpt_mlp(in, decoder);
  mlp.up = "fc_in";
  mlp.down = "fc_out";
  in.ignore("n_positions|rotary");
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    const Value y = normalize(net, "ln_1", norm, x);
    const Value a = self_attention(net, "attn", y, attention);
    return net.add(net.add(a, plain_mlp(net, "mlp", y, mlp)), x);
  });
}

Values build_gptj_itself(Network& net, const Keys& in) { return build_gptj(net, in, {}); }
Values build_codegen(Network& net, const Keys& in) { return build_gptj(net, in, "qkv_proj"); }

/// GPT-NeoX: side by side, each behind a norm of its own, unless they follow each other.
Values build_gpt_neox(Network& net, const Keys& in) {
  Decoder decoder = read_decoder(in, {.norm = norm});
  decoder.names = {.embedding = "gpt_neox.embed_in",
                   .layers = "gpt_neox.layers",
                   .norm = "gpt_neox.final_layer_norm",
                   .head = "embed_out"};
  const bool bias = in.flag("attention_bias", true);
  Attention attention = read_gpt_attention(in);
  attention.bias = attention.out_bias = bias;
  attention.rotary = {
      .width = read_rotary_share(in, "rotary_pct|partial_rotary_factor", 0.25, attention.width),
      .table = "gpt_neox.rotary_emb"};
  attention.names = {.out = "dense", .fused = "query_key_value"};
  const PlainMlp mlp{.width = in.size_or("intermediate_size", 4 * decoder.width),
                     .activation = read_activation(in, "hidden_act", "gelu"),
                     .up = "dense_h_to_4h",
                     .down = "dense_4h_to_h"};
  const bool is_parallel = in.flag("use_parallel_residual", true);
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    const Value a =
        self_attention(net, "attention", normalize(net, "input_layernorm", norm, x), attention);
    const Value between = is_parallel ? x : net.add(x, a);
    const Value m =
        plain_mlp(net, "mlp", normalize(net, "post_attention_layernorm", norm, between), mlp);
    return net.add(is_parallel ? net.add(m, a) : m, between);
  });
}

constexpr std::string_view gpt2_types[] = {"gpt2"};
constexpr std::string_view gpt_bigcode_types[] = {"gpt_bigcode"};
constexpr std::string_view gpt_neo_types[] = {"gpt_neo"};
constexpr std::string_view gptj_types[] = {"gptj"};
constexpr std::string_view codegen_types[] = {"codegen"};
constexpr std::string_view gpt_neox_types[] = {"gpt_neox"};
constexpr Family families[] = {{.model_types = gpt2_types, .build = build_gpt2},
                               {.model_types = gpt_bigcode_types, .build = build_gpt_bigcode},
                               {.model_types = gpt_neo_types, .build = build_gpt_neo},
                               {.model_types = gptj_types, .build = build_gptj_itself},
                               {.model_types = codegen_types, .build = build_codegen},
                               {.model_types = gpt_neox_types, .build = build_gpt_neox}};

}  // namespace

extern constinit const FamilyGroup gpt{families};

}  // namespace pfsday::config
