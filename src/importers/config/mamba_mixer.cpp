#include "importers/config/mamba_mixer.h"

#include <algorithm>

#include "importers/config/attention.h"
#include "importers/config/recurrence.h"
#include "ops/body.h"

namespace pfsday::config {
namespace {

using ops::LoopValues;

/// One token of Mamba-2: x [B, G, R, P], step [B, G, R], from, to [B, G, N], the state
/// [B, G, R, P, N]; heads stand in G groups of R.
Result<LoopValues> scan_heads(Builder& b, const LoopValues& in, Value decay) {
  const Value step = in.scanned[1];
  const Value kept = b.with_axis(b.with_axis(b.exp(b.mul(step, decay)), 3), 4);
  const Value scaled = b.with_axis(b.mul(in.scanned[0], b.with_axis(step, 3)), 4);
  const Value from = b.with_axis(b.with_axis(in.scanned[2], 2), 3);
  const Value state = b.add(b.mul(kept, in.carried[0]), b.mul(scaled, from));
  const Value y =
      b.dot(state, in.scanned[3],
            {.batch_a = {0, 1}, .batch_b = {0, 1}, .contract_a = {4}, .contract_b = {2}});
  return LoopValues{.carried = {state}, .scanned = {y}};
}

/// x [B, S, H P], step [B, S, H], from, to [B, S, G N] to [B, S, H P].
Value scan_groups(Network& net, const Mamba2Mixer& spec, Value x, Value step, Value from,
                  Value to) {
  if (!x || !step || !from || !to) return {};
  Builder& b = net.builder();
  const Shape s = net.shape(x);
  const std::int64_t each = spec.heads / spec.groups;
  const auto cut = [&](Value v, std::initializer_list<std::int64_t> sizes) {
    Shape shape = {s[0], s[1], spec.groups};
    shape.insert(shape.end(), sizes.begin(), sizes.end());
    return tokens_first(net, b.reshape(v, shape));
  };
  const Value decay =
      b.reshape(b.neg(b.exp(net.weight("A_log", {spec.heads}))), {spec.groups, each});
  const LoopValues in{
      .carried = {first_state(net, "past_state", {s[0], spec.groups, each, spec.head, spec.state})},
      .scanned = {cut(x, {each, spec.head}), cut(step, {each}), cut(from, {spec.state}),
                  cut(to, {spec.state})}};
  const auto out = ops::build_loop(b, s[1], in, [&](Builder& body, const LoopValues& values) {
    return scan_heads(body, values, body.capture(decay));
  });
  if (!out) return b.fault(out.error().code, out.error().what);
  return out->scanned.empty() ? Value{} : b.reshape(tokens_first(net, out->scanned[0]), s);
}

/// x gated, then normalized within each group of channels, times a weight.
Value gated_group_norm(Network& net, Value x, Value gate, std::int64_t groups) {
  if (!x || !gate) return {};
  net.begin("norm", "RMSNorm");
  Builder& b = net.builder();
  const Shape s = net.shape(x);
  const Value gated = b.mul(x, net.apply(Activation::silu, gate));
  const Value grouped = b.reshape(gated, {s[0], s[1], groups, s[2] / groups});
  const Value even = b.reshape(normalize(net, "norm", NormKind::rms_plain, grouped), s);
  return b.mul(even, net.weight("norm.weight", {s[2]}));
}

}  // namespace

Value mamba_mixer(Network& net, std::string_view name, Value x, const MambaMixer& spec) {
  const std::int64_t width = net.width(x);
  const auto scope = net.enter(name);
  Builder& b = net.builder();
  const Values halves = split_columns(net, net.linear("in_proj", x, 2 * spec.inner, spec.bias),
                                      {spec.inner, spec.inner});
  const Value u = net.apply(
      spec.activation, causal_convolution(net, "conv1d", halves[0], spec.kernel, spec.conv_bias));
  Values parts = split_columns(net, net.linear("x_proj", u, spec.rank + 2 * spec.state),
                               {spec.rank, spec.state, spec.state});
  parts[0] = normalize(net, "dt_layernorm", spec.inner_norm, parts[0]);
  parts[1] = normalize(net, "b_layernorm", spec.inner_norm, parts[1]);
  parts[2] = normalize(net, "c_layernorm", spec.inner_norm, parts[2]);
  const Value step = softplus(net, net.linear("dt_proj", parts[0], spec.inner, true));
  net.begin("", "SelectiveScan");
  const Value decay = b.neg(b.exp(net.weight("A_log", {spec.inner, spec.state})));
  const Value scanned =
      selective_scan(net, {.u = u, .step = step, .decay = decay, .from = parts[1], .to = parts[2]});
  const Value y = b.add(scanned, b.mul(u, net.weight("D", {spec.inner})));
  return net.linear("out_proj", b.mul(y, net.apply(spec.activation, halves[1])), width, spec.bias);
}

Mamba2Mixer read_hybrid_mixer(const Keys& in, std::int64_t width) {
  const std::int64_t inner = in.size_or("mamba_d_ssm", in.size_or("mamba_expand", 2) * width);
  Mamba2Mixer mixer{.heads = in.size_or("mamba_n_heads", 128),
                    .groups = in.size_or("mamba_n_groups", 1),
                    .state = in.size_or("mamba_d_state", 256),
                    .kernel = in.size_or("mamba_d_conv", 4),
                    .bias = in.flag("mamba_proj_bias", false),
                    .conv_bias = in.flag("mamba_conv_bias", true),
                    .activation = read_activation(in, "hidden_act", "silu")};
  const Json* const stated = in.find("mamba_d_head");
  const bool is_number = stated != nullptr && stated->kind == Json::Kind::number;
  mixer.head = is_number ? in.size("mamba_d_head") : std::max<std::int64_t>(1, inner / mixer.heads);
  in.refuse_if(mixer.heads * mixer.head != inner, "mamba_n_heads",
               "times the width of a head is not \"mamba_expand\" times \"hidden_size\"");
  in.refuse_if(mixer.heads % mixer.groups != 0, "mamba_n_groups",
               "does not divide the heads evenly");
  in.ignore("mamba_chunk_size|time_step_min|time_step_max|time_step_limit");
  return mixer;
}

Value mamba2_mixer(Network& net, std::string_view name, Value x, const Mamba2Mixer& spec) {
  const std::int64_t width = net.width(x);
  const auto scope = net.enter(name);
  Builder& b = net.builder();
  const std::int64_t inner = spec.heads * spec.head;
  const std::int64_t states = spec.groups * spec.state;
  Value projected = net.linear("in_proj", x, 2 * inner + 2 * states + spec.heads, spec.bias);
  if (spec.part_scales) {
    projected = b.mul(projected, net.buffer(net.full_name("mup_vector"), {net.width(projected)}));
  }
  const Values parts = split_columns(net, projected, {inner, inner + 2 * states, spec.heads});
  const Value mixed = net.apply(
      spec.activation, causal_convolution(net, "conv1d", parts[1], spec.kernel, spec.conv_bias));
  const Values u = split_columns(net, mixed, {inner, states, states});
  net.begin("", "SelectiveScan");
  const Value step = softplus(net, b.add(parts[2], net.weight("dt_bias", {spec.heads})));
  const Value scanned = scan_groups(net, spec, u[0], step, u[1], u[2]);
  if (!scanned) return {};
  const Shape s = net.shape(scanned);
  const Value skip = b.mul(b.reshape(u[0], {s[0], s[1], spec.heads, spec.head}),
                           b.reshape(net.weight("D", {spec.heads}), {spec.heads, 1}));
  const Value y = b.add(scanned, b.reshape(skip, s));
  const Value kept = spec.has_norm ? gated_group_norm(net, y, parts[0], spec.groups)
                                   : b.mul(y, net.apply(Activation::silu, parts[0]));
  return net.linear("out_proj", kept, width, spec.bias);
}

}  // namespace pfsday::config
