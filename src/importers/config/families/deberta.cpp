// DeBERTa-v2 and v3: BERT's layers, in which a token also looks for the distance of others. Each
// distance has a vector that all layers share; queries meet those of the keys' distances, and keys
// those of the queries'. Source: transformers models/deberta_v2, its pretraining head and the
// class of answers as its older version has them.
#include <algorithm>
#include <cmath>

#include "importers/config/attention.h"
#include "importers/config/encoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::layer;

struct Deberta {
  Encoder encoder;
  std::int64_t distances = 0;  ///< rows of the table; 0: no relative attention
  bool to_positions = false, from_positions = false;  ///< the kinds "c2p" and "p2c"
  bool shares_projections = false;                    ///< with those of the words
  bool normalizes_distances = false;
  std::int64_t taps = 0;  ///< of a convolution beside the first layer; 0: none
  Activation taps_activation = Activation::tanh;
};

/// "p2c|c2p", or a list of the two.
std::string read_kinds(const Keys& in, std::string_view name) {
  const Json* const value = in.find(name);
  if (value == nullptr || value->kind == Json::Kind::text) return in.text_or(name, "");
  std::string kinds;
  for (const std::string& kind : in.texts(name)) kinds += kind + "|";
  return kinds;
}

Deberta read_deberta(const Keys& in) {
  Deberta model{.encoder = read_encoder(in, "deberta")};
  Encoder& encoder = model.encoder;
  encoder.types = in.size_or("type_vocab_size", 0, 0);
  encoder.has_positions = in.flag("position_biased_input", true);
  encoder.embedding_width = in.size_or("embedding_size", encoder.width);
  if (in.flag("relative_attention", false)) {
    const double span = in.number_or("max_relative_positions", -1);
    const double buckets = in.number_or("position_buckets", -1);
    const double usual = span >= 1 ? span : static_cast<double>(encoder.positions);
    const double rows = buckets > 0 ? buckets : usual;
    in.refuse_if(rows > 1e6 || rows != std::floor(rows), "position_buckets", "is no size");
    model.distances = 2 * static_cast<std::int64_t>(std::clamp(rows, 1.0, 1e6));
    const std::string kinds = read_kinds(in, "pos_att_type");
    model.to_positions = kinds.find("c2p") != std::string::npos;
    model.from_positions = kinds.find("p2c") != std::string::npos;
    model.shares_projections = in.flag("share_att_key", false);
    model.normalizes_distances =
        read_kinds(in, "norm_rel_ebd").find("layer_norm") != std::string::npos;
  }
  model.taps = in.size_or("conv_kernel_size", 0, 0);
  if (model.taps > 0) model.taps_activation = read_activation(in, "conv_act", "tanh");
  in.refuse_if(in.size_or("conv_groups", 1) != 1, "conv_groups", "is not 1");
  in.refuse_if(in.size_or("attention_head_size", encoder.width / encoder.heads) !=
                   encoder.width / encoder.heads,
               "attention_head_size", "is not the width over the heads");
  in.ignore("pooler_hidden_size|pooler_hidden_act|legacy|padding_idx");
  return model;
}

/// The vectors of all distances, [distances, width]; the same for each layer.
Value distance_rows(Network& net, const Deberta& model) {
  const std::int64_t width = model.encoder.width;
  if (model.distances == 0) return {};
  const Value rows = net.weight("deberta.encoder.rel_embeddings.weight", {model.distances, width});
  const NormKind kind = model.normalizes_distances ? norm : NormKind::none;
  return normalize(net, "deberta.encoder.LayerNorm", kind, rows);
}

/// The scores of rows [B, H, S, D] with each distance, of which [S, S] are picked: [B, H, S, S].
Value scores_by_distance(Network& net, Value rows, Value distances, std::string_view index_name,
                         double scale) {
  if (!rows || !distances) return {};
  Builder& b = net.builder();
  const Shape s = net.shape(rows);
  const Value by_head = b.dot(
      rows, distances, {.batch_a = {1}, .batch_b = {0}, .contract_a = {3}, .contract_b = {2}});
  const Value table = b.transpose(by_head, {1, 0, 2, 3});
  const Value index = net.once(index_name, "", "Input", [&] {
    return net.input(index_name, ElementType::i64, {s[2], s[2]});
  });
  const Value picked =
      b.emit("gather_elements", {table, b.broadcast(index, {s[0], s[1], s[2], s[2]})},
             {{"axis", std::int64_t{3}}});
  return b.with_scalar("div", picked, 1 / scale);
}

/// The distances by the projection of the words, or by their own: [H, distances, D].
Value project_distances(Network& net, const Deberta& model, Value distances, std::string_view words,
                        std::string_view own) {
  Builder& b = net.builder();
  const std::int64_t width = model.encoder.width;
  const std::int64_t heads = model.encoder.heads;
  const Value y = net.linear(model.shares_projections ? words : own, distances, width, true);
  return b.transpose(b.reshape(y, {model.distances, heads, width / heads}), {1, 0, 2});
}

Value attend_by_distance(Network& net, const Deberta& model, Value x, Value distances) {
  const auto scope = net.enter("attention.self");
  Builder& b = net.builder();
  const Encoder& encoder = model.encoder;
  const auto heads = [&](std::string_view name) {
    return split_heads(net, net.linear(name, x, encoder.width, true), encoder.heads);
  };
  const Value q = heads("query_proj");
  const Value k = heads("key_proj");
  const Value v = heads("value_proj");
  const int parts = 1 + (model.to_positions ? 1 : 0) + (model.from_positions ? 1 : 0);
  const std::int64_t scaled_by = encoder.width / encoder.heads * parts;
  const double scale = 1 / std::sqrt(static_cast<double>(scaled_by));
  Value bias;
  if (distances && model.to_positions) {
    const Value keys = project_distances(net, model, distances, "key_proj", "pos_key_proj");
    net.begin("", "Attention");
    bias = scores_by_distance(net, q, keys, "distances_of_keys", scale);
  }
  if (distances && model.from_positions) {
    const Value queries = project_distances(net, model, distances, "query_proj", "pos_query_proj");
    net.begin("", "Attention");
    const Value scores = scores_by_distance(net, k, queries, "distances_of_queries", scale);
    if (!scores) return {};
    const Value turned = b.transpose(scores, {0, 1, 3, 2});
    bias = bias ? b.add(bias, turned) : turned;
  }
  net.begin("", "Attention");
  if (!q || !k || !v) return {};
  return merge_heads(net, ops::emit_attention(b, q, k, v, bias, {.scale = scale}));
}

Value layer_of(Network& net, const Deberta& model, Value x, Value distances) {
  const Value a = net.linear("attention.output.dense", attend_by_distance(net, model, x, distances),
                             model.encoder.width, true);
  x = normalize(net, "attention.output.LayerNorm", norm, net.add(a, x));
  const Value m = plain_mlp(net, "", x,
                            {.width = model.encoder.inner,
                             .activation = model.encoder.activation,
                             .up = "intermediate.dense",
                             .down = "output.dense"});
  return normalize(net, "output.LayerNorm", norm, net.add(m, x));
}

/// A convolution over neighbors of what goes into the first layer, added to what comes out.
Value with_neighbors(Network& net, const Deberta& model, Value x, Value out) {
  if (model.taps == 0 || !x) return out;
  const auto scope = net.enter("deberta.encoder.conv");
  Builder& b = net.builder();
  const Value y = convolve(net, "conv", b.transpose(x, {0, 2, 1}), model.encoder.width,
                           {.kernel = model.taps, .pad = (model.taps - 1) / 2});
  if (!y) return {};
  const Value near = net.apply(model.taps_activation, b.transpose(y, {0, 2, 1}));
  return normalize(net, "LayerNorm", norm, net.add(out, near));
}

Values build_deberta(Network& net, const Keys& in) {
  const Deberta model = read_deberta(in);
  const Encoder& encoder = model.encoder;
  if (in.has_fault()) return {};
  if (!net.pass.lengths.empty() && model.distances > 0) {
    return {net.builder().fault(Code::configuration_unsupported,
                                "--lengths is not described for attention by distances")};
  }
  Value x = sum_embeddings(net, encoder);
  if (encoder.embedding_width != encoder.width) {
    x = net.linear("deberta.embeddings.embed_proj", x, encoder.width);
  }
  x = normalize(net, "deberta.embeddings.LayerNorm", norm, x);
  const Value distances = distance_rows(net, model);
  for (std::int64_t i = 0; i < encoder.layers && x; ++i) {
    const Value before = x;
    {
      const auto scope = net.enter("deberta.encoder.layer", i);
      x = layer_of(net, model, x, distances);
    }
    if (i == 0) x = with_neighbors(net, model, before, x);
  }
  if (net.task == Task::classify) {
    const Value first = net.linear("pooler.dense", take_token(net, x, 0), encoder.width, true);
    return {net.linear("classifier", net.apply(Activation::gelu, first), read_labels(in), true)};
  }
  if (net.task == Task::classify_tokens || net.task == Task::answer) {
    return top(net, in, encoder, x, {});
  }
  Values outputs = {x};
  if (net.task == Task::pretrain) {
    pretrain(net, x, {}, encoder,
             {.dense = "cls.predictions.transform.dense",
              .norm = "cls.predictions.transform.LayerNorm",
              .bias = "cls.predictions.bias",
              .width = encoder.embedding_width,
              .activation = encoder.activation},
             outputs);
  }
  return outputs;
}

constexpr std::string_view types[] = {"deberta-v2"};
constexpr Family families[] = {
    {.model_types = types, .takes = Takes::text, .build = build_deberta}};

}  // namespace

extern constinit const FamilyGroup deberta{families};

}  // namespace pfsday::config
