// ViT and DeiT: an image in patches, tokens that stand for the whole, norms before each block.
// Source: transformers models/{vit,deit}.
#include "importers/config/attention.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::layer;

struct Vit {
  std::string_view prefix;
  std::int64_t width = 1, layers = 1, heads = 1, inner = 1, patch = 16, channels = 3;
  ImageSize image;
  bool has_distillation = false;
  bool bias = true;
  Activation activation = Activation::gelu;
};

Vit read_vit(const Keys& in, std::string_view prefix) {
  Vit vit{.prefix = prefix,
          .width = in.size("hidden_size"),
          .layers = in.layers("num_hidden_layers"),
          .heads = in.size("num_attention_heads"),
          .inner = in.size("intermediate_size"),
          .patch = in.size_or("patch_size", 16),
          .channels = in.size_or("num_channels", 3),
          .image = read_image_size(in, "image_size"),
          .bias = in.flag("qkv_bias", true),
          .activation = read_activation(in, "hidden_act", "gelu")};
  if (vit.width % vit.heads != 0) in.refuse("hidden_size", "is no multiple of the heads");
  in.ignore("encoder_stride|pooler_output_size|pooler_act");
  return vit;
}

Value embed(Network& net, const Vit& vit) {
  const auto scope = net.enter("embeddings");
  Value x = embed_patches(net, "patch_embeddings.projection",
                          image_input(net, vit.channels, vit.image), vit.patch, vit.width, true);
  if (vit.has_distillation) x = with_token(net, "distillation_token", {1, 1, vit.width}, x);
  x = with_token(net, "cls_token", {1, 1, vit.width}, x);
  if (!x) return {};
  net.begin("position_embeddings", "Add");
  return net.builder().add(x, net.weight("position_embeddings", {1, net.shape(x)[1], vit.width}));
}

Value encode(Network& net, const Vit& vit, Value x) {
  const Attention attention{.heads = vit.heads,
                            .key_heads = vit.heads,
                            .width = vit.width / vit.heads,
                            .bias = vit.bias,
                            .out_bias = true,
                            .causal = false,
                            .names = {.q = "attention.query",
                                      .k = "attention.key",
                                      .v = "attention.value",
                                      .out = "output.dense"}};
  const PlainMlp mlp{.width = vit.inner,
                     .activation = vit.activation,
                     .up = "intermediate.dense",
                     .down = "output.dense"};
  for (std::int64_t i = 0; i < vit.layers && x; ++i) {
    const auto scope = net.enter("encoder.layer", i);
    x = net.add(x, self_attention(net, "attention", normalize(net, "layernorm_before", norm, x),
                                  attention));
    x = net.add(x, plain_mlp(net, "", normalize(net, "layernorm_after", norm, x), mlp));
  }
  return normalize(net, "layernorm", norm, x);
}

Value body(Network& net, const Vit& vit) {
  const auto scope = net.enter(vit.prefix);
  return encode(net, vit, embed(net, vit));
}

Values without_head(Network& net, const Vit& vit, Value x) {
  const auto scope = net.enter(vit.prefix);
  return {x, net.apply(Activation::tanh,
                       net.linear("pooler.dense", take_token(net, x, 0), vit.width, true))};
}

Values build_vit(Network& net, const Keys& in) {
  const Vit vit = read_vit(in, "vit");
  const std::int64_t labels = read_labels(in);
  if (in.has_fault()) return {};
  const Value x = body(net, vit);
  if (net.task != Task::classify) return without_head(net, vit, x);
  return {net.linear("classifier", take_token(net, x, 0), labels, true)};
}

/// A second token, taught by another model; a class with a teacher has a head for each.
Values build_deit(Network& net, const Keys& in) {
  Vit vit = read_vit(in, "deit");
  vit.has_distillation = true;
  const std::int64_t labels = read_labels(in);
  if (in.has_fault()) return {};
  const Value x = body(net, vit);
  const std::vector<std::string> classes = in.texts("architectures");
  const bool has_teacher = !classes.empty() && classes.front().ends_with("WithTeacher");
  if (net.task != Task::classify) return without_head(net, vit, x);
  if (!has_teacher) return {net.linear("classifier", take_token(net, x, 0), labels, true)};
  const Value first = net.linear("cls_classifier", take_token(net, x, 0), labels, true);
  const Value second = net.linear("distillation_classifier", take_token(net, x, 1), labels, true);
  return {net.scale(net.add(first, second), 0.5)};
}

constexpr std::string_view vit_types[] = {"vit"};
constexpr std::string_view deit_types[] = {"deit"};
constexpr Family families[] = {
    {.model_types = vit_types, .takes = Takes::image, .build = build_vit},
    {.model_types = deit_types, .takes = Takes::image, .build = build_deit}};

}  // namespace

extern constinit const FamilyGroup vit{families};

}  // namespace pfsday::config
