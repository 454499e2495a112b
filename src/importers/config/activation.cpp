#include "importers/config/activation.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"
#include "importers/config/keys.h"

namespace pfsday::config {
namespace {

struct Name {
  std::string_view name;
  Activation activation;
};

constexpr Name names[] = {{"gelu", Activation::gelu},
                          {"gelu_python", Activation::gelu},
                          {"gelu_new", Activation::gelu_tanh},
                          {"gelu_fast", Activation::gelu_tanh},
                          {"gelu_pytorch_tanh", Activation::gelu_tanh},
                          {"gelu_accurate", Activation::gelu_tanh},
                          {"quick_gelu", Activation::gelu_quick},
                          {"silu", Activation::silu},
                          {"swish", Activation::silu},
                          {"relu", Activation::relu},
                          {"relu2", Activation::relu_squared},
                          {"relu_squared", Activation::relu_squared},
                          {"sigmoid", Activation::sigmoid},
                          {"tanh", Activation::tanh},
                          {"linear", Activation::identity},
                          {"identity", Activation::identity}};

constexpr double half_root = 0.7071067811865476, tangent_scale = 0.7978845608028654,
                 tangent_cubic = 0.044715, quick_slope = 1.702;

/// x (1 + bend) / 2
ops::Value half_bent(ops::Builder& b, ops::Value x, ops::Value bend) {
  return b.with_scalar("mul", b.mul(x, b.with_scalar("add", bend, 1)), 0.5);
}

ops::Value gelu_by_tangent(ops::Builder& b, ops::Value x) {
  const ops::Value cubic = b.with_scalar("mul", b.mul(b.mul(x, x), x), tangent_cubic);
  const ops::Value inner = b.with_scalar("mul", b.add(x, cubic), tangent_scale);
  return half_bent(b, x, b.emit("tanh", {inner}));
}

}  // namespace

std::optional<Activation> find_activation(std::string_view name) {
  for (const Name& one : names) {
    if (one.name == name) return one.activation;
  }
  return std::nullopt;
}

Activation read_activation(const Keys& in, std::string_view keys, std::string_view otherwise) {
  const std::string name = in.text_or(keys, otherwise);
  if (const auto activation = find_activation(name)) return *activation;
  std::vector<std::string_view> known;
  for (const Name& one : names) known.push_back(one.name);
  const std::string_view near = nearest(name, known);
  in.refuse(split(keys, '|').front(),
            fmt::format("is \"{}\", an activation that is not known", to_printable(name)),
            near.empty() ? std::string() : fmt::format("\"{}\" is spelled most like it", near));
  return Activation::identity;
}

ops::Value activate(ops::Builder& b, Activation activation, ops::Value x) {
  switch (activation) {
    case Activation::identity:
      return x;
    case Activation::relu:
      return b.with_scalar("max", x, 0);
    case Activation::relu_squared: {
      const ops::Value above = b.with_scalar("max", x, 0);
      return b.mul(above, above);
    }
    case Activation::silu:
      return b.mul(x, b.emit("sigmoid", {x}));
    case Activation::sigmoid:
      return b.emit("sigmoid", {x});
    case Activation::tanh:
      return b.emit("tanh", {x});
    case Activation::gelu:
      return half_bent(b, x, b.emit("erf", {b.with_scalar("mul", x, half_root)}));
    case Activation::gelu_tanh:
      return gelu_by_tangent(b, x);
    case Activation::gelu_quick:
      return b.mul(x, b.emit("sigmoid", {b.with_scalar("mul", x, quick_slope)}));
  }
  return x;
}

}  // namespace pfsday::config
