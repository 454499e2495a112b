// wav2vec 2.0 and HuBERT: sound through convolutions to frames, positions by a convolution whose
// weight is normalized, then an encoder of transformers, with norms behind each block or before it.
// `seq` is the number of samples. Source: transformers models/{wav2vec2,hubert}.
#include <algorithm>

#include "importers/config/attention.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::layer;

struct Speech {
  std::string prefix;  ///< of all names: "wav2vec2"
  std::vector<std::int64_t> channels = {}, kernels = {}, strides = {};  ///< of each convolution
  bool conv_bias = false;
  bool groups_first = true;  ///< the first convolution alone has a norm, of each channel over time
  Activation conv_activation = Activation::gelu;
  bool norms_frames = true;
  std::int64_t width = 1, layers = 1, heads = 1, inner = 1;
  std::int64_t position_taps = 128, position_groups = 16;
  bool norms_first = false;  ///< of each block
  Activation activation = Activation::gelu;
};

/// One for each convolution, or what the first models have.
std::vector<std::int64_t> sizes_or(const Keys& in, std::string_view name,
                                   std::vector<std::int64_t> usual) {
  return in.has(name) ? in.sizes(name) : std::move(usual);
}

/// What masks sound in training, and the heads of other classes.
void ignore_training(const Keys& in) {
  in.ignore("num_feat_extract_layers|ctc_loss_reduction|ctc_zero_infinity|apply_spec_augment");
  in.ignore("mask_time_prob|mask_time_length|mask_time_min_masks|mask_time_min_space");
  in.ignore("mask_time_other|mask_time_selection|mask_feature_prob|mask_feature_length");
  in.ignore("mask_feature_min_masks|mask_channel_prob|mask_channel_length");
  in.ignore("mask_channel_min_space|mask_channel_other|mask_channel_selection");
  in.ignore("no_mask_channel_overlap|no_mask_time_overlap|freeze_feat_extract_train");
  in.ignore("num_codevectors_per_group|num_codevector_groups|codevector_dim|num_negatives");
  in.ignore("proj_codevector_dim|contrastive_logits_temperature|do_layer_norm");
  in.ignore("num_adapter_layers|adapter_kernel_size|adapter_stride|output_hidden_size");
  in.ignore("tdnn_dim|tdnn_kernel|tdnn_dilation|xvector_output_dim|use_weighted_layer_sum");
}

Speech read_speech(const Keys& in, std::string_view prefix) {
  Speech model{.prefix = std::string(prefix),
               .channels = sizes_or(in, "conv_dim", {512, 512, 512, 512, 512, 512, 512}),
               .kernels = sizes_or(in, "conv_kernel", {10, 3, 3, 3, 3, 2, 2}),
               .strides = sizes_or(in, "conv_stride", {5, 2, 2, 2, 2, 2, 2}),
               .conv_bias = in.flag("conv_bias", false),
               .conv_activation = read_activation(in, "feat_extract_activation", "gelu"),
               .norms_frames = in.flag("feat_proj_layer_norm", true),
               .width = in.size_or("hidden_size", 768),
               .layers = in.has("num_hidden_layers") ? in.layers("num_hidden_layers") : 12,
               .heads = in.size_or("num_attention_heads", 12),
               .inner = in.size_or("intermediate_size", 3072),
               .position_taps = in.size_or("num_conv_pos_embeddings", 128),
               .position_groups = in.size_or("num_conv_pos_embedding_groups", 16),
               .norms_first = in.flag("do_stable_layer_norm", false),
               .activation = read_activation(in, "hidden_act", "gelu")};
  const std::string kind = in.text_or("feat_extract_norm", "group");
  model.groups_first = kind == "group";
  in.refuse_if(!model.groups_first && kind != "layer", "feat_extract_norm",
               "is neither \"group\" nor \"layer\"");
  const std::size_t count = model.channels.size();
  in.refuse_if(
      count == 0 || count > 64 || model.kernels.size() != count || model.strides.size() != count,
      "conv_dim", "has another length than \"conv_kernel\" and \"conv_stride\"");
  in.refuse_if(model.width % model.heads != 0, "hidden_size", "is no multiple of the heads");
  in.refuse_if(model.width % model.position_groups != 0, "num_conv_pos_embedding_groups",
               "does not divide the width evenly");
  in.refuse_if(in.flag("add_adapter", false), "add_adapter", "is not described");
  in.refuse_if(in.flag("conv_pos_batch_norm", false), "conv_pos_batch_norm", "is not described");
  in.refuse_if(in.has("adapter_attn_dim"), "adapter_attn_dim", "is not described");
  ignore_training(in);
  return model;
}

/// x [N, C, frames], normalized over its channels.
Value normalize_channels(Network& net, std::string_view name, Value x) {
  Builder& b = net.builder();
  return b.transpose(normalize(net, name, norm, b.transpose(x, {0, 2, 1})), {0, 2, 1});
}

/// Samples [batch, 1, samples] to frames [batch, frames, channels].
Value extract_frames(Network& net, const Speech& model, Value x) {
  for (std::size_t i = 0; i < model.channels.size() && x; ++i) {
    const auto scope = net.enter("feature_extractor.conv_layers", static_cast<std::int64_t>(i));
    x = convolve(net, "conv", x, model.channels[i],
                 {.kernel = model.kernels[i], .stride = model.strides[i], .bias = model.conv_bias});
    if (!model.groups_first) x = normalize_channels(net, "layer_norm", x);
    if (model.groups_first && i == 0) {
      x = normalize_groups(net, "layer_norm", x, model.channels[0]);
    }
    x = net.apply(model.conv_activation, x);
  }
  return x ? net.builder().transpose(x, {0, 2, 1}) : x;
}

/// Of each tap a length of its own, g, and a direction, v: g v / |v|.
Value tap_weights(Network& net, const Speech& model) {
  Builder& b = net.builder();
  const std::int64_t taps = model.position_taps;
  const Value v = net.weight("weight_v", {model.width, model.width / model.position_groups, taps});
  const Value g = net.weight("weight_g", {1, 1, taps});
  const Value length = b.sqrt(b.reduce_sum(b.mul(v, v), {0, 1}, ops::keep_dims));
  return b.mul(v, b.div(g, length));
}

/// What a convolution over the frames around each says of its place.
Value embed_positions(Network& net, const Speech& model, Value x) {
  if (!x) return {};
  const auto scope = net.enter("encoder.pos_conv_embed.conv");
  net.begin("", "Conv");
  Builder& b = net.builder();
  const std::int64_t taps = model.position_taps;
  const std::int64_t frames = net.shape(x)[1];
  const ops::Window window{.size = {taps},
                           .strides = {1},
                           .pads_low = {taps / 2},
                           .pads_high = {taps / 2},
                           .dilations = {1}};
  Value y = b.convolution(b.transpose(x, {0, 2, 1}), tap_weights(net, model), window,
                          model.position_groups);
  y = b.add(y, b.reshape(net.weight("bias", {model.width}), {model.width, 1}));
  y = b.transpose(b.slice_axis(y, 2, 0, frames), {0, 2, 1});
  return net.apply(model.conv_activation, y);
}

Value layer_of(Network& net, const Speech& model, Value x) {
  const Attention attention{.heads = model.heads,
                            .key_heads = model.heads,
                            .width = model.width / model.heads,
                            .bias = true,
                            .out_bias = true,
                            .causal = false,
                            .names = {.out = "out_proj"}};
  const PlainMlp mlp{.width = model.inner,
                     .activation = model.activation,
                     .up = "intermediate_dense",
                     .down = "output_dense"};
  const auto attend_to = [&](Value v) { return self_attention(net, "attention", v, attention); };
  const auto feed = [&](Value v) { return plain_mlp(net, "feed_forward", v, mlp); };
  if (model.norms_first) {
    x = net.add(x, attend_to(normalize(net, "layer_norm", norm, x)));
    return net.add(x, feed(normalize(net, "final_layer_norm", norm, x)));
  }
  x = normalize(net, "layer_norm", norm, net.add(x, attend_to(x)));
  return normalize(net, "final_layer_norm", norm, net.add(x, feed(x)));
}

Value encode(Network& net, const Speech& model) {
  const auto scope = net.enter(model.prefix);
  const Value samples =
      net.input("input_values", net.element(), {net.pass.batch, 1, net.pass.length});
  Value x = extract_frames(net, model, samples);
  if (model.norms_frames) x = normalize(net, "feature_projection.layer_norm", norm, x);
  x = net.linear("feature_projection.projection", x, model.width, true);
  x = net.add(x, embed_positions(net, model, x));
  if (!model.norms_first) x = normalize(net, "encoder.layer_norm", norm, x);
  for (std::int64_t i = 0; i < model.layers && x; ++i) {
    const auto layer = net.enter("encoder.layers", i);
    x = layer_of(net, model, x);
  }
  return model.norms_first ? normalize(net, "encoder.layer_norm", norm, x) : x;
}

/// What stands for masked frames in training; a pass without masks does not use it.
Value mask_vector(Network& net, const Speech& model) {
  const auto scope = net.enter(model.prefix);
  net.begin("masked_spec_embed", "Token");
  return net.builder().stop_gradient(net.weight("masked_spec_embed", {model.width}));
}

Value finish(Network& net, const Keys& in, Value x) {
  const std::vector<std::string> classes = in.texts("architectures");
  if (!classes.empty() && classes.front().ends_with("ForCTC")) {
    return net.linear("lm_head", x, in.size_or("vocab_size", 32), true);
  }
  in.ignore("vocab_size");
  const std::int64_t projected = in.size_or("classifier_proj_size", 256);
  if (net.task == Task::classify && x) {
    const Value y = net.linear("projector", x, projected, true);
    return net.linear("classifier", net.builder().reduce_mean(y, {1}), read_labels(in), true);
  }
  if (net.task == Task::pretrain) {
    net.note(
        "The quantizer of pretraining and what is predicted of it are not described: their work "
        "and their parameters are left out.");
  }
  return x;
}

Values build(Network& net, const Keys& in, std::string_view prefix) {
  const Speech model = read_speech(in, prefix);
  const bool has_mask =
      in.number_or("mask_time_prob", 0.05) > 0 || in.number_or("mask_feature_prob", 0) > 0;
  if (in.has_fault()) return {};
  Values outputs = {finish(net, in, encode(net, model))};
  if (has_mask) outputs.push_back(mask_vector(net, model));
  return outputs;
}

Values build_wav2vec2(Network& net, const Keys& in) { return build(net, in, "wav2vec2"); }
Values build_hubert(Network& net, const Keys& in) { return build(net, in, "hubert"); }

constexpr std::string_view wav2vec2_types[] = {"wav2vec2"};
constexpr std::string_view hubert_types[] = {"hubert"};
constexpr Family families[] = {
    {.model_types = wav2vec2_types, .takes = Takes::sound, .build = build_wav2vec2},
    {.model_types = hubert_types, .takes = Takes::sound, .build = build_hubert}};

}  // namespace

extern constinit const FamilyGroup wav2vec2{families};

}  // namespace pfsday::config
