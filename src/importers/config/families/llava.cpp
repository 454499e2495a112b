// Models that see an image before they read a text: LLaVA, PaliGemma, Gemma 3. A tower makes tokens
// of the image, a projection makes them as wide as those of the text, and a decoder reads both. The
// text has the bound size; the tokens of its image come on top. Source: transformers
// models/{llava,paligemma,gemma3}.
#include <fmt/format.h>

#include <cmath>

#include "importers/config/clip_towers.h"
#include "importers/config/family.h"
#include "importers/config/norm.h"

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

/// What the text is read by: its keys stand in text_config, over the defaults of its class.
struct Text {
  Json defaults;
  Keys keys;
  const Family* family = nullptr;
};

Text read_text(const Keys& in, std::string_view usual_type) {
  Text text{.defaults = {}, .keys = in.inner("text_config")};
  const std::string type = text.keys.text_or("model_type", usual_type);
  text.defaults.kind = Json::Kind::object;
  for (const TextDefaults& defaults : text_defaults) {
    if (defaults.type == type) text.defaults = to_json(defaults);
  }
  text.family = find_family(text.keys.with_defaults(text.defaults));
  if (text.family == nullptr || text.family->takes != Takes::tokens) {
    text.keys.refuse("model_type", fmt::format("is \"{}\", no known decoder", type));
  }
  return text;
}

/// The text behind the tokens of the image, [batch, tokens, width]; what the tower gives beside
/// them is an output that teaches nothing.
Values read_behind(Network& net, const Text& text, Value image, Value unused) {
  if (!image || text.family == nullptr) return {};
  net.pass.length += net.shape(image)[1];
  net.front = image;
  const auto scope = net.enter("language_model");
  Values outputs = text.family->build(net, text.keys.with_defaults(text.defaults));
  net.front = {};
  if (unused) outputs.push_back(net.builder().stop_gradient(unused));
  return outputs;
}

void ignore_tokens(const Keys& in) {
  for (const std::string_view key :
       {"image_token_index", "image_token_id", "image_seq_length", "ignore_index", "vocab_size",
        "hidden_size", "tie_word_embeddings", "projection_dim", "boi_token_index",
        "eoi_token_index", "num_image_tokens", "text_config", "mm_tokens_per_image"}) {
    in.ignore(key);
  }
}

/// The tokens of the last layer but one, without the one that stands for the whole.
Values build_llava(Network& net, const Keys& in) {
  const Text text = read_text(in, "llama");
  const Keys vision = in.inner("vision_config").with_defaults(clip_vision_defaults(ClipKind::clip));
  const std::string type = vision.text_or("model_type", "clip_vision_model");
  const bool is_clip = type == "clip_vision_model";
  in.refuse_if(!is_clip && type != "siglip_vision_model", "vision_config", "is of no known tower");
  const std::string selected = in.text_or("vision_feature_select_strategy", "default");
  in.refuse_if(selected != "default" && selected != "full", "vision_feature_select_strategy",
               "is neither \"default\" nor \"full\"");
  in.refuse_if(in.has("image_grid_pinpoints"), "image_grid_pinpoints", "is not described");
  const Json* const layer = in.find("vision_feature_layer");
  in.refuse_if(layer != nullptr && layer->number != -2, "vision_feature_layer", "is not -2");
  const bool bias = in.flag("multimodal_projector_bias", true);
  const Activation activation = read_activation(in, "projector_hidden_act", "gelu");
  ignore_tokens(in);
  if (in.has_fault()) return {};
  const TowerOutput tower =
      vision_tower(net, vision, "vision_tower.vision_model",
                   is_clip ? ClipKind::clip : ClipKind::siglip, {.has_features = true});
  Value image = tower.features;
  const bool drops_first = is_clip && selected == "default" && image;
  if (drops_first) image = net.builder().slice_axis(image, 1, 1, net.shape(image)[1]);
  const std::int64_t width = text.keys.with_defaults(text.defaults).size("hidden_size");
  image = net.linear("multi_modal_projector.linear_1", image, width, bias);
  image = net.linear("multi_modal_projector.linear_2", net.apply(activation, image), width, bias);
  return read_behind(net, text, image, tower.pooled ? tower.pooled : tower.tokens);
}

Keys siglip_keys(const Keys& in) {
  return in.inner("vision_config").with_defaults(clip_vision_defaults(ClipKind::siglip));
}

void note_image_pairs(Network& net) {
  net.note(
      "Attention is counted causal throughout; within an image the model sees all pairs of its "
      "tokens.");
}

Values build_paligemma(Network& net, const Keys& in) {
  const Text text = read_text(in, "gemma");
  const Keys vision = siglip_keys(in);
  for (const std::string_view key :
       {"projection_dim", "num_image_tokens", "vision_use_head", "projector_hidden_act"}) {
    vision.ignore(key);
  }
  ignore_tokens(in);
  const std::int64_t width = text.keys.with_defaults(text.defaults).size("hidden_size");
  if (in.has_fault()) return {};
  const TowerOutput tower =
      vision_tower(net, vision, "vision_tower.vision_model", ClipKind::siglip, {.has_head = false});
  note_image_pairs(net);
  return read_behind(net, text,
                     net.linear("multi_modal_projector.linear", tower.tokens, width, true), {});
}

/// Patches are averaged to so many tokens, normalized and projected.
Value pool_patches(Network& net, Value x, std::int64_t tokens, std::int64_t width) {
  if (!x) return {};
  Builder& b = net.builder();
  const Shape s = net.shape(x);
  const auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(s[1])));
  const auto pooled = static_cast<std::int64_t>(std::sqrt(static_cast<double>(tokens)));
  const bool fits = side * side == s[1] && pooled * pooled == tokens && side % pooled == 0;
  if (!fits) {
    return b.fault(Code::configuration_unsupported,
                   fmt::format("{} patches cannot be averaged to {} tokens", s[1], tokens));
  }
  const auto scope = net.enter("multi_modal_projector");
  net.begin("avg_pool", "AvgPool");
  const std::int64_t each = side / pooled;
  x = b.reshape(x, {s[0], pooled, each, pooled, each, s[2]});
  x = b.reshape(b.reduce_mean(x, {2, 4}), {s[0], tokens, s[2]});
  x = normalize(net, "mm_soft_emb_norm", NormKind::rms_plus_one, x);
  net.begin("mm_input_projection_weight", "Linear");
  return b.matmul(x, net.weight("mm_input_projection_weight", {s[2], width}));
}

Values build_gemma3(Network& net, const Keys& in) {
  const Text text = read_text(in, "gemma3_text");
  const Keys vision = siglip_keys(in);
  vision.ignore("vision_use_head");
  const std::int64_t tokens = in.size_or("mm_tokens_per_image", 256);
  ignore_tokens(in);
  const std::int64_t width = text.keys.with_defaults(text.defaults).size("hidden_size");
  if (in.has_fault()) return {};
  const TowerOutput tower =
      vision_tower(net, vision, "vision_tower.vision_model", ClipKind::siglip, {.has_head = false});
  note_image_pairs(net);
  return read_behind(net, text, pool_patches(net, tower.tokens, tokens, width), {});
}

constexpr std::string_view llava_types[] = {"llava"};
constexpr std::string_view paligemma_types[] = {"paligemma"};
constexpr std::string_view gemma3_types[] = {"gemma3"};
constexpr Family families[] = {
    {.model_types = llava_types, .takes = Takes::image_and_text, .build = build_llava},
    {.model_types = paligemma_types, .takes = Takes::image_and_text, .build = build_paligemma},
    {.model_types = gemma3_types, .takes = Takes::image_and_text, .build = build_gemma3}};

}  // namespace

extern constinit const FamilyGroup llava{families};

}  // namespace pfsday::config
