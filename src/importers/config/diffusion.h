// What the networks of diffusion models share: numbers as waves, pairs of layers, residual blocks
// of convolutions, images of twice the size. Source: diffusers models/{embeddings,resnet}.py.
#pragma once

#include "importers/config/network.h"

namespace pfsday::config {

/// A number of each example, an input [batch, 1], as sines and cosines: [batch, width].
Value embed_number(Network& net, std::string_view input, std::int64_t width);

/// linear_2(silu(linear_1(x))), both of that width.
Value two_layers(Network& net, std::string_view name, Value x, std::int64_t width);

/// x + conv2(silu(norm2(conv1(silu(norm1(x))) + time))) of x [N, C, H, W]; `time` [N, C'], after
/// its activation, may be nothing. A convolution on the way past it where the width changes.
struct ResidualBlock {
  std::int64_t width = 1;   ///< channels of the result
  std::int64_t groups = 1;  ///< of the norms
  Value time = {};
};
Value residual_block(Network& net, std::int64_t index, Value x, const ResidualBlock& spec);

/// silu(norm(x)) by groups of channels.
Value normalize_and_activate(Network& net, std::string_view name, Value x, std::int64_t groups);

/// Each pixel of x [N, C, H, W] twice along both axes.
Value enlarge(Network& net, Value x);

/// [N, C, H, W] to [N, H * W, C], and back to the shape of an image.
Value pixels_as_tokens(Network& net, Value x);
Value tokens_as_pixels(Network& net, Value x, const Shape& image);

}  // namespace pfsday::config
