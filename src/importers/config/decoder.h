// What decoders of tokens have around their layers: embeddings, the last norm, the head.
//
//   return decode(net, in, read_decoder(in, {.tied = false}), [&](Value x, std::int64_t layer) {
//     x = net.add(x, self_attention(net, "self_attn", normalize(...), attention));
//     return net.add(x, gated_mlp(net, "mlp", normalize(...), mlp));
//   });
#pragma once

#include <functional>

#include "importers/config/attention.h"
#include "importers/config/keys.h"

namespace pfsday::config {

struct DecoderNames {
  std::string_view embedding = "model.embed_tokens";
  std::string_view layers = "model.layers";
  std::string_view norm = "model.norm";
  std::string_view head = "lm_head";
};

struct Decoder {
  std::int64_t width = 1, layers = 1, vocabulary = 1;
  bool tied = false;  ///< the head has the weight of the embedding
  bool head_bias = false;
  NormKind norm = NormKind::rms;  ///< the last one
  NormKind first_norm = NormKind::none;
  std::string_view first_norm_name = {};
  double embedding_scale = 1;
  double logit_scale = 1;
  double logit_softcap = 0;
  std::int64_t embedding_width = 0;   ///< where it is another; then there are projections
  std::string_view narrow_head = {};  ///< projection to the width of the embedding; empty: none
  std::string_view positions = {};    ///< table of learned positions; empty: none
  std::int64_t position_rows = 0;
  std::int64_t position_offset = 0;
  DecoderNames names = {};
};

/// hidden_size, num_hidden_layers, vocab_size, tie_word_embeddings into the rest as given.
Decoder read_decoder(const Keys& in, Decoder decoder);

using Layer = std::function<Value(Value x, std::int64_t index)>;

/// Ids [batch, length] of tokens, as an input.
Value token_ids(Network& net);
/// Rows of a table of learned positions, for the tokens of the pass: [length, width].
Value learned_positions(Network& net, std::string_view name, std::int64_t rows, std::int64_t offset,
                        std::int64_t width);
/// The same for a sequence of that length, which begins at its start: [length, width].
Value table_rows(Network& net, std::string_view name, std::int64_t rows, std::int64_t offset,
                 std::int64_t length, std::int64_t width);
/// Embeddings through the layers, the last norm and the head of the task.
Values decode(Network& net, const Keys& in, const Decoder& decoder, const Layer& layer);
/// The same of embeddings that are there already.
Values decode_from(Network& net, const Keys& in, const Decoder& decoder, Value x,
                   const Layer& layer);
Value embed_tokens(Network& net, const Decoder& decoder);
/// The modules that predict tokens further ahead: their parameters stand beside the total.
void add_beside(Network& net, const std::function<void(Network& aside)>& build);

/// Grouped-query attention as most configurations write it: num_attention_heads,
/// num_key_value_heads, head_dim, partial_rotary_factor. What is not stated is usually as given:
/// the share of a head that is rotated, and its width, or the width of all over the heads for 0.
Attention read_attention(const Keys& in, Attention attention, double usual_share = 1,
                         std::int64_t usual_width = 0);
/// The even number of rotated numbers that is so large a share of a head, by one of the keys, which
/// may stand under rope_parameters.
std::int64_t read_rotary_share(const Keys& in, std::string_view names, double usual,
                               std::int64_t width);
/// The window of a layer by `layer_types`; none if there are none of those.
std::optional<std::int64_t> listed_window(const Keys& in, std::int64_t layer, std::int64_t window);

}  // namespace pfsday::config
