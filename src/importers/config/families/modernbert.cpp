// ModernBERT: an encoder with rotary positions, gated MLPs, norms before each block and no biases;
// two of three layers see a window alone. Source: transformers models/modernbert.
#include "importers/config/attention.h"
#include "importers/config/encoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

/// The layers that see all tokens: as listed, or each n-th from the first on.
bool sees_all(const Keys& in, std::int64_t layer, std::int64_t every) {
  const std::vector<std::string> types = in.texts("layer_types");
  const auto at = static_cast<std::size_t>(layer);
  return at < types.size() ? types[at] == "full_attention" : layer % every == 0;
}

Encoder read_modernbert_encoder(const Keys& in) {
  Encoder encoder = read_encoder(in, "model");
  encoder.types = 0;
  encoder.has_positions = false;
  encoder.word_table = "embeddings.tok_embeddings";
  return encoder;
}

/// Dense, activation and norm, as before each head.
Value refine(Network& net, const Keys& in, Value x, Activation activation, NormKind norm) {
  const bool bias = in.flag("classifier_bias", false);
  const Value y = net.linear("head.dense", x, net.width(x), bias);
  return normalize(net, "head.norm", norm, net.apply(activation, y));
}

/// The first token, or the mean of all.
Value pooled(Network& net, const Keys& in, Value x) {
  const std::string kind = in.text_or("classifier_pooling", "cls");
  in.refuse_if(kind != "cls" && kind != "mean", "classifier_pooling", "is neither cls nor mean");
  if (!x) return {};
  return kind == "cls" ? take_token(net, x, 0) : net.builder().reduce_mean(x, {1});
}

struct ModernBert {
  Encoder encoder;
  NormKind norm = NormKind::layer;
  Attention attention;
  GatedMlp mlp;
  std::int64_t full_every = 0;  ///< each so many layers, one sees all tokens
  std::int64_t window = 0;      ///< tokens that the others see; 0: all
  Activation head_activation = {};
};

ModernBert read_modernbert(const Keys& in) {
  ModernBert model;
  model.encoder = read_modernbert_encoder(in);
  model.norm = in.flag("norm_bias", false) ? NormKind::layer : NormKind::layer_no_bias;
  const bool bias = in.flag("attention_bias", false);
  const std::int64_t head = model.encoder.width / model.encoder.heads;
  model.attention = {.heads = model.encoder.heads,
                     .key_heads = model.encoder.heads,
                     .width = head,
                     .bias = bias,
                     .out_bias = bias,
                     .causal = false,
                     .rotary = {.width = head / 2 * 2},
                     .names = {.out = "Wo", .fused = "Wqkv"}};
  model.mlp = {.width = model.encoder.inner,
               .activation = read_activation(in, "hidden_activation", "gelu"),
               .bias = in.flag("mlp_bias", false),
               .names = {.down = "Wo", .fused = "Wi"}};
  model.full_every = in.size_or("global_attn_every_n_layers", 3);
  model.window = in.size_or("local_attention", 128);
  model.head_activation = read_activation(in, "classifier_activation", "gelu");
  in.refuse_if(!in.flag("decoder_bias", true), "decoder_bias", "is false");
  in.ignore("deterministic_flash_attn|global_rope_theta|local_rope_theta|reference_compile");
  in.ignore("repad_logits_with_grad");
  in.ignore("sparse_prediction|sparse_pred_ignore_index|pad_inputs|causal_mask");
  return model;
}

Value apply_layers(Network& net, const Keys& in, const ModernBert& model) {
  Value x = normalize(net, "model.embeddings.norm", model.norm, sum_embeddings(net, model.encoder));
  for (std::int64_t i = 0; i < model.encoder.layers && x; ++i) {
    const auto scope = net.enter("model.layers", i);
    Attention attention = model.attention;
    attention.rotary.table = sees_all(in, i, model.full_every) || model.window == 0
                                 ? "model.rotary_emb"
                                 : "model.rotary_emb_local";
    const Value y = i == 0 ? x : normalize(net, "attn_norm", model.norm, x);
    x = net.add(x, self_attention(net, "attn", y, attention));
    x = net.add(x, gated_mlp(net, "mlp", normalize(net, "mlp_norm", model.norm, x), model.mlp));
  }
  return normalize(net, "model.final_norm", model.norm, x);
}

Values build_modernbert(Network& net, const Keys& in) {
  const ModernBert model = read_modernbert(in);
  if (in.has_fault()) return {};
  net.note(
      "Layers with a window are counted with all pairs of tokens, of which a kernel may leave out "
      "those farther apart than half of \"local_attention\".");
  const Value x = apply_layers(net, in, model);
  const auto classify = [&](Value y, std::int64_t labels) -> Values {
    return {net.linear("classifier", refine(net, in, y, model.head_activation, model.norm), labels,
                       true)};
  };
  switch (net.task) {
    case Task::classify:
      return classify(pooled(net, in, x), read_labels(in));
    case Task::classify_tokens:
      return classify(x, read_labels(in));
    case Task::answer:
      return classify(x, 2);
    case Task::generate:
    case Task::none:
      return {x};
    case Task::pretrain:
      break;
  }
  Values outputs = {x};
  pretrain(net, x, {}, model.encoder,
           {.dense = "head.dense",
            .norm = "head.norm",
            .bias = "decoder.bias",
            .width = model.encoder.width,
            .activation = model.head_activation,
            .dense_bias = in.flag("classifier_bias", false),
            .norm_kind = model.norm},
           outputs);
  return outputs;
}

constexpr std::string_view types[] = {"modernbert"};
constexpr Family families[] = {
    {.model_types = types, .takes = Takes::text, .build = build_modernbert}};

}  // namespace

extern constinit const FamilyGroup modernbert{families};

}  // namespace pfsday::config
