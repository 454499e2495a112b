#include "importers/config/encoder.h"

#include "importers/config/decoder.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::layer;

Value score_words(Network& net, Value rows, const Encoder& encoder, const MaskedHead& head) {
  Value y = net.linear(head.dense, rows, head.width, head.dense_bias);
  y = normalize(net, head.norm, head.norm_kind, net.apply(head.activation, y));
  net.begin(head.bias, "Linear");
  const Value words = net.weight(encoder.name(encoder.word_table) + ".weight",
                                 {encoder.vocabulary, encoder.embedding_width});
  return net.builder().add(net.project(y, words), net.weight(head.bias, {encoder.vocabulary}));
}

/// The rows of x [B, S, width] at masked positions: [B * masked, width].
Value masked_rows(Network& net, Value x) {
  const Shape shape = net.shape(x);
  const std::int64_t rows = shape[0] * net.pass.masked;
  const Value at = net.input("masked_positions", ElementType::i64, {rows});
  return net.builder().gather(net.builder().reshape(x, {shape[0] * shape[1], shape[2]}), at, 0);
}

}  // namespace

Encoder read_encoder(const Keys& in, std::string_view prefix, std::string_view other_positions) {
  Encoder encoder{.prefix = std::string(prefix),
                  .width = in.size("hidden_size|dim"),
                  .layers = in.layers("num_hidden_layers|n_layers"),
                  .vocabulary = in.size("vocab_size"),
                  .heads = in.size("num_attention_heads|n_heads"),
                  .inner = in.size("intermediate_size|hidden_dim"),
                  .positions = in.size_or("max_position_embeddings", 512),
                  .types = in.size_or("type_vocab_size", 2, 0),
                  .activation = read_activation(in, "hidden_act|activation", "gelu")};
  encoder.embedding_width = encoder.width;
  if (encoder.width % encoder.heads != 0) in.refuse("hidden_size", "is no multiple of the heads");
  const std::string kind = in.text_or("position_embedding_type", "absolute");
  encoder.has_positions = kind == "absolute";
  in.refuse_if(!encoder.has_positions && kind != other_positions, "position_embedding_type",
               "is not \"absolute\"");
  in.refuse_if(in.flag("is_decoder", false), "is_decoder", "is not described");
  in.refuse_if(in.flag("add_cross_attention", false), "add_cross_attention", "is not described");
  return encoder;
}

Value sum_embeddings(Network& net, const Encoder& encoder) {
  const std::int64_t width = encoder.embedding_width;
  Value x =
      net.embedding(encoder.name(encoder.word_table), token_ids(net), encoder.vocabulary, width);
  const auto scope = net.enter(encoder.name("embeddings"));
  if (encoder.types > 0) {
    const Value types =
        net.input("token_type_ids", ElementType::i64, {net.pass.batch, net.pass.length});
    const Value y = net.embedding("token_type_embeddings", types, encoder.types, width);
    x = net.add(x, y);
  }
  if (!encoder.has_positions) return x;
  return net.add(x, learned_positions(net, "position_embeddings", encoder.positions,
                                      encoder.position_offset, width));
}

Value embed(Network& net, const Encoder& encoder) {
  return normalize(net, encoder.name("embeddings.LayerNorm"), norm, sum_embeddings(net, encoder));
}

void pretrain(Network& net, Value x, Value pooled, const Encoder& encoder, const MaskedHead& head,
              Values& outputs) {
  if (!x) return;
  if (net.pass.masked > 0) {
    outputs.insert(outputs.begin(), score_words(net, masked_rows(net, x), encoder, head));
    if (head.pair_labels > 0) {
      outputs.push_back(net.linear("cls.seq_relationship", pooled, head.pair_labels, true));
    }
    return;
  }
  add_beside(net, [&](Network& aside) {
    const Value row = aside.input("row", aside.element(), {1, encoder.width});
    score_words(aside, row, encoder, head);
    if (head.pair_labels > 0) aside.linear("cls.seq_relationship", row, head.pair_labels, true);
  });
  net.note(
      "The head of pretraining, on masked tokens alone, is not counted and its parameters stand "
      "beside the total: --bind masked=N takes it in, for N tokens of each sequence.");
}

Value pool(Network& net, const Encoder& encoder, Value x) {
  const Value first = take_token(net, x, 0);
  return net.apply(Activation::tanh,
                   net.linear(encoder.name("pooler.dense"), first, encoder.width, true));
}

Values top(Network& net, const Keys& in, const Encoder& encoder, Value x, const MaskedHead& head) {
  switch (net.task) {
    case Task::classify_tokens:
      return {net.linear("classifier", x, read_labels(in), true)};
    case Task::answer:
      return {net.linear("qa_outputs", x, 2, true)};
    case Task::classify:
      return {net.linear("classifier", pool(net, encoder, x), read_labels(in), true)};
    case Task::generate:
    case Task::none:
      return {x, pool(net, encoder, x)};
    case Task::pretrain:
      break;
  }
  const Value pooled = pool(net, encoder, x);
  Values outputs = {x, pooled};
  pretrain(net, x, pooled, encoder, head, outputs);
  return outputs;
}

}  // namespace pfsday::config
