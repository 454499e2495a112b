#include "importers/config/mlp.h"

#include "importers/config/attention.h"

namespace pfsday::config {

Value gated_mlp(Network& net, std::string_view name, Value x, const GatedMlp& spec) {
  const std::int64_t width = net.width(x);
  const auto scope = net.enter(name);
  const MlpNames& names = spec.names;
  Value gate;
  Value up;
  if (names.fused.empty()) {
    gate = net.linear(names.gate, x, spec.width, spec.bias);
    up = net.linear(names.up, x, spec.width, spec.bias);
  } else {
    const Value both = net.linear(names.fused, x, 2 * spec.width, spec.bias);
    const Values parts = split_columns(net, both, {spec.width, spec.width});
    gate = parts[0];
    up = parts[1];
  }
  net.begin("", "Gate");
  const Value hidden = net.builder().mul(net.apply(spec.activation, gate), up);
  return net.linear(names.down, hidden, width, spec.bias);
}

Value plain_mlp(Network& net, std::string_view name, Value x, const PlainMlp& spec) {
  const std::int64_t width = net.width(x);
  const auto scope = net.enter(name);
  const auto project = [&](std::string_view module, Value v, std::int64_t to) {
    return spec.is_conv1d ? net.conv1d(module, v, to) : net.linear(module, v, to, spec.bias);
  };
  const Value up = project(spec.up, x, spec.width);
  net.begin("", "Activation");
  return project(spec.down, net.apply(spec.activation, up), width);
}

}  // namespace pfsday::config
