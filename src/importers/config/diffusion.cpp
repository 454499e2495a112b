#include "importers/config/diffusion.h"

#include "importers/config/norm.h"
#include "importers/config/vision.h"

namespace pfsday::config {

Value embed_number(Network& net, std::string_view input, std::int64_t width) {
  Builder& b = net.builder();
  net.begin("time_proj", "Timesteps");
  const Value number = net.input(input, net.element(), {net.pass.batch, 1});
  const Value angle = b.mul(number, net.buffer("time_proj.frequencies", {1, width / 2}));
  return b.concat({b.emit("cos", {angle}), b.emit("sin", {angle})}, 1);
}

Value two_layers(Network& net, std::string_view name, Value x, std::int64_t width) {
  const auto scope = net.enter(name);
  const Value y = net.linear("linear_1", x, width, true);
  return net.linear("linear_2", net.apply(Activation::silu, y), width, true);
}

Value normalize_and_activate(Network& net, std::string_view name, Value x, std::int64_t groups) {
  return net.apply(Activation::silu, normalize_groups(net, name, x, groups));
}

Value residual_block(Network& net, std::int64_t index, Value x, const ResidualBlock& spec) {
  if (!x) return {};
  const auto scope = net.enter("resnets", index);
  Builder& b = net.builder();
  const std::int64_t from = net.shape(x)[1];
  const auto half = [&](std::string_view norm, std::string_view conv, Value v) {
    return convolve(net, conv, normalize_and_activate(net, norm, v, spec.groups), spec.width,
                    {.kernel = 3, .pad = 1});
  };
  Value y = half("norm1", "conv1", x);
  if (spec.time) {
    const Value time = net.linear("time_emb_proj", spec.time, spec.width, true);
    if (!y || !time) return {};
    y = b.add(y, b.reshape(time, {net.shape(time)[0], spec.width, 1, 1}));
  }
  y = half("norm2", "conv2", y);
  if (from != spec.width) x = convolve(net, "conv_shortcut", x, spec.width, {});
  return net.add(x, y);
}

Value enlarge(Network& net, Value x) {
  if (!x) return {};
  Builder& b = net.builder();
  const Shape s = net.shape(x);
  x = b.reshape(x, {s[0], s[1], s[2], 1, s[3], 1});
  return b.reshape(b.broadcast(x, {s[0], s[1], s[2], 2, s[3], 2}),
                   {s[0], s[1], 2 * s[2], 2 * s[3]});
}

Value pixels_as_tokens(Network& net, Value x) {
  if (!x) return {};
  Builder& b = net.builder();
  const Shape s = net.shape(x);
  return b.transpose(b.reshape(x, {s[0], s[1], s[2] * s[3]}), {0, 2, 1});
}

Value tokens_as_pixels(Network& net, Value x, const Shape& image) {
  return x ? net.builder().reshape(net.builder().transpose(x, {0, 2, 1}), image) : x;
}

}  // namespace pfsday::config
