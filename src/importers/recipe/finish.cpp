// What stands around a layer's own arithmetic: biases, normalization, activations.
#include <fmt/format.h>

#include <cctype>

#include "base/text.h"
#include "importers/config/norm.h"
#include "importers/recipe/kinds.h"

namespace pfsday::recipe {
namespace {

constexpr double epsilon = 1e-5;

std::size_t rank(Lowering& to, Value v) { return to.shape(v).size(); }

/// A number for each channel, as a shape that is aligned with x.
Shape per_channel(Lowering& to, Value x) {
  if (is_sequence(to, x)) return {channels_of(to, x)};
  Shape shape(rank(to, x) - 1, 1);
  shape[0] = channels_of(to, x);
  return shape;
}

/// (x - mean) / sqrt(variance + epsilon) * scale + bias, with statistics that are given.
Value normalize_batch(Lowering& to, Value x) {
  to.begin("norm", "BatchNormalization");
  Builder& b = to.builder();
  const Shape shape = per_channel(to, x);
  const auto of_channels = [&](Value v) { return b.reshape(v, shape); };
  const auto statistic = [&](std::string_view name) {
    return of_channels(
        b.stop_gradient(to.net().buffer(to.net().full_name(name), {channels_of(to, x)})));
  };
  const auto factor = [&](std::string_view name) {
    return of_channels(to.weight(name, {channels_of(to, x)}));
  };
  const Value deviation = b.sqrt(b.with_scalar("add", statistic("norm.variance"), epsilon));
  const Value y = b.div(b.sub(x, statistic("norm.mean")), deviation);
  return b.add(b.mul(y, factor("norm.weight")), factor("norm.bias"));
}

Result<Value> normalize_groups(Lowering& to, Layer& in, Value x) {
  const std::int64_t groups = TRY(in.size_or("norm_groups", 32));
  if (!is_image(to, x)) return in.invalid("normalization by groups of channels needs an image");
  if (channels_of(to, x) % groups == 0) {
    return config::normalize_groups(to.net(), "norm", x, groups);
  }
  return in.invalid(fmt::format("{} groups of the normalization do not divide {} channels evenly",
                                groups, channels_of(to, x)),
                    "\"norm_groups\" says how many there are; 32 if it does not");
}

Value clipped(Builder& b, Value x, double low, double high) {
  return b.with_scalar("min", b.with_scalar("max", x, low), high);
}

Value softmax(Lowering& to, Value x) {
  Builder& b = to.builder();
  const Axes axis = {static_cast<std::int64_t>(rank(to, x)) - 1};
  const Value top = b.stop_gradient(b.reduce_max(x, axis, ops::keep_dims));
  const Value e = b.exp(b.sub(x, top));
  return b.div(e, b.reduce_sum(e, axis, ops::keep_dims));
}

struct Function {
  std::string_view name;
  Value (*apply)(Lowering& to, Value x);
};

Value hard_sigmoid(Builder& b, Value x) {
  return b.with_scalar("div", clipped(b, b.with_scalar("add", x, 3), 0, 6), 6);
}

Value leaky_relu(Builder& b, Value x) {
  const Value is_above = b.binary("greater", x, b.scalar(b.type(x).element, 0));
  return b.select(is_above, x, b.with_scalar("mul", x, 0.01));
}

/// Half of the channels gates the other half.
Value glu(Lowering& to, Value x) {
  Builder& b = to.builder();
  const std::int64_t axis = is_image(to, x) ? 1 : static_cast<std::int64_t>(rank(to, x)) - 1;
  const std::int64_t half = channels_of(to, x) / 2;
  return b.mul(b.slice_axis(x, axis, 0, half),
               b.emit("sigmoid", {b.slice_axis(x, axis, half, 2 * half)}));
}

/// Those that configurations do not know; see config/activation.h for the others.
constexpr Function functions[] = {
    {"relu6", [](Lowering& to, Value x) { return clipped(to.builder(), x, 0, 6); }},
    {"clipped_relu", [](Lowering& to, Value x) { return clipped(to.builder(), x, 0, 20); }},
    {"leaky_relu", [](Lowering& to, Value x) { return leaky_relu(to.builder(), x); }},
    {"hard_sigmoid", [](Lowering& to, Value x) { return hard_sigmoid(to.builder(), x); }},
    {"hard_swish",
     [](Lowering& to, Value x) { return to.builder().mul(x, hard_sigmoid(to.builder(), x)); }},
    {"glu", glu},
    {"softmax", softmax},
};

constexpr std::string_view activation_hint =
    "known: relu, relu6, clipped_relu, leaky_relu, sigmoid, hard_sigmoid, tanh, silu, swish, "
    "hard_swish, gelu, gelu_new, quick_gelu, glu, softmax, none";

}  // namespace

Result<std::string> read_activation(Layer& in, std::string_view otherwise) {
  if (!in.has("relu")) return in.word_or("activation", otherwise);
  if (in.has("activation")) return in.invalid("the layer has both \"relu\" and \"activation\"");
  return std::string(TRY(in.flag_or("relu", true)) ? "relu" : "none");
}

Result<Value> activate(Lowering& to, const Layer& in, std::string_view activation, Value x,
                       std::string_view part) {
  if (activation == "none") return x;
  if (activation == "glu" && channels_of(to, x) % 2 != 0) {
    return in.invalid(
        fmt::format("glu needs an even number of channels, not {}", channels_of(to, x)));
  }
  std::string op(activation.substr(0, 64));
  if (!op.empty()) op[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(op[0])));
  to.begin(part, op);
  for (const Function& function : functions) {
    if (function.name == activation) return function.apply(to, x);
  }
  if (const auto known = config::find_activation(activation)) return to.net().apply(*known, x);
  return in.invalid(fmt::format("the activation \"{}\" is not known", to_printable(activation)),
                    std::string(activation_hint));
}

Result<Value> normalize(Lowering& to, Layer& in, std::string_view kind, Value x) {
  if (kind == "none") return x;
  if (kind == "batch") return normalize_batch(to, x);
  if (kind == "group") return normalize_groups(to, in, x);
  const auto over_channels = [&](config::NormKind norm) {
    if (!is_image(to, x)) return config::normalize(to.net(), "norm", norm, x);
    const Value y = config::normalize(to.net(), "norm", norm, channels_last(to, x));
    return y ? channels_second(to, y) : y;
  };
  if (kind == "layer") return over_channels(config::NormKind::layer);
  if (kind == "rms") return over_channels(config::NormKind::rms);
  return in.invalid(fmt::format("the normalization \"{}\" is not known", to_printable(kind)),
                    "write \"batch\", \"layer\", \"group\", \"rms\" or \"none\"");
}

Value add_bias(Lowering& to, std::string_view name, Value x) {
  const Value bias = to.weight(name, {channels_of(to, x)});
  return to.builder().add(x, to.builder().reshape(bias, per_channel(to, x)));
}

}  // namespace pfsday::recipe
