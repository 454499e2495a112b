// What BERT and the encoders made like it share: their sizes, their embeddings, the head of their
// pretraining and the heads of their classes.
//
//   const Encoder encoder = read_encoder(in, "bert");
//   const Value x = ...(embed(net, encoder));
//   return top(net, in, encoder, x, {.dense = ..., .norm = ..., .bias = ...});
#pragma once

#include <string>

#include "importers/config/keys.h"
#include "importers/config/norm.h"

namespace pfsday::config {

struct Encoder {
  std::string prefix;  ///< of all names: "bert"
  std::int64_t width = 1, layers = 1, vocabulary = 1, heads = 1, inner = 1;
  std::int64_t embedding_width = 1;
  std::int64_t positions = 1, position_offset = 0, types = 0;
  bool has_positions = true;  ///< a learned row for each, added to the words
  Activation activation = Activation::gelu;
  std::string_view word_table = "embeddings.word_embeddings";

  std::string name(std::string_view end) const { return prefix + "." + std::string(end); }
};

/// Positions are learned, or of another kind that the family has.
Encoder read_encoder(const Keys& in, std::string_view prefix,
                     std::string_view other_positions = {});

/// Words, positions and types of segments, added up, without the norm behind them.
Value sum_embeddings(Network& net, const Encoder& encoder);
/// The same, normalized.
Value embed(Network& net, const Encoder& encoder);

/// Dense, activation and norm, then the scores of the vocabulary by the words' embeddings.
struct MaskedHead {
  std::string_view dense, norm, bias;
  std::int64_t width = 1;
  Activation activation = Activation::gelu;
  std::int64_t pair_labels = 0;  ///< of a further head on pairs of sentences
  bool dense_bias = true;
  NormKind norm_kind = NormKind::layer;
};

/// The head that predicts masked words: on so many of each sequence, which are the first output
/// then, or beside the total.
void pretrain(Network& net, Value x, Value pooled, const Encoder& encoder, const MaskedHead& head,
              Values& outputs);

/// Dense and tanh of the first token.
Value pool(Network& net, const Encoder& encoder, Value x);

/// What stands on top, by the class: the pooled first token, or a head.
Values top(Network& net, const Keys& in, const Encoder& encoder, Value x, const MaskedHead& head);

}  // namespace pfsday::config
