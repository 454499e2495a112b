// Mamba: no attention; a state for each channel is carried from token to token by factors that the
// token itself decides. Counted as that recurrence, which is how it is defined; kernels compute the
// same by parallel scans.
// Source: transformers models/mamba; Gu and Dao, https://arxiv.org/abs/2312.00752, section 3.
#include <cmath>

#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/recurrence.h"

namespace pfsday::config {
namespace {

struct Mamba {
  std::int64_t width = 1, inner = 1, state = 16, kernel = 4, rank = 1;
  bool bias = false, conv_bias = true;
  Activation activation = Activation::silu;
};

Mamba read_mamba(const Keys& in, std::int64_t width) {
  Mamba mamba{.width = width,
              .inner = in.size_or("intermediate_size|d_inner", in.size_or("expand", 2) * width),
              .state = in.size_or("state_size", 16),
              .kernel = in.size_or("conv_kernel", 4),
              .rank = (width + 15) / 16,
              .bias = in.flag("use_bias", false),
              .conv_bias = in.flag("use_conv_bias", true),
              .activation = read_activation(in, "hidden_act", "silu")};
  const Json* const rank = in.find("time_step_rank");
  const bool is_number = rank != nullptr && rank->kind == Json::Kind::number;
  if (is_number) mamba.rank = in.size("time_step_rank");
  in.ignore("expand|time_step_*|d_model|n_layer");
  for (const char* key : {"time_step_scale", "time_step_min", "time_step_max", "time_step_floor",
                          "time_step_init_scheme", "residual_in_fp32", "rescale_prenorm_residual",
                          "use_mambapy", "time_step_limit"}) {
    in.ignore(key);
  }
  return mamba;
}

Value mixer(Network& net, Value x, const Mamba& mamba) {
  const auto scope = net.enter("mixer");
  Builder& b = net.builder();
  const Values halves = split_columns(net, net.linear("in_proj", x, 2 * mamba.inner, mamba.bias),
                                      {mamba.inner, mamba.inner});
  const Value mixed = causal_convolution(net, "conv1d", halves[0], mamba.kernel, mamba.conv_bias);
  const Value u = net.apply(mamba.activation, mixed);
  const Values parts = split_columns(net, net.linear("x_proj", u, mamba.rank + 2 * mamba.state),
                                     {mamba.rank, mamba.state, mamba.state});
  const Value step = softplus(net, net.linear("dt_proj", parts[0], mamba.inner, true));
  net.begin("", "SelectiveScan");
  const Value decay = b.neg(b.exp(net.weight("A_log", {mamba.inner, mamba.state})));
  const Value scanned =
      selective_scan(net, {.u = u, .step = step, .decay = decay, .from = parts[1], .to = parts[2]});
  const Value y = b.add(scanned, b.mul(u, net.weight("D", {mamba.inner})));
  const Value gated = b.mul(y, net.apply(mamba.activation, halves[1]));
  return net.linear("out_proj", gated, mamba.width, mamba.bias);
}

Values build_mamba(Network& net, const Keys& in) {
  Decoder decoder = read_decoder(in, {.tied = true});
  decoder.names = {
      .embedding = "backbone.embeddings", .layers = "backbone.layers", .norm = "backbone.norm_f"};
  const Mamba mamba = read_mamba(in, decoder.width);
  if (in.has_fault()) return {};
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    return net.add(x, mixer(net, normalize(net, "norm", NormKind::rms, x), mamba));
  });
}

constexpr std::string_view mamba_types[] = {"mamba"};
constexpr Family families[] = {{.model_types = mamba_types, .build = build_mamba}};

}  // namespace

extern constinit const FamilyGroup mamba{families};

}  // namespace pfsday::config
