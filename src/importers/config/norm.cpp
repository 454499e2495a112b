#include "importers/config/norm.h"

#include <algorithm>

namespace pfsday::config {
namespace {

constexpr double epsilon = 1e-6;

bool is_layer(NormKind kind) {
  return kind == NormKind::layer || kind == NormKind::layer_no_bias ||
         kind == NormKind::layer_plus_one || kind == NormKind::layer_plain;
}

Value divided_by_root_mean_square(Builder& b, Value x, const Axes& axes) {
  const Value square = b.reduce_mean(b.mul(x, x), axes, ops::keep_dims);
  return b.div(x, b.sqrt(b.with_scalar("add", square, epsilon)));
}

}  // namespace

Value normalize(Network& net, std::string_view name, NormKind kind, Value x) {
  if (!x || kind == NormKind::none) return x;
  net.begin(name, is_layer(kind) ? "LayerNorm" : "RMSNorm");
  Builder& b = net.builder();
  const std::int64_t width = net.width(x);
  const Axes last = {static_cast<std::int64_t>(net.shape(x).size()) - 1};
  if (is_layer(kind)) x = b.sub(x, b.reduce_mean(x, last, ops::keep_dims));
  Value y = divided_by_root_mean_square(b, x, last);
  if (kind == NormKind::rms_plain || kind == NormKind::layer_plain) return y;
  const std::string module(name);
  Value weight = net.weight(module + ".weight", {width});
  if (kind == NormKind::rms_plus_one || kind == NormKind::layer_plus_one) {
    weight = b.with_scalar("add", weight, 1);
  }
  y = b.mul(y, weight);
  const bool has_bias = kind == NormKind::layer || kind == NormKind::layer_plus_one;
  return has_bias ? b.add(y, net.weight(module + ".bias", {width})) : y;
}

Value normalize_groups(Network& net, std::string_view name, Value x, std::int64_t groups) {
  if (!x) return {};
  net.begin(name, "GroupNorm");
  Builder& b = net.builder();
  const Shape shape = net.shape(x);
  std::int64_t inner = shape[1] / groups;
  for (std::size_t i = 2; i < shape.size(); ++i) inner *= shape[i];
  Value y = b.reshape(x, {shape[0], groups, inner});
  y = b.sub(y, b.reduce_mean(y, {2}, ops::keep_dims));
  y = b.reshape(divided_by_root_mean_square(b, y, {2}), shape);
  Shape channels(shape.size() - 1, 1);
  channels[0] = shape[1];
  const std::string module(name);
  y = b.mul(y, b.reshape(net.weight(module + ".weight", {shape[1]}), channels));
  return b.add(y, b.reshape(net.weight(module + ".bias", {shape[1]}), channels));
}

}  // namespace pfsday::config
