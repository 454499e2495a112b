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

Encoder read_modernbert(const Keys& in) {
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

Values build_modernbert(Network& net, const Keys& in) {
  const Encoder encoder = read_modernbert(in);
  const NormKind norm = in.flag("norm_bias", false) ? NormKind::layer : NormKind::layer_no_bias;
  const bool bias = in.flag("attention_bias", false);
  const std::int64_t every = in.size_or("global_attn_every_n_layers", 3);
  const std::int64_t window = in.size_or("local_attention", 128);
  const std::int64_t head = encoder.width / encoder.heads;
  const Attention usual{.heads = encoder.heads,
                        .key_heads = encoder.heads,
                        .width = head,
                        .bias = bias,
                        .out_bias = bias,
                        .causal = false,
                        .rotary = {.width = head / 2 * 2},
                        .names = {.out = "Wo", .fused = "Wqkv"}};
  const GatedMlp mlp{.width = encoder.inner,
                     .activation = read_activation(in, "hidden_activation", "gelu"),
                     .bias = in.flag("mlp_bias", false),
                     .names = {.down = "Wo", .fused = "Wi"}};
  const Activation head_activation = read_activation(in, "classifier_activation", "gelu");
  const bool has_decoder_bias = in.flag("decoder_bias", true);
  in.refuse_if(!has_decoder_bias, "decoder_bias", "is false");
  in.ignore("deterministic_flash_attn|global_rope_theta|local_rope_theta|reference_compile");
  in.ignore("repad_logits_with_grad");
  in.ignore("sparse_prediction|sparse_pred_ignore_index|pad_inputs|causal_mask");
  if (in.has_fault()) return {};
  net.note(
      "Layers with a window are counted with all pairs of tokens, of which a kernel may leave out "
      "those farther apart than half of \"local_attention\".");
  Value x = normalize(net, "model.embeddings.norm", norm, sum_embeddings(net, encoder));
  for (std::int64_t i = 0; i < encoder.layers && x; ++i) {
    const auto scope = net.enter("model.layers", i);
    Attention attention = usual;
    attention.rotary.table =
        sees_all(in, i, every) || window == 0 ? "model.rotary_emb" : "model.rotary_emb_local";
    const Value y = i == 0 ? x : normalize(net, "attn_norm", norm, x);
    x = net.add(x, self_attention(net, "attn", y, attention));
    x = net.add(x, gated_mlp(net, "mlp", normalize(net, "mlp_norm", norm, x), mlp));
  }
  x = normalize(net, "model.final_norm", norm, x);
  switch (net.task) {
    case Task::classify:
      return {net.linear("classifier", refine(net, in, pooled(net, in, x), head_activation, norm),
                         read_labels(in), true)};
    case Task::classify_tokens:
      return {net.linear("classifier", refine(net, in, x, head_activation, norm), read_labels(in),
                         true)};
    case Task::answer:
      return {net.linear("classifier", refine(net, in, x, head_activation, norm), 2, true)};
    case Task::generate:
    case Task::none:
      return {x};
    case Task::pretrain:
      break;
  }
  Values outputs = {x};
  pretrain(net, x, {}, encoder,
           {.dense = "head.dense",
            .norm = "head.norm",
            .bias = "decoder.bias",
            .width = encoder.width,
            .activation = head_activation,
            .dense_bias = in.flag("classifier_bias", false),
            .norm_kind = norm},
           outputs);
  return outputs;
}

constexpr std::string_view types[] = {"modernbert"};
constexpr Family families[] = {
    {.model_types = types, .takes = Takes::text, .build = build_modernbert}};

}  // namespace

extern constinit const FamilyGroup modernbert{families};

}  // namespace pfsday::config
