#include "importers/config/recurrence.h"

#include "ops/body.h"

namespace pfsday::config {

using ops::LoopValues;

Value softplus(Network& net, Value x) {
  Builder& b = net.builder();
  return b.log(b.with_scalar("add", b.exp(x), 1));
}

Value causal_convolution(Network& net, std::string_view name, Value x, std::int64_t taps,
                         bool bias) {
  if (!x) return {};
  net.begin(name, "Conv");
  Builder& b = net.builder();
  const std::int64_t channels = net.width(x);
  Value channels_first = b.transpose(x, {0, 2, 1});
  const bool has_past = net.pass.past > 0 && taps > 1;
  if (has_past) {
    const std::int64_t before = taps - 1;
    channels_first = b.concat({net.input(net.full_name(std::string(name) + ".past"), net.element(),
                                         {net.shape(x)[0], channels, before}),
                               channels_first},
                              2);
  }
  const ops::Window window{.size = {taps},
                           .strides = {1},
                           .pads_low = {has_past ? 0 : taps - 1},
                           .pads_high = {0},
                           .dilations = {1}};
  const std::string module(name);
  const Value y =
      b.transpose(b.convolution(channels_first, net.weight(module + ".weight", {channels, 1, taps}),
                                window, channels),
                  {0, 2, 1});
  return bias ? b.add(y, net.weight(module + ".bias", {channels})) : y;
}

Value tokens_first(Network& net, Value x) {
  if (!x) return {};
  Axes order(net.shape(x).size(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
  std::swap(order[0], order[1]);
  return net.builder().transpose(x, order);
}

Value first_state(Network& net, std::string_view name, const Shape& shape) {
  if (net.pass.past > 0) return net.input(net.full_name(name), net.element(), shape);
  return net.builder().full({net.element(), shape}, 0);
}

namespace {

/// One token: u, step [B, C], from, to [B, N], the state [B, C, N].
Result<LoopValues> scan_token(Builder& b, const LoopValues& in, Value decay) {
  const Value u = b.with_axis(in.scanned[0], 2);
  const Value step = b.with_axis(in.scanned[1], 2);
  const Value from = b.with_axis(in.scanned[2], 1);
  const Value kept = b.mul(b.exp(b.mul(step, decay)), in.carried[0]);
  const Value state = b.add(kept, b.mul(b.mul(step, from), u));
  const Value y = b.dot(state, in.scanned[3],
                        {.batch_a = {0}, .batch_b = {0}, .contract_a = {2}, .contract_b = {1}});
  return LoopValues{.carried = {state}, .scanned = {y}};
}

}  // namespace

Value selective_scan(Network& net, const SelectiveScan& scan) {
  Builder& b = net.builder();
  if (!scan.u || !scan.decay) return {};
  const Shape shape = net.shape(scan.u);
  const std::int64_t states = net.shape(scan.decay)[1];
  const Value state = first_state(net, "past_state", {shape[0], shape[2], states});
  const LoopValues in{.carried = {state},
                      .scanned = {tokens_first(net, scan.u), tokens_first(net, scan.step),
                                  tokens_first(net, scan.from), tokens_first(net, scan.to)}};
  const auto out = ops::build_loop(b, shape[1], in, [&](Builder& body, const LoopValues& values) {
    return scan_token(body, values, body.capture(scan.decay));
  });
  if (!out) return b.fault(out.error().code, out.error().what);
  return out->scanned.empty() ? Value{} : tokens_first(net, out->scanned[0]);
}

}  // namespace pfsday::config
