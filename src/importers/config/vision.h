// What models of images and of sound share: inputs, convolutions, patches as tokens.
#pragma once

#include "importers/config/keys.h"
#include "importers/config/network.h"

namespace pfsday::config {

struct Convolution {
  std::int64_t kernel = 1, stride = 1, pad = 0, groups = 1;
  bool bias = true;
  bool pads_end_only = false;  ///< of each axis: not its begin
};

/// x [N, C, spatial...], of one or two spatial axes, with a weight [width, C / groups, kernel...].
Value convolve(Network& net, std::string_view name, Value x, std::int64_t width,
               const Convolution& spec);

struct ImageSize {
  std::int64_t height = 1, width = 1;
};
/// One size for both, or [height, width].
ImageSize read_image_size(const Keys& in, std::string_view names);

/// [batch, channels, height, width], an input.
Value image_input(Network& net, std::int64_t channels, ImageSize size);

/// An image cut into patches, each a token: [batch, height / patch * width / patch, width].
Value embed_patches(Network& net, std::string_view name, Value image, std::int64_t patch,
                    std::int64_t width, bool bias);

/// A learned token, [1, 1, width], before those of each example.
Value with_token(Network& net, std::string_view name, const Shape& shape, Value x);

/// Squares of so many patches a side, of x [N, rows * columns, C], side by side as one token:
/// [N, rows / each * columns / each, each * each * C].
Value fold_squares(Network& net, Value x, ImageSize grid, std::int64_t each);

/// The token of that index alone: [batch, width].
Value take_token(Network& net, Value x, std::int64_t index);

/// num_labels, or as many as are listed.
std::int64_t read_labels(const Keys& in);

/// x [N, C, H, W] to [N, H, W, C], and back.
Value channels_last(Network& net, Value x);
Value channels_second(Network& net, Value x);

}  // namespace pfsday::config
