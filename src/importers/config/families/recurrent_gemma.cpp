// RecurrentGemma: blocks of a gated linear recurrence, every third replaced by attention within a
// window; a decay for each channel, that the token decides on by gates for blocks of channels.
// Source: transformers models/recurrent_gemma; De et al., https://arxiv.org/abs/2402.19427, section
// 2.4.
#include <cmath>

#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"
#include "importers/config/recurrence.h"
#include "ops/body.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::rms_plus_one;

struct Recurrence {
  std::int64_t width = 1, blocks = 1, taps = 4;
  Activation activation = Activation::gelu_tanh;
};

/// The sigmoid of x [B, S, C] times a matrix for each block of channels, and a bias.
Value gate_of(Network& net, std::string_view name, Value x, const Recurrence& spec) {
  Builder& b = net.builder();
  const Shape s = net.shape(x);
  const std::int64_t each = spec.width / spec.blocks;
  const std::string module(name);
  const Value weight = net.weight(module + "_weight", {spec.blocks, each, each});
  const Value bias = net.weight(module + "_bias", {spec.blocks, each});
  const Value apart = b.reshape(x, {s[0] * s[1], spec.blocks, each});
  const Value products =
      b.dot(apart, weight, {.batch_a = {1}, .batch_b = {0}, .contract_a = {2}, .contract_b = {1}});
  const Value gated = b.emit("sigmoid", {b.add(b.transpose(products, {1, 0, 2}), bias)});
  return b.reshape(gated, s);
}

/// h = decay h + x, token by token.
Value run(Network& net, Value x, Value decay) {
  Builder& b = net.builder();
  if (!x || !decay) return {};
  const Shape s = net.shape(x);
  const ops::LoopValues in{.carried = {first_state(net, "past_state", {s[0], s[2]})},
                           .scanned = {tokens_first(net, x), tokens_first(net, decay)}};
  const auto out = ops::build_loop(
      b, s[1], in, [](Builder& body, const ops::LoopValues& values) -> Result<ops::LoopValues> {
        const Value state =
            body.add(body.mul(values.scanned[1], values.carried[0]), values.scanned[0]);
        return ops::LoopValues{.carried = {state}, .scanned = {state}};
      });
  if (!out) return b.fault(out.error().code, out.error().what);
  return out->scanned.empty() ? Value{} : tokens_first(net, out->scanned[0]);
}

Value recur(Network& net, Value x, const Recurrence& spec) {
  if (!x) return {};
  const auto scope = net.enter("rg_lru");
  net.begin("", "Recurrence");
  Builder& b = net.builder();
  const Value input_gate = gate_of(net, "input_gate", x, spec);
  const Value recurrent_gate = gate_of(net, "recurrent_gate", x, spec);
  const Value rate = softplus(net, net.weight("recurrent_param", {spec.width}));
  const Value log_decay = b.mul(net.scale(recurrent_gate, -8), rate);
  const Value square = b.exp(net.scale(log_decay, 2));
  const Value rest = b.sqrt(b.sub(b.full(b.type(square), 1), square));
  return run(net, b.mul(b.mul(x, input_gate), rest), b.exp(log_decay));
}

Value recurrent_block(Network& net, std::string_view name, Value x, const Recurrence& spec) {
  const std::int64_t width = net.width(x);
  const auto scope = net.enter(name);
  const Value gate = net.apply(spec.activation, net.linear("linear_y", x, spec.width, true));
  const Value branch = causal_convolution(
      net, "conv_1d", net.linear("linear_x", x, spec.width, true), spec.taps, true);
  const Value y = net.builder().mul(recur(net, branch, spec), gate);
  return net.linear("linear_out", y, width, true);
}

/// The kinds of layers, repeated: whether each attends.
std::vector<bool> read_kinds(const Keys& in) {
  std::vector<std::string> types = in.texts("block_types|_block_types");
  if (types.empty()) types = {"recurrent", "recurrent", "attention"};
  std::vector<bool> kinds;
  for (const std::string& type : types) {
    in.refuse_if(type != "recurrent" && type != "attention", "block_types",
                 "names a block that is neither \"recurrent\" nor \"attention\"");
    kinds.push_back(type == "attention");
  }
  return kinds;
}

Values build_recurrent_gemma(Network& net, const Keys& in) {
  Decoder decoder = read_decoder(in, {.tied = true, .norm = norm});
  decoder.embedding_scale = std::sqrt(static_cast<double>(decoder.width));
  decoder.logit_softcap = in.number_or("logits_soft_cap", 30);
  decoder.names.norm = "model.final_norm";
  Attention attention =
      read_attention(in, {.bias = in.flag("attention_bias", false), .out_bias = true}, 0.5);
  attention.window = in.size_or("attention_window_size", 2048);
  const Recurrence recurrence{
      .width = in.size_or("lru_width", decoder.width),
      .blocks = attention.heads,
      .taps = in.size_or("conv1d_width", 4),
      .activation = read_activation(in, "hidden_activation", "gelu_pytorch_tanh")};
  in.refuse_if(recurrence.width % recurrence.blocks != 0, "lru_width",
               "is no multiple of the heads");
  const GatedMlp mlp{.width = std::max<std::int64_t>(1, in.size("intermediate_size", 2) / 2),
                     .activation = recurrence.activation,
                     .bias = true};
  const std::vector<bool> attends = read_kinds(in);
  in.ignore("w_init_variance_scale|final_w_init_variance_scale|embeddings_scale_by_sqrt_dim");
  if (in.has_fault()) return {};
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    const Value y = normalize(net, "temporal_pre_norm", norm, x);
    const bool is_attention = attends[static_cast<std::size_t>(layer) % attends.size()];
    x = net.add(x, is_attention ? self_attention(net, "temporal_block", y, attention)
                                : recurrent_block(net, "temporal_block", y, recurrence));
    return net.add(x,
                   gated_mlp(net, "mlp_block", normalize(net, "channel_pre_norm", norm, x), mlp));
  });
}

constexpr std::string_view types[] = {"recurrent_gemma"};
constexpr Family families[] = {{.model_types = types, .build = build_recurrent_gemma}};

}  // namespace

extern constinit const FamilyGroup recurrent_gemma{families};

}  // namespace pfsday::config
