// BLOOM, Falcon and MPT: layer norms, a plain MLP of four times the width; ALiBi in place of
// positions in BLOOM and MPT, and in some Falcons.
// Source: transformers models/{bloom,falcon,mpt}.
#include <fmt/format.h>

#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::layer;

DecoderNames word_names() {
  return {.embedding = "transformer.word_embeddings",
          .layers = "transformer.h",
          .norm = "transformer.ln_f"};
}

Attention heads_of(const Keys& in, std::int64_t heads, std::int64_t width) {
  if (width % heads != 0) {
    in.refuse("hidden_size", fmt::format("is {}, no multiple of {} heads", width, heads));
  }
  return {.heads = heads,
          .key_heads = heads,
          .width = std::max<std::int64_t>(1, width / heads),
          .names = {.out = "dense", .fused = "query_key_value"}};
}

constexpr PlainMlp four_times(std::int64_t width, bool bias) {
  return {.width = 4 * width,
          .activation = Activation::gelu,
          .bias = bias,
          .up = "dense_h_to_4h",
          .down = "dense_4h_to_h"};
}

Values build_bloom(Network& net, const Keys& in) {
  Decoder decoder = read_decoder(in, {.tied = true, .norm = norm, .first_norm = norm});
  decoder.names = word_names();
  decoder.first_norm_name = "transformer.word_embeddings_layernorm";
  Attention attention = heads_of(in, in.size("n_head|num_attention_heads"), decoder.width);
  attention.bias = attention.out_bias = true;
  attention.score_bias = alibi(net, attention.heads);
  PlainMlp mlp = four_times(decoder.width, true);
  mlp.activation = Activation::gelu_tanh;
  const bool is_after = in.flag("apply_residual_connection_post_layernorm", false);
  in.ignore(
      "slow_but_exact|masked_softmax_fusion|bias_dropout_fusion|skip_bias_add|skip_bias_add_qkv");
  in.ignore("attention_softmax_in_fp32|n_inner|offset_alibi|num_attention_heads|unk_token_id");
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    const Value y = normalize(net, "input_layernorm", norm, x);
    x = net.add(is_after ? y : x, self_attention(net, "self_attention", y, attention));
    const Value z = normalize(net, "post_attention_layernorm", norm, x);
    return net.add(is_after ? z : x, plain_mlp(net, "mlp", z, mlp));
  });
}

/// One head of keys and values, or, of the newer architecture, as many as are said.
std::int64_t falcon_key_heads(const Keys& in, std::int64_t heads, bool is_new) {
  const std::int64_t stated = in.size_or("num_kv_heads|n_head_kv", heads);
  if (is_new) return stated;
  return in.flag("multi_query", true) ? 1 : heads;
}

Values build_falcon(Network& net, const Keys& in) {
  // RefinedWeb, as the larger Falcons were called at first, has no such key, but groups of queries.
  const bool is_new = in.flag("new_decoder_architecture", in.has("n_head_kv"));
  const bool bias = in.flag("bias", false);
  const bool has_alibi = in.flag("alibi", false);
  const bool is_parallel = in.flag("parallel_attn", true);
  in.flag("multi_query", true);
  Decoder decoder = read_decoder(in, {.tied = true, .norm = norm});
  decoder.names = word_names();
  Attention attention = heads_of(in, in.size("num_attention_heads|n_head"), decoder.width);
  attention.key_heads = falcon_key_heads(in, attention.heads, is_new);
  attention.bias = attention.out_bias = bias;
  if (has_alibi) {
    attention.score_bias = alibi(net, attention.heads);
  } else {
    attention.rotary = {.width = attention.width / 2 * 2, .table = "transformer.rotary_emb"};
  }
  PlainMlp mlp = four_times(decoder.width, bias);
  mlp.width = in.size_or("ffn_hidden_size", mlp.width);
  mlp.activation = read_activation(in, "activation", "gelu");
  const std::int64_t norms = in.size_or("num_ln_in_parallel_attn", is_new ? 2 : 1);
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    const bool has_two = is_new && norms == 2;
    const Value y = normalize(net, has_two ? "ln_attn" : "input_layernorm", norm, x);
    const Value a = self_attention(net, "self_attention", y, attention);
    if (is_new || is_parallel) {
      const Value z = has_two ? normalize(net, "ln_mlp", norm, x) : y;
      return net.add(net.add(plain_mlp(net, "mlp", z, mlp), a), x);
    }
    x = net.add(x, a);
    return net.add(x,
                   plain_mlp(net, "mlp", normalize(net, "post_attention_layernorm", norm, x), mlp));
  });
}

Values build_mpt(Network& net, const Keys& in) {
  const Keys attn = in.inner("attn_config");
  const bool bias = !in.flag("no_bias", true);
  const NormKind mpt_norm = bias ? NormKind::layer : NormKind::layer_no_bias;
  Decoder decoder = read_decoder(in, {.tied = true, .norm = mpt_norm});
  decoder.names = {
      .embedding = "transformer.wte", .layers = "transformer.blocks", .norm = "transformer.norm_f"};
  Attention attention = heads_of(in, in.size("n_heads"), decoder.width);
  attention.bias = attention.out_bias = bias;
  attention.names = {.out = "out_proj", .fused = "Wqkv"};
  const std::string kind = attn.text_or("attn_type", "multihead_attention");
  if (kind == "multiquery_attention") attention.key_heads = 1;
  if (kind == "grouped_query_attention") attention.key_heads = attn.size("kv_n_heads");
  attn.refuse_if(attn.flag("qk_ln", false), "qk_ln", "is not described");
  attn.refuse_if(attn.flag("prefix_lm", false), "prefix_lm", "is not described");
  attn.ignore("clip_qkv|softmax_scale|alibi_bias_max|attn_pdrop|attn_uses_sequence_id|attn_impl");
  in.ignore("learned_pos_emb|max_seq_len|norm_type|embedding_fraction|verbose|init_device");
  if (attn.flag("alibi", true)) {
    attention.score_bias = alibi(net, attention.heads);
  } else {
    decoder.positions = "transformer.wpe";
    decoder.position_rows = in.size("max_seq_len");
  }
  const std::int64_t ratio = in.size_or("expansion_ratio", 4);
  const PlainMlp mlp{
      .width = ratio * decoder.width, .bias = bias, .up = "up_proj", .down = "down_proj"};
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    x = net.add(x, self_attention(net, "attn", normalize(net, "norm_1", mpt_norm, x), attention));
    return net.add(x, plain_mlp(net, "ffn", normalize(net, "norm_2", mpt_norm, x), mlp));
  });
}

constexpr std::string_view bloom_types[] = {"bloom"};
constexpr std::string_view falcon_types[] = {"falcon", "RefinedWeb", "RefinedWebModel"};
constexpr std::string_view mpt_types[] = {"mpt"};
constexpr Family families[] = {{.model_types = bloom_types, .build = build_bloom},
                               {.model_types = falcon_types, .build = build_falcon},
                               {.model_types = mpt_types, .build = build_mpt}};

}  // namespace

extern constinit const FamilyGroup bloom{families};

}  // namespace pfsday::config
