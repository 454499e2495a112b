// BERT and the encoders made like it: a norm behind attention and behind a plain MLP, learned
// positions. Their pretraining head works on the masked positions alone, whose number a
// configuration does not say: it stands beside the total unless `masked` is bound.
// Sources: transformers models/{bert,roberta,xlm_roberta,camembert,electra,distilbert,albert}.
#include "importers/config/attention.h"
#include "importers/config/encoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::layer;

Attention attention_of(const Encoder& encoder, const AttentionNames& names) {
  return {.heads = encoder.heads,
          .key_heads = encoder.heads,
          .width = encoder.width / encoder.heads,
          .bias = true,
          .out_bias = true,
          .causal = false,
          .names = names};
}

struct LayerNames {
  std::string_view attention = "attention";
  AttentionNames heads = {
      .q = "self.query", .k = "self.key", .v = "self.value", .out = "output.dense"};
  std::string_view attention_norm = "attention.output.LayerNorm";
  std::string_view feed = {};
  std::string_view up = "intermediate.dense", down = "output.dense";
  std::string_view norm = "output.LayerNorm";
};

Value layer_of(Network& net, Value x, const Encoder& encoder, const LayerNames& names) {
  const Attention attention = attention_of(encoder, names.heads);
  x = normalize(net, names.attention_norm, norm,
                net.add(x, self_attention(net, names.attention, x, attention)));
  const Value y = plain_mlp(net, names.feed, x,
                            {.width = encoder.inner,
                             .activation = encoder.activation,
                             .up = names.up,
                             .down = names.down});
  return normalize(net, names.norm, norm, net.add(x, y));
}

Value encode(Network& net, const Encoder& encoder, Value x, std::string_view layers,
             const LayerNames& names) {
  for (std::int64_t i = 0; i < encoder.layers && x; ++i) {
    const auto scope = net.enter(encoder.name(layers), i);
    x = layer_of(net, x, encoder, names);
  }
  return x;
}

bool is_pretraining_pairs(const Keys& in) {
  const std::vector<std::string> classes = in.texts("architectures");
  return !classes.empty() && classes.front().ends_with("ForPreTraining");
}

Values build_bert(Network& net, const Keys& in) {
  const Encoder encoder = read_encoder(in, "bert");
  const Value x = encode(net, encoder, embed(net, encoder), "encoder.layer", {});
  return top(net, in, encoder, x,
             {.dense = "cls.predictions.transform.dense",
              .norm = "cls.predictions.transform.LayerNorm",
              .bias = "cls.predictions.bias",
              .width = encoder.width,
              .activation = encoder.activation,
              .pair_labels = is_pretraining_pairs(in) ? 2 : 0});
}

/// Positions begin behind the number of the padding token; the head of a class is two layers.
Values build_roberta(Network& net, const Keys& in) {
  Encoder encoder = read_encoder(in, "roberta");
  encoder.position_offset = in.size_or("pad_token_id", 1, 0) + 1;
  const Value x = encode(net, encoder, embed(net, encoder), "encoder.layer", {});
  if (net.task == Task::classify) {
    const Value y =
        net.apply(Activation::tanh,
                  net.linear("classifier.dense", take_token(net, x, 0), encoder.width, true));
    return {net.linear("classifier.out_proj", y, read_labels(in), true)};
  }
  return top(net, in, encoder, x,
             {.dense = "lm_head.dense",
              .norm = "lm_head.layer_norm",
              .bias = "lm_head.bias",
              .width = encoder.width});
}

/// Narrow embeddings; no pooled token; its pretraining head judges every token.
Values build_electra(Network& net, const Keys& in) {
  Encoder encoder = read_encoder(in, "electra");
  encoder.embedding_width = in.size_or("embedding_size", encoder.width);
  Value x = embed(net, encoder);
  if (encoder.embedding_width != encoder.width) {
    x = net.linear("electra.embeddings_project", x, encoder.width, true);
  }
  x = encode(net, encoder, x, "encoder.layer", {});
  if (net.task == Task::pretrain) {
    const Value y = net.linear("discriminator_predictions.dense", x, encoder.width, true);
    return {net.linear("discriminator_predictions.dense_prediction",
                       net.apply(encoder.activation, y), 1, true)};
  }
  if (net.task == Task::classify) {
    const Value y = net.linear("classifier.dense", take_token(net, x, 0), encoder.width, true);
    return {
        net.linear("classifier.out_proj", net.apply(Activation::gelu, y), read_labels(in), true)};
  }
  if (net.task == Task::none || net.task == Task::generate) return {x};
  return top(net, in, encoder, x, {});
}

/// Half of BERT's layers, no types of segments and no pooled token.
Values build_distilbert(Network& net, const Keys& in) {
  Encoder encoder = read_encoder(in, "distilbert");
  encoder.types = 0;
  in.ignore("sinusoidal_pos_embds|qa_dropout|seq_classif_dropout");
  const LayerNames names{.heads = {.q = "q_lin", .k = "k_lin", .v = "v_lin", .out = "out_lin"},
                         .attention_norm = "sa_layer_norm",
                         .feed = "ffn",
                         .up = "lin1",
                         .down = "lin2",
                         .norm = "output_layer_norm"};
  const Value x = encode(net, encoder, embed(net, encoder), "transformer.layer", names);
  if (net.task == Task::classify) {
    const Value y = net.apply(
        Activation::relu, net.linear("pre_classifier", take_token(net, x, 0), encoder.width, true));
    return {net.linear("classifier", y, read_labels(in), true)};
  }
  if (net.task == Task::classify_tokens || net.task == Task::answer) {
    return top(net, in, encoder, x, {});
  }
  Values outputs = {x};
  if (net.task == Task::pretrain) {
    pretrain(net, x, {}, encoder,
             {.dense = "vocab_transform",
              .norm = "vocab_layer_norm",
              .bias = "vocab_projector.bias",
              .width = encoder.width,
              .activation = encoder.activation},
             outputs);
  }
  return outputs;
}

/// The layers share their weights, in groups; embeddings are narrow.
Values build_albert(Network& net, const Keys& in) {
  Encoder encoder = read_encoder(in, "albert");
  encoder.embedding_width = in.size_or("embedding_size", 128);
  const std::int64_t groups = in.size_or("num_hidden_groups", 1);
  const std::int64_t inner = in.size_or("inner_group_num", 1);
  in.refuse_if(groups > encoder.layers || inner > 16, "num_hidden_groups", "exceeds the layers");
  in.ignore("net_structure_type|gap_size|num_memory_blocks|down_scale_factor");
  if (in.has_fault()) return {};
  const LayerNames names{.heads = {.q = "query", .k = "key", .v = "value", .out = "dense"},
                         .attention_norm = "attention.LayerNorm",
                         .up = "ffn",
                         .down = "ffn_output",
                         .norm = "full_layer_layer_norm"};
  Value x = net.linear("albert.encoder.embedding_hidden_mapping_in", embed(net, encoder),
                       encoder.width, true);
  for (std::int64_t i = 0; i < encoder.layers; ++i) {
    const auto group = net.enter("albert.encoder.albert_layer_groups", i * groups / encoder.layers);
    for (std::int64_t k = 0; k < inner && x; ++k) {
      const auto layer = net.enter("albert_layers", k);
      x = layer_of(net, x, encoder, names);
    }
  }
  const auto pool_albert = [&] {
    return net.apply(Activation::tanh,
                     net.linear("albert.pooler", take_token(net, x, 0), encoder.width, true));
  };
  if (net.task == Task::classify) {
    return {net.linear("classifier", pool_albert(), read_labels(in), true)};
  }
  if (net.task == Task::classify_tokens || net.task == Task::answer) {
    return top(net, in, encoder, x, {});
  }
  Values outputs = {x, pool_albert()};
  if (net.task == Task::pretrain) {
    pretrain(net, x, {}, encoder,
             {.dense = "predictions.dense",
              .norm = "predictions.LayerNorm",
              .bias = "predictions.bias",
              .width = encoder.embedding_width,
              .activation = encoder.activation},
             outputs);
  }
  return outputs;
}

constexpr std::string_view bert_types[] = {"bert"};
constexpr std::string_view roberta_types[] = {"roberta", "xlm-roberta", "camembert"};
constexpr std::string_view electra_types[] = {"electra"};
constexpr std::string_view distilbert_types[] = {"distilbert"};
constexpr std::string_view albert_types[] = {"albert"};
constexpr Family families[] = {
    {.model_types = bert_types, .takes = Takes::text, .build = build_bert},
    {.model_types = roberta_types, .takes = Takes::text, .build = build_roberta},
    {.model_types = electra_types, .takes = Takes::text, .build = build_electra},
    {.model_types = distilbert_types, .takes = Takes::text, .build = build_distilbert},
    {.model_types = albert_types, .takes = Takes::text, .build = build_albert}};

}  // namespace

extern constinit const FamilyGroup bert{families};

}  // namespace pfsday::config
