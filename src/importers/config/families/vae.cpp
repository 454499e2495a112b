// The autoencoder of Stable Diffusion and FLUX: residual blocks of convolutions down to an image of
// fewer pixels and back, with attention between the pixels of the smallest. A pass encodes an
// image, draws a latent one and decodes it. Source: diffusers
// models/autoencoders/{autoencoder_kl,vae}.py.
#include <algorithm>

#include "importers/config/attention.h"
#include "importers/config/diffusion.h"
#include "importers/config/family.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

struct Autoencoder {
  std::vector<std::int64_t> widths = {};  ///< of each level
  std::int64_t layers = 1, groups = 32;
  std::int64_t in = 3, out = 3, latent = 4;
  bool has_attention = true;
  bool projects = true;       ///< mean and deviation, by a convolution
  bool projects_back = true;  ///< the latent image
};

Autoencoder read_autoencoder(const Keys& in) {
  Autoencoder model{.widths = in.sizes("block_out_channels"),
                    .layers = in.size_or("layers_per_block", 1),
                    .groups = in.size_or("norm_num_groups", 32),
                    .in = in.size_or("in_channels", 3),
                    .out = in.size_or("out_channels", 3),
                    .latent = in.size_or("latent_channels", 4),
                    .has_attention = in.flag("mid_block_add_attention", true),
                    .projects = in.flag("use_quant_conv", true),
                    .projects_back = in.flag("use_post_quant_conv", true)};
  const std::vector<std::string> down = in.texts("down_block_types");
  const std::vector<std::string> up = in.texts("up_block_types");
  const std::size_t levels = model.widths.size();
  const bool fits = levels >= 1 && levels <= 8 && down.size() == levels && up.size() == levels;
  in.refuse_if(!fits, "block_out_channels",
               "does not go with \"down_block_types\" and \"up_block_types\"");
  const auto is_down = [](const std::string& type) { return type == "DownEncoderBlock2D"; };
  const auto is_up = [](const std::string& type) { return type == "UpDecoderBlock2D"; };
  in.refuse_if(!std::ranges::all_of(down, is_down), "down_block_types",
               "names a block that is not described");
  in.refuse_if(!std::ranges::all_of(up, is_up), "up_block_types",
               "names a block that is not described");
  in.refuse_if(model.layers > 64, "layers_per_block", "is too large");
  const auto divides = [&](std::int64_t width) { return width % model.groups == 0; };
  in.refuse_if(!std::ranges::all_of(model.widths, divides), "norm_num_groups",
               "does not divide evenly");
  in.refuse_if(in.text_or("act_fn", "silu") != "silu", "act_fn", "is not \"silu\"");
  in.ignore("scaling_factor|shift_factor|latents_mean|latents_std|force_upcast");
  return model;
}

Value block(Network& net, const Autoencoder& model, std::int64_t index, Value x,
            std::int64_t width) {
  return residual_block(net, index, x, {.width = width, .groups = model.groups});
}

/// Each pixel looks at all others, with one head.
Value attend_to_pixels(Network& net, const Autoencoder& model, Value x) {
  if (!x) return {};
  const auto scope = net.enter("attentions", 0);
  const Shape image = net.shape(x);
  const Attention attention{.width = image[1],
                            .bias = true,
                            .out_bias = true,
                            .causal = false,
                            .names = {.q = "to_q", .k = "to_k", .v = "to_v", .out = "to_out.0"}};
  const Value y = normalize_groups(net, "group_norm", x, model.groups);
  const Value attended = self_attention(net, "", pixels_as_tokens(net, y), attention);
  return net.add(x, tokens_as_pixels(net, attended, image));
}

Value go_through(Network& net, const Autoencoder& model, Value x) {
  const auto scope = net.enter("mid_block");
  const std::int64_t width = model.widths.back();
  x = block(net, model, 0, x, width);
  if (model.has_attention) x = attend_to_pixels(net, model, x);
  return block(net, model, 1, x, width);
}

Value finish(Network& net, const Autoencoder& model, Value x, std::int64_t channels) {
  return convolve(net, "conv_out", normalize_and_activate(net, "conv_norm_out", x, model.groups),
                  channels, {.kernel = 3, .pad = 1});
}

/// Mean and logarithm of the variance of each number of the latent image.
Value encode(Network& net, const Autoencoder& model, Value x) {
  const auto scope = net.enter("encoder");
  const std::size_t levels = model.widths.size();
  x = convolve(net, "conv_in", x, model.widths.front(), {.kernel = 3, .pad = 1});
  for (std::size_t i = 0; i < levels; ++i) {
    const auto level = net.enter("down_blocks", static_cast<std::int64_t>(i));
    for (std::int64_t k = 0; k < model.layers; ++k) x = block(net, model, k, x, model.widths[i]);
    if (i + 1 == levels) break;
    x = convolve(net, "downsamplers.0.conv", x, model.widths[i],
                 {.kernel = 3, .stride = 2, .pad = 1, .pads_end_only = true});
  }
  return finish(net, model, go_through(net, model, x), 2 * model.latent);
}

/// mean + exp(logarithm / 2) * noise, the logarithm kept within bounds.
Value draw(Network& net, Value moments, std::int64_t latent) {
  if (!moments) return {};
  net.begin("latent_dist", "DiagonalGaussianDistribution");
  Builder& b = net.builder();
  const Value mean = b.slice_axis(moments, 1, 0, latent);
  Value logarithm = b.slice_axis(moments, 1, latent, 2 * latent);
  logarithm = b.with_scalar("min", b.with_scalar("max", logarithm, -30), 20);
  const Value noise = net.input("noise", net.element(), net.shape(mean));
  return b.add(mean, b.mul(b.exp(net.scale(logarithm, 0.5)), noise));
}

Value decode(Network& net, const Autoencoder& model, Value x) {
  const auto scope = net.enter("decoder");
  const std::size_t levels = model.widths.size();
  x = convolve(net, "conv_in", x, model.widths.back(), {.kernel = 3, .pad = 1});
  x = go_through(net, model, x);
  for (std::size_t i = 0; i < levels; ++i) {
    const auto level = net.enter("up_blocks", static_cast<std::int64_t>(i));
    const std::int64_t width = model.widths[levels - 1 - i];
    for (std::int64_t k = 0; k <= model.layers; ++k) x = block(net, model, k, x, width);
    if (i + 1 == levels) break;
    net.begin("upsamplers.0", "Upsample");
    x = convolve(net, "upsamplers.0.conv", enlarge(net, x), width, {.kernel = 3, .pad = 1});
  }
  return finish(net, model, x, model.out);
}

Values build_autoencoder(Network& net, const Keys& in) {
  const Autoencoder model = read_autoencoder(in);
  const ImageSize size = read_image_size(in, "sample_size");
  const std::int64_t shrunk = std::int64_t{1}
                              << (std::max<std::size_t>(model.widths.size(), 1) - 1);
  in.refuse_if(size.height % shrunk != 0 || size.width % shrunk != 0, "sample_size",
               "is no multiple of what the levels divide it by");
  if (in.has_fault()) return {};
  const Value image =
      net.input("sample", net.element(), {net.pass.batch, model.in, size.height, size.width});
  Value moments = encode(net, model, image);
  if (model.projects) moments = convolve(net, "quant_conv", moments, 2 * model.latent, {});
  Value latent = draw(net, moments, model.latent);
  if (model.projects_back) latent = convolve(net, "post_quant_conv", latent, model.latent, {});
  return {decode(net, model, latent)};
}

constexpr std::string_view types[] = {"AutoencoderKL"};
constexpr Family families[] = {
    {.model_types = types, .takes = Takes::image, .build = build_autoencoder}};

}  // namespace

extern constinit const FamilyGroup vae{families};

}  // namespace pfsday::config
