// The feed-forward blocks of transformers.
#pragma once

#include "importers/config/network.h"

namespace pfsday::config {

struct MlpNames {
  std::string_view gate = "gate_proj", up = "up_proj", down = "down_proj";
  std::string_view fused = {};  ///< one projection to the gate and to what is gated
};

/// down(act(gate(x)) * up(x))
struct GatedMlp {
  std::int64_t width = 1;
  Activation activation = Activation::silu;
  bool bias = false;
  MlpNames names = {};
};
Value gated_mlp(Network& net, std::string_view name, Value x, const GatedMlp& spec);

/// down(act(up(x)))
struct PlainMlp {
  std::int64_t width = 1;
  Activation activation = Activation::gelu;
  bool bias = true;
  bool is_conv1d = false;
  std::string_view up = "fc1", down = "fc2";
};
Value plain_mlp(Network& net, std::string_view name, Value x, const PlainMlp& spec);

}  // namespace pfsday::config
