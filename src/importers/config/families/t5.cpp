// T5: an encoder and a decoder with norms before each block, no biases, scores that are not scaled
// and a learned bias for the distance of a query and a key.
// Source: transformers models/{t5,mt5,umt5}.
#include <fmt/format.h>

#include <cmath>

#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::rms;

struct T5 {
  std::int64_t width = 1, inner = 1, heads = 1, head = 1, vocabulary = 1, buckets = 32;
  std::int64_t encoder_layers = 1, decoder_layers = 1;
  bool is_gated = false;
  bool tied = true;
  bool own_biases = false;  ///< each layer has a table of biases, not the first alone
  Activation activation = Activation::relu;
};

/// "relu", or "gated-gelu", which is by the tangent.
void read_feed_forward(const Keys& in, std::string_view usual, T5& t5) {
  std::string name = in.text_or("feed_forward_proj", usual);
  t5.is_gated = name.starts_with("gated-");
  if (t5.is_gated) name = name.substr(6);
  if (t5.is_gated && name == "gelu") name = "gelu_new";
  const auto activation = find_activation(name);
  if (!activation) in.refuse("feed_forward_proj", "names an activation that is not known");
  t5.activation = activation.value_or(Activation::relu);
  in.ignore("dense_act_fn|is_gated_act");
}

/// The defaults of the classes: T5 ties its head and has a plain MLP, mT5 and UMT5 neither.
T5 read_t5(const Keys& in, bool is_first, bool own_biases) {
  T5 t5{.width = in.size("d_model|hidden_size"),
        .inner = in.size("d_ff"),
        .heads = in.size("num_heads|num_attention_heads"),
        .head = in.size_or("d_kv", 64),
        .vocabulary = in.size("vocab_size"),
        .buckets = in.size_or("relative_attention_num_buckets", 32),
        .encoder_layers = in.layers("num_layers|num_hidden_layers"),
        .decoder_layers = 1,
        .tied = in.flag("tie_word_embeddings", is_first),
        .own_biases = own_biases};
  t5.decoder_layers =
      in.has("num_decoder_layers") ? in.layers("num_decoder_layers") : t5.encoder_layers;
  in.ignore("relative_attention_max_distance|n_positions");
  read_feed_forward(in, is_first ? "relu" : "gated-gelu", t5);
  return t5;
}

/// The bias of each bucket of distances, for each head: [1, heads, queries, keys].
ScoreBias distance_bias(Network& net, const T5& t5, const std::string& table) {
  return [&net, &t5, table](std::int64_t queries, std::int64_t keys) {
    return net.once(table, fmt::format("{}x{}", queries, keys), "Embedding", [&] {
      Builder& b = net.builder();
      const Value buckets =
          net.input(fmt::format("{}.buckets", table), ElementType::i64, {queries, keys});
      const Value rows =
          b.gather(net.weight_at_root(table + ".weight", {t5.buckets, t5.heads}), buckets, 0);
      return b.reshape(b.transpose(rows, {2, 0, 1}), {1, t5.heads, queries, keys});
    });
  };
}

Attention attention_of(const T5& t5, bool causal) {
  return {.heads = t5.heads,
          .key_heads = t5.heads,
          .width = t5.head,
          .causal = causal,
          .scale = 1,
          .names = {.q = "q", .k = "k", .v = "v", .out = "o"}};
}

Value feed(Network& net, Value x, const T5& t5) {
  const Value y = normalize(net, "layer_norm", norm, x);
  if (t5.is_gated) {
    return gated_mlp(net, "DenseReluDense", y,
                     {.width = t5.inner,
                      .activation = t5.activation,
                      .names = {.gate = "wi_0", .up = "wi_1", .down = "wo"}});
  }
  return plain_mlp(
      net, "DenseReluDense", y,
      {.width = t5.inner, .activation = t5.activation, .bias = false, .up = "wi", .down = "wo"});
}

/// Self-attention, attention to the encoder where there is one, and the MLP, each added to its
/// input.
Value stack(Network& net, std::string_view name, const T5& t5, std::int64_t layers, Value x,
            Value memory) {
  for (std::int64_t i = 0; i < layers && x; ++i) {
    const auto scope = net.enter(fmt::format("{}.block", name), i);
    std::int64_t part = 0;
    const auto add = [&](const std::function<Value()>& block) {
      const auto layer = net.enter("layer", part++);
      x = net.add(x, block());
    };
    Attention attention = attention_of(t5, static_cast<bool>(memory));
    attention.score_bias =
        distance_bias(net, t5,
                      fmt::format("{}.block.{}.layer.0.SelfAttention.relative_attention_bias", name,
                                  t5.own_biases ? i : 0));
    add([&] {
      return self_attention(net, "SelfAttention", normalize(net, "layer_norm", norm, x), attention);
    });
    if (memory) {
      add([&] {
        return cross_attention(net, "EncDecAttention", normalize(net, "layer_norm", norm, x),
                               memory, attention_of(t5, false));
      });
    }
    add([&] { return feed(net, x, t5); });
  }
  return normalize(net, fmt::format("{}.final_layer_norm", name), norm, x);
}

Value embed(Network& net, const T5& t5, std::string_view ids, std::int64_t length) {
  return net.embedding("shared", net.input(ids, ElementType::i64, {net.pass.batch, length}),
                       t5.vocabulary, t5.width);
}

bool is_encoder_alone(const Keys& in) {
  const std::vector<std::string> classes = in.texts("architectures");
  return !classes.empty() && classes.front().ends_with("EncoderModel");
}

Values build(Network& net, const Keys& in, const T5& t5) {
  if (in.has_fault()) return {};
  const Value memory = stack(net, "encoder", t5, t5.encoder_layers,
                             embed(net, t5, "input_ids", net.pass.source), {});
  if (is_encoder_alone(in)) return {memory};
  Value x = stack(net, "decoder", t5, t5.decoder_layers,
                  embed(net, t5, "decoder_input_ids", net.pass.length), memory);
  if (net.task == Task::none) return {x};
  if (!t5.tied) return {net.linear("lm_head", x, t5.vocabulary)};
  x = net.scale(x, 1 / std::sqrt(static_cast<double>(t5.width)));
  net.begin("lm_head", "Linear");
  return {net.project(x, net.weight("shared.weight", {t5.vocabulary, t5.width}))};
}

Values build_t5(Network& net, const Keys& in) { return build(net, in, read_t5(in, true, false)); }
Values build_mt5(Network& net, const Keys& in) { return build(net, in, read_t5(in, false, false)); }
Values build_umt5(Network& net, const Keys& in) { return build(net, in, read_t5(in, false, true)); }

constexpr std::string_view t5_types[] = {"t5"};
constexpr std::string_view mt5_types[] = {"mt5"};
constexpr std::string_view umt5_types[] = {"umt5"};
constexpr Family families[] = {
    {.model_types = t5_types, .takes = Takes::source_and_target, .build = build_t5},
    {.model_types = mt5_types, .takes = Takes::source_and_target, .build = build_mt5},
    {.model_types = umt5_types, .takes = Takes::source_and_target, .build = build_umt5}};

}  // namespace

extern constinit const FamilyGroup t5{families};

}  // namespace pfsday::config
