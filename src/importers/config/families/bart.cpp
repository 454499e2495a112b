// BART and the encoder-decoders made like it, with layer norms and biases. In BART and Marian a
// norm stands behind each block, in the others before it; positions are learned, or sines that
// nobody trains in Pegasus, Marian and M2M-100; Whisper reads a spectrum of sound through two
// convolutions. Sources: transformers models/{bart,mbart,pegasus,marian,m2m_100,whisper}.
#include <cmath>

#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::layer;

struct Side {
  std::string_view name;
  std::int64_t layers = 1, heads = 1, inner = 1;
};

struct Model {
  std::int64_t width = 1, vocabulary = 1;
  Side encoder, decoder;
  Activation activation = Activation::gelu;
  bool is_norm_first = false;
  bool has_last_norm = false;       ///< behind the layers
  bool has_embedding_norm = false;  ///< behind words and positions
  bool has_sines = false;           ///< in place of learned positions
  bool has_logits_bias = false;     ///< which nobody trains
  bool key_bias = true;
};

Model read_model(const Keys& in) {
  Model model{.width = in.size("d_model|hidden_size"),
              .vocabulary = in.size("vocab_size"),
              .encoder = {.name = "model.encoder",
                          .layers = in.layers("encoder_layers|num_hidden_layers"),
                          .heads = in.size("encoder_attention_heads|num_attention_heads"),
                          .inner = in.size("encoder_ffn_dim")},
              .decoder = {.name = "model.decoder",
                          .layers = in.layers("decoder_layers"),
                          .heads = in.size("decoder_attention_heads"),
                          .inner = in.size("decoder_ffn_dim")},
              .activation = read_activation(in, "activation_function", "gelu")};
  for (const Side* side : {&model.encoder, &model.decoder}) {
    if (model.width % side->heads != 0) in.refuse("d_model", "is no multiple of the heads");
  }
  in.ignore("num_hidden_layers");
  in.refuse_if(!in.flag("tie_word_embeddings", true), "tie_word_embeddings", "is false");
  return model;
}

Attention attention_of(const Model& model, const Side& side, bool causal) {
  return {.heads = side.heads,
          .key_heads = side.heads,
          .width = model.width / side.heads,
          .bias = true,
          .key_bias = model.key_bias,
          .out_bias = true,
          .causal = causal,
          .names = {.out = "out_proj"}};
}

/// What a block makes of x, added to x, with a norm before or behind.
Value around(Network& net, const Model& model, std::string_view norm_name, Value x,
             const std::function<Value(Value x)>& block) {
  if (model.is_norm_first) return net.add(x, block(normalize(net, norm_name, norm, x)));
  return normalize(net, norm_name, norm, net.add(x, block(x)));
}

Value stack(Network& net, const Model& model, const Side& side, Value x, Value memory) {
  const bool is_decoder = static_cast<bool>(memory);
  for (std::int64_t i = 0; i < side.layers && x; ++i) {
    const auto scope = net.enter(std::string(side.name) + ".layers", i);
    x = around(net, model, "self_attn_layer_norm", x, [&](Value y) {
      return self_attention(net, "self_attn", y, attention_of(model, side, is_decoder));
    });
    if (is_decoder) {
      x = around(net, model, "encoder_attn_layer_norm", x, [&](Value y) {
        return cross_attention(net, "encoder_attn", y, memory, attention_of(model, side, false));
      });
    }
    x = around(net, model, "final_layer_norm", x, [&](Value y) {
      return plain_mlp(net, "", y, {.width = side.inner, .activation = model.activation});
    });
  }
  const NormKind last = model.has_last_norm ? norm : NormKind::none;
  return normalize(net, std::string(side.name) + ".layer_norm", last, x);
}

Value tied_scores(Network& net, const Model& model, std::string_view embedding, Value x) {
  net.begin("proj_out", "Linear");
  return net.project(
      x, net.weight(std::string(embedding) + ".weight", {model.vocabulary, model.width}));
}

/// A row for each position: of a table whose first two rows have no use, or of sines.
Value positions_of(Network& net, const Model& model, const Side& side, std::int64_t length,
                   const Keys& in) {
  const std::string name = std::string(side.name) + ".embed_positions";
  if (model.has_sines) return net.buffer(name + ".weight", {length, model.width});
  return table_rows(net, name, in.size("max_position_embeddings") + 2, 2, length, model.width);
}

Value embed_words(Network& net, const Model& model, const Side& side, std::string_view ids,
                  std::int64_t length, const Keys& in) {
  Value x =
      net.embedding("model.shared", net.input(ids, ElementType::i64, {net.pass.batch, length}),
                    model.vocabulary, model.width);
  if (in.flag("scale_embedding", false)) {
    x = net.scale(x, std::sqrt(static_cast<double>(model.width)));
  }
  const NormKind kind = model.has_embedding_norm ? norm : NormKind::none;
  const Value y = net.add(x, positions_of(net, model, side, length, in));
  return normalize(net, std::string(side.name) + ".layernorm_embedding", kind, y);
}

Values build_text_to_text(Network& net, const Keys& in, const Model& model) {
  in.ignore("normalize_before|normalize_embedding|add_final_layer_norm|static_position_embeddings");
  in.ignore("add_bias_logits|extra_pos_embeddings|decoder_vocab_size");
  const bool is_shared = in.flag("share_encoder_decoder_embeddings", true);
  in.refuse_if(!is_shared, "share_encoder_decoder_embeddings", "is false");
  if (in.has_fault()) return {};
  const Value source = embed_words(net, model, model.encoder, "input_ids", net.pass.source, in);
  const Value memory = stack(net, model, model.encoder, source, {});
  const Value target =
      embed_words(net, model, model.decoder, "decoder_input_ids", net.pass.length, in);
  const Value x = stack(net, model, model.decoder, target, memory);
  if (net.task == Task::none) return {x};
  const Value scores = tied_scores(net, model, "model.shared", x);
  if (!model.has_logits_bias) return {scores};
  return {net.builder().add(scores, net.buffer("final_logits_bias", {1, model.vocabulary}))};
}

Values build_bart(Network& net, const Keys& in) {
  Model model = read_model(in);
  model.has_embedding_norm = model.has_logits_bias = true;
  return build_text_to_text(net, in, model);
}

Values build_mbart(Network& net, const Keys& in) {
  Model model = read_model(in);
  model.is_norm_first = model.has_last_norm = true;
  model.has_embedding_norm = model.has_logits_bias = true;
  return build_text_to_text(net, in, model);
}

Values build_pegasus(Network& net, const Keys& in) {
  Model model = read_model(in);
  model.is_norm_first = model.has_last_norm = true;
  model.has_sines = model.has_logits_bias = true;
  return build_text_to_text(net, in, model);
}

Values build_marian(Network& net, const Keys& in) {
  Model model = read_model(in);
  model.has_sines = model.has_logits_bias = true;
  return build_text_to_text(net, in, model);
}

Values build_m2m_100(Network& net, const Keys& in) {
  Model model = read_model(in);
  model.is_norm_first = model.has_last_norm = model.has_sines = true;
  return build_text_to_text(net, in, model);
}

/// A spectrum [batch, mel, 2 * positions] through two convolutions, the second of stride 2.
Value encode_sound(Network& net, const Keys& in, const Model& model) {
  const std::int64_t positions = in.size_or("max_source_positions", 1500);
  Builder& b = net.builder();
  Value x = net.input("input_features", net.element(),
                      {net.pass.batch, in.size_or("num_mel_bins", 80), 2 * positions});
  x = net.apply(Activation::gelu,
                convolve(net, "model.encoder.conv1", x, model.width, {.kernel = 3, .pad = 1}));
  x = net.apply(Activation::gelu, convolve(net, "model.encoder.conv2", x, model.width,
                                           {.kernel = 3, .stride = 2, .pad = 1}));
  net.begin("model.encoder.embed_positions", "Embedding");
  const Value sines = net.weight("model.encoder.embed_positions.weight", {positions, model.width});
  x = b.add(b.transpose(x, {0, 2, 1}), b.stop_gradient(sines));  // nobody trains them
  return stack(net, model, model.encoder, x, {});
}

Values build_whisper(Network& net, const Keys& in) {
  Model model = read_model(in);
  model.is_norm_first = model.has_last_norm = true;
  model.key_bias = false;
  if (in.has_fault()) return {};
  const Value memory = encode_sound(net, in, model);
  const Value ids =
      net.input("decoder_input_ids", ElementType::i64, {net.pass.batch, net.pass.length});
  Value x = net.embedding("model.decoder.embed_tokens", ids, model.vocabulary, model.width);
  if (in.flag("scale_embedding", false)) {
    x = net.scale(x, std::sqrt(static_cast<double>(model.width)));
  }
  x = net.add(
      x, table_rows(net, "model.decoder.embed_positions", in.size_or("max_target_positions", 448),
                    0, net.pass.length, model.width));
  x = stack(net, model, model.decoder, x, memory);
  if (net.task == Task::none) return {x};
  return {tied_scores(net, model, "model.decoder.embed_tokens", x)};
}

constexpr std::string_view bart_types[] = {"bart"};
constexpr std::string_view mbart_types[] = {"mbart"};
constexpr std::string_view pegasus_types[] = {"pegasus"};
constexpr std::string_view marian_types[] = {"marian"};
constexpr std::string_view m2m_100_types[] = {"m2m_100"};
constexpr std::string_view whisper_types[] = {"whisper"};
constexpr Family families[] = {
    {.model_types = bart_types, .takes = Takes::source_and_target, .build = build_bart},
    {.model_types = mbart_types, .takes = Takes::source_and_target, .build = build_mbart},
    {.model_types = pegasus_types, .takes = Takes::source_and_target, .build = build_pegasus},
    {.model_types = marian_types, .takes = Takes::source_and_target, .build = build_marian},
    {.model_types = m2m_100_types, .takes = Takes::source_and_target, .build = build_m2m_100},
    {.model_types = whisper_types, .takes = Takes::audio_and_target, .build = build_whisper}};

}  // namespace

extern constinit const FamilyGroup bart{families};

}  // namespace pfsday::config
