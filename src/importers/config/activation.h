// Activations by the names that configurations give them.
#pragma once

#include <optional>
#include <string_view>

#include "ops/builder.h"

namespace pfsday::config {

class Keys;

enum class Activation : std::uint8_t {
  identity,
  relu,
  relu_squared,
  silu,
  sigmoid,
  tanh,
  gelu,        ///< x (1 + erf(x / sqrt 2)) / 2
  gelu_tanh,   ///< by the tangent: 0.5 x (1 + tanh(0.798 (x + 0.0447 x^3)))
  gelu_quick,  ///< x sigmoid(1.702 x)
};

std::optional<Activation> find_activation(std::string_view name);

/// The value of one of the keys; noted as a fault if nobody knows it.
Activation read_activation(const Keys& in, std::string_view names, std::string_view otherwise);

ops::Value activate(ops::Builder& b, Activation activation, ops::Value x);

}  // namespace pfsday::config
