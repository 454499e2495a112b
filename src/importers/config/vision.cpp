#include "importers/config/vision.h"

#include <fmt/format.h>

#include <algorithm>

namespace pfsday::config {

Value convolve(Network& net, std::string_view name, Value x, std::int64_t width,
               const Convolution& spec) {
  if (!x) return {};
  net.begin(name, "Conv");
  Builder& b = net.builder();
  const Shape shape = net.shape(x);
  const std::size_t axes = shape.size() - 2;
  const auto all = [&](std::int64_t size) { return Axes(axes, size); };
  Shape kernel = {width, shape[1] / spec.groups};
  kernel.insert(kernel.end(), axes, spec.kernel);
  const std::string module(name);
  const ops::Window window{.size = all(spec.kernel),
                           .strides = all(spec.stride),
                           .pads_low = all(spec.pads_end_only ? 0 : spec.pad),
                           .pads_high = all(spec.pad),
                           .dilations = all(1)};
  Value y = b.convolution(x, net.weight(module + ".weight", kernel), window, spec.groups);
  if (!spec.bias) return y;
  Shape channels(axes + 1, 1);
  channels[0] = width;
  return b.add(y, b.reshape(net.weight(module + ".bias", {width}), channels));
}

ImageSize read_image_size(const Keys& in, std::string_view names) {
  const std::vector<std::int64_t> sizes = in.sizes(names);
  if (sizes.size() == 1) return {sizes[0], sizes[0]};
  if (sizes.size() == 2) return {sizes[0], sizes[1]};
  if (sizes.empty()) in.size(names);  // notes what is missing
  if (!sizes.empty()) in.refuse("image_size", "has not one or two sizes");
  return {};
}

Value image_input(Network& net, std::int64_t channels, ImageSize size) {
  return net.input("pixel_values", net.element(),
                   {net.pass.batch, channels, size.height, size.width});
}

Value embed_patches(Network& net, std::string_view name, Value image, std::int64_t patch,
                    std::int64_t width, bool bias) {
  const Value y =
      convolve(net, name, image, width, {.kernel = patch, .stride = patch, .bias = bias});
  if (!y) return {};
  const Shape shape = net.shape(y);
  Builder& b = net.builder();
  return b.transpose(b.reshape(y, {shape[0], width, shape[2] * shape[3]}), {0, 2, 1});
}

Value with_token(Network& net, std::string_view name, const Shape& shape, Value x) {
  if (!x) return {};
  Builder& b = net.builder();
  const Shape of_x = net.shape(x);
  net.begin(name, "Token");
  const Value token = b.reshape(net.weight(name, shape), {1, 1, of_x[2]});
  return b.concat({b.broadcast(token, {of_x[0], 1, of_x[2]}), x}, 1);
}

Value fold_squares(Network& net, Value x, ImageSize grid, std::int64_t each) {
  if (!x) return {};
  Builder& b = net.builder();
  const Shape s = net.shape(x);
  const std::int64_t rows = grid.height / each;
  const std::int64_t columns = grid.width / each;
  x = b.reshape(x, {s[0], rows, each, columns, each, s[2]});
  return b.reshape(b.transpose(x, {0, 1, 3, 2, 4, 5}), {s[0], rows * columns, each * each * s[2]});
}

Value take_token(Network& net, Value x, std::int64_t index) {
  if (!x) return {};
  return net.builder().without_axis(net.builder().slice_axis(x, 1, index, index + 1), 1);
}

std::int64_t read_labels(const Keys& in) {
  const Json* const list = in.find("id2label");
  in.ignore("label2id");
  const std::int64_t listed =
      list != nullptr && list->is_object() ? static_cast<std::int64_t>(list->items.size()) : 0;
  return in.size_or("num_labels", listed > 0 ? listed : 2);
}

Value channels_last(Network& net, Value x) {
  return x ? net.builder().transpose(x, {0, 2, 3, 1}) : x;
}

Value channels_second(Network& net, Value x) {
  return x ? net.builder().transpose(x, {0, 3, 1, 2}) : x;
}

}  // namespace pfsday::config
