#include "importers/config/decoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace pfsday::config {
namespace {

Value last_tokens(Network& net, Value x) {
  const bool is_cut = net.pass.only_last_logits && x;
  return is_cut ? net.builder().slice_axis(x, 1, net.pass.length - 1, net.pass.length) : x;
}

/// Scores of the vocabulary for each token.
Value vocabulary_scores(Network& net, const Decoder& decoder, Value x) {
  Value y;
  if (decoder.tied) {
    net.begin(decoder.names.head, "Linear");
    const std::string name = std::string(decoder.names.embedding) + ".weight";
    y = net.project(x, net.weight(name, {decoder.vocabulary, net.width(x)}));
    if (decoder.head_bias) {
      y = net.builder().add(
          y, net.weight(std::string(decoder.names.head) + ".bias", {decoder.vocabulary}));
    }
  } else {
    y = net.linear(decoder.names.head, x, decoder.vocabulary, decoder.head_bias);
  }
  if (decoder.logit_scale != 1) y = net.scale(y, decoder.logit_scale);
  return net.soft_cap(y, decoder.logit_softcap);
}

Values finish(Network& net, const Keys& in, const Decoder& decoder, Value x) {
  switch (net.task) {
    case Task::none:
      return {x};
    case Task::classify:
      return {net.linear("score", x, in.size_or("num_labels", 2))};
    case Task::classify_tokens:
      return {net.linear("score", x, in.size_or("num_labels", 2), true)};
    case Task::answer:
      return {net.linear("qa_outputs", x, 2, true)};
    case Task::generate:
    case Task::pretrain:
      break;
  }
  x = last_tokens(net, x);
  if (!decoder.narrow_head.empty()) {
    x = net.linear(decoder.narrow_head, x, decoder.embedding_width);
  }
  return {vocabulary_scores(net, decoder, x)};
}

/// What is given to the first places of x behind that layer, if anything.
Value with_deep_front(Network& net, Value x, std::int64_t layer) {
  const auto at = static_cast<std::size_t>(layer);
  if (at >= net.deep_front.size() || !net.deep_front[at] || !x) return x;
  Builder& b = net.builder();
  const std::int64_t count = net.shape(net.deep_front[at])[1];
  const Value first = net.add(b.slice_axis(x, 1, 0, count), net.deep_front[at]);
  return b.concat({first, b.slice_axis(x, 1, count, net.shape(x)[1])}, 1);
}

bool check_positions(Network& net, std::int64_t tokens, std::int64_t rows) {
  if (tokens <= rows) return true;
  net.builder().fault(Code::configuration_unsupported,
                      fmt::format("{} tokens are more than the {} learned positions", tokens, rows),
                      "bind a smaller size");
  return false;
}

}  // namespace

Decoder read_decoder(const Keys& in, Decoder decoder) {
  decoder.width = in.size("hidden_size|n_embd|n_embed|d_model");
  decoder.layers = in.layers("num_hidden_layers|n_layer|n_layers|num_layers");
  decoder.vocabulary = in.size("vocab_size");
  decoder.tied = in.flag("tie_word_embeddings", decoder.tied);
  return decoder;
}

Value token_ids(Network& net) {
  const std::int64_t given = net.front ? net.shape(net.front)[1] : 0;
  return net.input("input_ids", ElementType::i64, {net.pass.batch, net.pass.length - given});
}

Value learned_positions(Network& net, std::string_view name, std::int64_t rows, std::int64_t offset,
                        std::int64_t width) {
  const auto& lengths = net.pass.lengths;
  const std::int64_t longest =
      lengths.empty() ? net.pass.past + net.pass.length : *std::ranges::max_element(lengths);
  if (!check_positions(net, longest, rows - offset)) return {};
  return net.embedding(name, net.positions(), rows, width);
}

Value table_rows(Network& net, std::string_view name, std::int64_t rows, std::int64_t offset,
                 std::int64_t length, std::int64_t width) {
  if (!check_positions(net, length, rows - offset)) return {};
  const Value at = net.input(std::string(name) + ".ids", ElementType::i64, {length});
  return net.embedding(name, at, rows, width);
}

Value embed_tokens(Network& net, const Decoder& decoder) {
  const std::int64_t width = decoder.embedding_width == 0 ? decoder.width : decoder.embedding_width;
  Value x = net.embedding(decoder.names.embedding, token_ids(net), decoder.vocabulary, width);
  if (decoder.embedding_scale != 1) x = net.scale(x, decoder.embedding_scale);
  return net.front ? net.builder().concat({net.front, x}, 1) : x;
}

Values decode_from(Network& net, const Keys& in, const Decoder& decoder, Value x,
                   const Layer& layer) {
  if (!decoder.positions.empty()) {
    const Value positions = learned_positions(net, decoder.positions, decoder.position_rows,
                                              decoder.position_offset, decoder.width);
    x = net.builder().add(x, positions);
  }
  x = normalize(net, decoder.first_norm_name, decoder.first_norm, x);
  for (std::int64_t i = 0; i < decoder.layers && x; ++i) {
    const auto scope = net.enter(decoder.names.layers, i);
    x = with_deep_front(net, layer(x, i), i);
  }
  return finish(net, in, decoder, normalize(net, decoder.names.norm, decoder.norm, x));
}

Values decode(Network& net, const Keys& in, const Decoder& decoder, const Layer& layer) {
  return decode_from(net, in, decoder, embed_tokens(net, decoder), layer);
}

void add_beside(Network& net, const std::function<void(Network& aside)>& build) {
  graph::Graph graph;
  Network aside(graph, net.element(), net.options());
  aside.pass = net.pass;
  build(aside);
  net.add_beside(aside.weights_beyond(net));
}

Attention read_attention(const Keys& in, Attention attention, double usual_share,
                         std::int64_t usual_width) {
  attention.heads = in.size("num_attention_heads|n_head");
  attention.key_heads = in.size_or("num_key_value_heads", attention.heads);
  const std::int64_t width = in.size("hidden_size|n_embd|n_embed");
  const bool states_width = usual_width > 0 || in.has("head_dim");
  if (!states_width && width % attention.heads != 0) {
    in.refuse("hidden_size", fmt::format("is {}, no multiple of {} heads", width, attention.heads));
  }
  const std::int64_t even = std::max<std::int64_t>(1, width / attention.heads);
  attention.width = in.size_or("head_dim", usual_width > 0 ? usual_width : even);
  if (attention.heads % attention.key_heads != 0) {
    in.refuse("num_key_value_heads", fmt::format("is {}, of which {} heads are no multiple",
                                                 attention.key_heads, attention.heads));
  }
  attention.rotary.width =
      read_rotary_share(in, "partial_rotary_factor", usual_share, attention.width);
  return attention;
}

std::int64_t read_rotary_share(const Keys& in, std::string_view names, double usual,
                               std::int64_t width) {
  const Keys positions = in.inner("rope_parameters");
  const double share = in.number_or(names, positions.number_or(names, usual));
  if (share < 0 || share > 1) {
    in.refuse(split(names, '|').front(), fmt::format("is {}, not between 0 and 1", share));
    return 0;
  }
  return 2 * static_cast<std::int64_t>(static_cast<double>(width) * share / 2);
}

std::optional<std::int64_t> listed_window(const Keys& in, std::int64_t layer, std::int64_t window) {
  const std::vector<std::string> types = in.texts("layer_types");
  if (types.empty()) return std::nullopt;
  if (static_cast<std::size_t>(layer) >= types.size()) {
    in.refuse("layer_types", fmt::format("names {} layers, and there are more", types.size()));
    return 0;
  }
  const std::string& type = types[static_cast<std::size_t>(layer)];
  if (type == "full_attention" || type == "attention") return 0;
  if (type == "sliding_attention") return window;
  in.refuse("layer_types", fmt::format("names \"{}\"", to_printable(type)));
  return 0;
}

}  // namespace pfsday::config
