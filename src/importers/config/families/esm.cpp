// ESM-2 and ESM-1b, encoders of proteins: a token for each amino acid, norms before each block and
// behind the last, rotary or learned positions. Scaling words for those that are masked is not
// counted, as dropout is not. Source: transformers models/esm.
#include "importers/config/attention.h"
#include "importers/config/encoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::layer;

Encoder read_esm(const Keys& in) {
  Encoder encoder = read_encoder(in, "esm", "rotary");
  encoder.types = 0;
  encoder.position_offset = in.size_or("pad_token_id", 1, 0) + 1;
  in.refuse_if(in.flag("is_folding_model", false), "is_folding_model", "is not described");
  in.ignore("token_dropout|mask_token_id|vocab_list|esmfold_config");
  return encoder;
}

Value layer_of(Network& net, const Encoder& encoder, Value x) {
  const std::int64_t head = encoder.width / encoder.heads;
  const Attention attention{
      .heads = encoder.heads,
      .key_heads = encoder.heads,
      .width = head,
      .bias = true,
      .out_bias = true,
      .causal = false,
      .rotary = {.width = encoder.has_positions ? 0 : head / 2 * 2, .table = "rotary_embeddings"},
      .names = {.q = "self.query", .k = "self.key", .v = "self.value", .out = "output.dense"}};
  const Value y = normalize(net, "attention.LayerNorm", norm, x);
  x = net.add(x, self_attention(net, "attention", y, attention));
  return net.add(x, plain_mlp(net, "", normalize(net, "LayerNorm", norm, x),
                              {.width = encoder.inner,
                               .activation = encoder.activation,
                               .up = "intermediate.dense",
                               .down = "output.dense"}));
}

/// What tells which amino acids touch: a part of the model that a pass does not run.
Values contact_head(Network& net, const Encoder& encoder) {
  const auto scope = net.enter(encoder.name("contact_head.regression"));
  net.begin("", "Linear");
  Builder& b = net.builder();
  return {b.stop_gradient(net.weight("weight", {1, encoder.layers * encoder.heads})),
          b.stop_gradient(net.weight("bias", {1}))};
}

Values finish(Network& net, const Keys& in, const Encoder& encoder, Value x) {
  if (net.task == Task::classify) {
    const Value y = net.linear("classifier.dense", take_token(net, x, 0), encoder.width, true);
    return {
        net.linear("classifier.out_proj", net.apply(Activation::tanh, y), read_labels(in), true)};
  }
  if (net.task == Task::classify_tokens) {
    return {net.linear("classifier", x, read_labels(in), true)};
  }
  if (net.task != Task::pretrain) return {x, pool(net, encoder, x)};
  Values outputs = {x};
  pretrain(net, x, {}, encoder,
           {.dense = "lm_head.dense",
            .norm = "lm_head.layer_norm",
            .bias = "lm_head.bias",
            .width = encoder.width},
           outputs);
  return outputs;
}

Values build_esm(Network& net, const Keys& in) {
  const Encoder encoder = read_esm(in);
  const bool has_norm_before = in.flag("emb_layer_norm_before", false);
  if (in.has_fault()) return {};
  Value x = sum_embeddings(net, encoder);
  if (has_norm_before) x = normalize(net, "esm.embeddings.layer_norm", norm, x);
  for (std::int64_t i = 0; i < encoder.layers && x; ++i) {
    const auto scope = net.enter("esm.encoder.layer", i);
    x = layer_of(net, encoder, x);
  }
  x = normalize(net, "esm.encoder.emb_layer_norm_after", norm, x);
  Values outputs = finish(net, in, encoder, x);
  for (const Value unused : contact_head(net, encoder)) outputs.push_back(unused);
  return outputs;
}

constexpr std::string_view types[] = {"esm"};
constexpr Family families[] = {{.model_types = types, .takes = Takes::text, .build = build_esm}};

}  // namespace

extern constinit const FamilyGroup esm{families};

}  // namespace pfsday::config
