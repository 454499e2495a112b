#include "importers/config/composite.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"

namespace pfsday::config {
namespace {

struct Default {
  std::string_view name;
  double value;
};
struct TextDefaults {
  std::string_view type;
  std::initializer_list<Default> keys;
};

/// The defaults of the configurations' classes, which a text within a model leaves out.
const TextDefaults text_defaults[] = {
    {"llama",
     {{"hidden_size", 4096},
      {"intermediate_size", 11008},
      {"num_hidden_layers", 32},
      {"num_attention_heads", 32},
      {"vocab_size", 32000}}},
    {"mistral",
     {{"hidden_size", 4096},
      {"intermediate_size", 14336},
      {"num_hidden_layers", 32},
      {"num_attention_heads", 32},
      {"num_key_value_heads", 8},
      {"sliding_window", 4096},
      {"vocab_size", 32000}}},
    {"qwen2",
     {{"hidden_size", 4096},
      {"intermediate_size", 22016},
      {"num_hidden_layers", 32},
      {"num_attention_heads", 32},
      {"num_key_value_heads", 32},
      {"vocab_size", 151936}}},
    {"llama4_text",
     {{"hidden_size", 5120},
      {"intermediate_size", 8192},
      {"intermediate_size_mlp", 16384},
      {"num_hidden_layers", 48},
      {"num_attention_heads", 40},
      {"num_key_value_heads", 8},
      {"head_dim", 128},
      {"num_local_experts", 16},
      {"num_experts_per_tok", 1},
      {"interleave_moe_layer_step", 1},
      {"attention_chunk_size", 8192},
      {"vocab_size", 202048}}},
    {"gemma",
     {{"hidden_size", 3072},
      {"intermediate_size", 24576},
      {"num_hidden_layers", 28},
      {"num_attention_heads", 16},
      {"num_key_value_heads", 16},
      {"head_dim", 256},
      {"vocab_size", 256000}}},
    {"gemma2",
     {{"hidden_size", 2304},
      {"intermediate_size", 9216},
      {"num_hidden_layers", 26},
      {"num_attention_heads", 8},
      {"num_key_value_heads", 4},
      {"head_dim", 256},
      {"sliding_window", 4096},
      {"query_pre_attn_scalar", 256},
      {"attn_logit_softcapping", 50},
      {"final_logit_softcapping", 30},
      {"vocab_size", 256000}}},
    {"gemma3_text",
     {{"hidden_size", 2304},
      {"intermediate_size", 9216},
      {"num_hidden_layers", 26},
      {"num_attention_heads", 8},
      {"num_key_value_heads", 4},
      {"head_dim", 256},
      {"sliding_window", 4096},
      {"query_pre_attn_scalar", 256},
      {"vocab_size", 262208}}},
};

Json to_json(const TextDefaults& defaults) {
  Json json{.kind = Json::Kind::object};
  const auto add = [&](std::string_view name, Json value) {
    json.names.emplace_back(name);
    json.items.push_back(std::move(value));
  };
  add("model_type", {.kind = Json::Kind::text, .text = std::string(defaults.type)});
  for (const Default& one : defaults.keys) {
    add(one.name, {.kind = Json::Kind::number, .number = one.value});
  }
  return json;
}

}  // namespace

Text read_text(const Keys& in, std::string_view usual_type) {
  Text text{.keys = in.inner("text_config")};
  const std::string type = text.keys.text_or("model_type", usual_type);
  text.defaults.kind = Json::Kind::object;
  for (const TextDefaults& defaults : text_defaults) {
    if (defaults.type == type) text.defaults = to_json(defaults);
  }
  const Json* const tied = in.find("tie_word_embeddings");
  if (tied != nullptr) {
    text.defaults.names.emplace_back("tie_word_embeddings");
    text.defaults.items.push_back(*tied);
  }
  text.family = find_family(type);
  if (text.family == nullptr || text.family->takes != Takes::tokens) {
    const std::string_view near = nearest(type, known_model_types());
    text.keys.refuse("model_type", fmt::format("is \"{}\", no known decoder", to_printable(type)),
                     near.empty() || near == type
                         ? std::string()
                         : fmt::format("\"{}\" is spelled most like it", near));
  }
  return text;
}

Text read_flat_text(const Keys& in, std::string_view type) {
  Text text{.keys = in, .family = find_family(type), .scope = {}};
  text.defaults.kind = Json::Kind::object;
  return text;
}

Values read_behind(Network& net, const Text& text, Value image, Value unused) {
  if (!image || text.family == nullptr) return {};
  net.pass.length += net.shape(image)[1];
  net.front = image;
  const auto scope = net.enter(text.scope);
  Values outputs = text.family->build(net, text.all());
  net.front = {};
  net.deep_front.clear();
  if (unused) outputs.push_back(net.builder().stop_gradient(unused));
  return outputs;
}

void ignore_tokens(const Keys& in) {
  in.ignore("image_token_index|image_token_id|image_seq_length|ignore_index|vocab_size");
  in.ignore("hidden_size|tie_word_embeddings|projection_dim|boi_token_index|eoi_token_index");
  in.ignore("num_image_tokens|text_config|mm_tokens_per_image");
}

Value over_patches(Network& net, std::int64_t patches, const std::function<Value()>& build) {
  const Pass pass = std::exchange(net.pass, {.batch = net.pass.batch, .length = patches});
  const std::string name = std::exchange(net.positions_name, "patch_position_ids");
  const Value y = build();
  net.pass = pass;
  net.positions_name = name;
  return y;
}

}  // namespace pfsday::config
