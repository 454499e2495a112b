// RWKV 4 to 6: attention is replaced by a state that decays from token to token. In the fourth
// version it is a running average for each channel; from the fifth on a matrix for each head; in
// the sixth the token decides on the decay. Their heads are never tied to the embedding. Sources:
// transformers models/rwkv; modeling files beside RWKV/v5-Eagle-7B-HF and v6-Finch; Peng et al.,
// https://arxiv.org/abs/2305.13048 and https://arxiv.org/abs/2404.05892.
#include <fmt/format.h>

#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/recurrence.h"
#include "importers/config/vision.h"
#include "ops/body.h"

namespace pfsday::config {
namespace {

using ops::LoopValues;

struct Rwkv {
  std::int64_t width = 1, inner = 1, attention = 1, head = 64;
  std::int64_t mix_rank = 32, decay_rank = 64;  ///< of the sixth version
  int version = 4;
};

/// The tokens before: x moved by one place, with the last of the past, or zeros, in front.
Value shifted(Network& net, Value x) {
  if (!x) return {};
  const Shape shape = net.shape(x);
  Builder& b = net.builder();
  const Value first = first_state(net, "past_token", {shape[0], 1, shape[2]});
  return shape[1] == 1 ? first : b.concat({first, b.slice_axis(x, 1, 0, shape[1] - 1)}, 1);
}

/// x mix + before (1 - mix)
Value mixed(Network& net, std::string_view name, Value x, Value before) {
  Builder& b = net.builder();
  const Value mix = net.weight(name, {1, 1, net.width(x)});
  const Value rest = b.sub(b.full(b.type(mix), 1), mix);
  return b.add(b.mul(x, mix), b.mul(before, rest));
}

/// The fourth version: averages of values, weighted by e^key, that decay; a is the sum, c the
/// weights, and m keeps the exponents small.
Result<LoopValues> average_token(Builder& b, const LoopValues& in, Value decay, Value bonus) {
  const Value k = in.scanned[0];
  const Value v = in.scanned[1];
  const Value a = in.carried[0];
  const Value c = in.carried[1];
  const Value m = in.carried[2];
  const auto combine = [&](Value earlier, Value now) {
    const Value top = b.max(earlier, now);
    const Value e1 = b.exp(b.sub(earlier, top));
    const Value e2 = b.exp(b.sub(now, top));
    return std::array{top, b.add(b.mul(e1, a), b.mul(e2, v)), b.add(b.mul(e1, c), e2)};
  };
  const auto out = combine(m, b.add(bonus, k));
  const auto next = combine(b.add(m, decay), k);
  return LoopValues{.carried = {next[1], next[2], next[0]}, .scanned = {b.div(out[1], out[2])}};
}

Value run_average(Network& net, Value k, Value v, const Rwkv& rwkv) {
  Builder& b = net.builder();
  if (!k || !v) return {};
  const Shape shape = net.shape(k);
  const Value decay = b.neg(b.exp(net.weight("time_decay", {rwkv.attention})));
  const Value bonus = net.weight("time_first", {rwkv.attention});
  LoopValues in{.carried = {}, .scanned = {tokens_first(net, k), tokens_first(net, v)}};
  for (const char* name : {"past_sum", "past_weight", "past_top"}) {
    in.carried.push_back(first_state(net, name, {shape[0], rwkv.attention}));
  }
  const auto out = ops::build_loop(b, shape[1], in, [&](Builder& body, const LoopValues& values) {
    return average_token(body, values, body.capture(decay), body.capture(bonus));
  });
  if (!out) return b.fault(out.error().code, out.error().what);
  return out->scanned.empty() ? Value{} : tokens_first(net, out->scanned[0]);
}

/// From the fifth version on, for each head: y = r (bonus k'v + state), state = decay state + k'v.
Result<LoopValues> matrix_token(Builder& b, const LoopValues& in, Value bonus, Value decay) {
  const Value kv = b.mul(b.with_axis(in.scanned[1], 3), b.with_axis(in.scanned[2], 2));
  const Value state = in.carried[0];
  const Value seen = b.add(b.mul(bonus, kv), state);
  const Value y =
      b.dot(seen, in.scanned[0],
            {.batch_a = {0, 1}, .batch_b = {0, 1}, .contract_a = {2}, .contract_b = {2}});
  return LoopValues{.carried = {b.add(b.mul(decay, state), kv)}, .scanned = {y}};
}

struct Heads {
  Value r, k, v;           ///< [B, S, heads, D]
  Value bonus;             ///< [heads, D, 1]
  Value decay;             ///< [heads, D, 1], or one for each token [B, S, heads, D]
  bool is_decay_of_token;  ///< which of the two
};

Value run_matrices(Network& net, const Heads& heads) {
  Builder& b = net.builder();
  if (!heads.r || !heads.k || !heads.v || !heads.decay) return {};
  const Shape shape = net.shape(heads.k);
  const Value state = first_state(net, "past_state", {shape[0], shape[2], shape[3], shape[3]});
  LoopValues in{.carried = {state},
                .scanned = {tokens_first(net, heads.r), tokens_first(net, heads.k),
                            tokens_first(net, heads.v)}};
  if (heads.is_decay_of_token) in.scanned.push_back(tokens_first(net, heads.decay));
  const auto out = ops::build_loop(b, shape[1], in, [&](Builder& body, const LoopValues& values) {
    const Value decay =
        heads.is_decay_of_token ? body.with_axis(values.scanned[3], 3) : body.capture(heads.decay);
    return matrix_token(body, values, body.capture(heads.bonus), decay);
  });
  if (!out) return b.fault(out.error().code, out.error().what);
  return out->scanned.empty() ? Value{} : tokens_first(net, out->scanned[0]);
}

/// What is mixed of a token and the one before it, for each of five uses, in the sixth version: by
/// learned shares and a correction of low rank.
Values mixes_of_token(Network& net, Value x, Value before, const Rwkv& rwkv) {
  Builder& b = net.builder();
  constexpr std::string_view uses[] = {"w", "k", "v", "r", "g"};
  const Value change = b.sub(before, x);
  const Shape one = {1, 1, rwkv.width};
  const Value base = b.add(x, b.mul(change, net.weight("time_maa_x", one)));
  const Value first = net.weight("time_maa_w1", {rwkv.width, 5 * rwkv.mix_rank});
  const Value second = net.weight("time_maa_w2", {5, rwkv.mix_rank, rwkv.width});
  const Value low = b.emit("tanh", {b.matmul(base, first)});
  Values mixes;
  for (std::int64_t i = 0; i < 5 && low; ++i) {
    const Value part = b.slice_axis(low, 2, i * rwkv.mix_rank, (i + 1) * rwkv.mix_rank);
    const Value matrix = b.without_axis(b.slice_axis(second, 0, i, i + 1), 0);
    const Value share =
        b.add(b.matmul(part, matrix), net.weight(fmt::format("time_maa_{}", uses[i]), one));
    mixes.push_back(b.add(x, b.mul(change, share)));
  }
  mixes.resize(5);
  return mixes;
}

Value heads_of(Network& net, Value x, std::int64_t head) {
  if (!x) return {};
  const Shape shape = net.shape(x);
  return net.builder().reshape(x, {shape[0], shape[1], shape[2] / head, head});
}

/// e^(-e^decay), of the fifth version for each number of a head, of the sixth for each token.
Value decay_of(Network& net, Value x, const Rwkv& rwkv) {
  Builder& b = net.builder();
  const std::int64_t heads = rwkv.attention / rwkv.head;
  if (rwkv.version == 5) {
    const Value decay = b.exp(b.neg(b.exp(net.weight("time_decay", {heads, rwkv.head}))));
    return b.reshape(decay, {heads, rwkv.head, 1});
  }
  const Value low =
      b.emit("tanh", {b.matmul(x, net.weight("time_decay_w1", {rwkv.width, rwkv.decay_rank}))});
  const Value change =
      b.matmul(low, net.weight("time_decay_w2", {rwkv.decay_rank, rwkv.attention}));
  const Value sum = b.add(change, net.weight("time_decay", {1, 1, rwkv.attention}));
  return heads_of(net, b.exp(b.neg(b.exp(sum))), rwkv.head);
}

Value attention_of_matrices(Network& net, Value x, Value before, const Rwkv& rwkv) {
  Builder& b = net.builder();
  const std::int64_t heads = rwkv.attention / rwkv.head;
  const auto mix = [&](std::string_view use) {
    return mixed(net, fmt::format("time_mix_{}", use), x, before);
  };
  const Values inputs = rwkv.version == 5
                            ? Values{x, mix("key"), mix("value"), mix("receptance"), mix("gate")}
                            : mixes_of_token(net, x, before, rwkv);
  const auto project = [&](std::string_view name, Value v) {
    return net.linear(name, v, rwkv.attention);
  };
  const Value k = heads_of(net, project("key", inputs[1]), rwkv.head);
  const Value v = heads_of(net, project("value", inputs[2]), rwkv.head);
  const Value r = heads_of(net, project("receptance", inputs[3]), rwkv.head);
  const Value gate = net.apply(Activation::silu, project("gate", inputs[4]));
  net.begin("", "Recurrence");
  const Value bonus =
      b.reshape(net.weight("time_faaaa", {heads, rwkv.head}), {heads, rwkv.head, 1});
  Value y = run_matrices(net, {.r = r,
                               .k = k,
                               .v = v,
                               .bonus = bonus,
                               .decay = decay_of(net, inputs[0], rwkv),
                               .is_decay_of_token = rwkv.version == 6});
  if (!y) return {};
  const Shape shape = net.shape(y);
  y = b.reshape(y, {shape[0] * shape[1], rwkv.attention});
  y = normalize_groups(net, "ln_x", y, heads);
  y = b.reshape(y, {shape[0], shape[1], rwkv.attention});
  return net.linear("output", b.mul(y, gate), rwkv.width);
}

Value attention_of_averages(Network& net, Value x, Value before, const Rwkv& rwkv) {
  const auto project = [&](std::string_view name) {
    return net.linear(name, mixed(net, fmt::format("time_mix_{}", name), x, before),
                      rwkv.attention);
  };
  const Value k = project("key");
  const Value v = project("value");
  const Value r = net.apply(Activation::sigmoid, project("receptance"));
  net.begin("", "Recurrence");
  const Value y = net.builder().mul(r, run_average(net, k, v, rwkv));
  return net.linear("output", y, rwkv.width);
}

Value attention(Network& net, Value x, const Rwkv& rwkv) {
  const auto scope = net.enter("attention");
  net.begin("", "TimeMix");
  const Value before = shifted(net, x);
  return rwkv.version == 4 ? attention_of_averages(net, x, before, rwkv)
                           : attention_of_matrices(net, x, before, rwkv);
}

Value feed_forward(Network& net, Value x, const Rwkv& rwkv) {
  const auto scope = net.enter("feed_forward");
  net.begin("", "ChannelMix");
  Builder& b = net.builder();
  const Value before = shifted(net, x);
  const auto mix = [&](std::string_view use) {
    if (rwkv.version < 6) return mixed(net, fmt::format("time_mix_{}", use), x, before);
    const std::string name = fmt::format("time_maa_{}", use.substr(0, 1));
    return b.add(x, b.mul(b.sub(before, x), net.weight(name, {1, 1, rwkv.width})));
  };
  const Value k = net.apply(Activation::relu_squared, net.linear("key", mix("key"), rwkv.inner));
  const Value r =
      net.apply(Activation::sigmoid, net.linear("receptance", mix("receptance"), rwkv.width));
  return b.mul(r, net.linear("value", k, rwkv.width));
}

Rwkv read_rwkv(const Keys& in, std::int64_t width, int version) {
  const std::int64_t usual = version == 4 ? 4 * width : width * 7 / 2 / 32 * 32;
  Rwkv rwkv{.width = width,
            .inner = in.size_or("intermediate_size", std::max<std::int64_t>(1, usual)),
            .attention = in.size_or("attention_hidden_size", width),
            .head = in.size_or("head_size", 64),
            .mix_rank = width >= 4096 ? 64 : 32,
            .decay_rank = width >= 4096 ? 128 : 64,
            .version = version};
  in.ignore("context_length|head_size_divisor|num_attention_heads|rescale_every");
  in.refuse_if(version != 4 && rwkv.attention % rwkv.head != 0, "attention_hidden_size",
               "is no multiple of the size of a head");
  return rwkv;
}

Values build(Network& net, const Keys& in, int version) {
  constexpr NormKind norm = NormKind::layer;
  Decoder decoder = read_decoder(in, {.norm = norm});
  if (decoder.tied) {
    net.note("\"tie_word_embeddings\" is not followed: the head of RWKV is a matrix of its own.");
  }
  decoder.tied = false;
  decoder.names = {.embedding = "rwkv.embeddings",
                   .layers = "rwkv.blocks",
                   .norm = "rwkv.ln_out",
                   .head = "head"};
  const Rwkv rwkv = read_rwkv(in, decoder.width, version);
  if (in.has_fault()) return {};
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    if (layer == 0) x = normalize(net, "pre_ln", norm, x);
    x = net.add(x, attention(net, normalize(net, "ln1", norm, x), rwkv));
    return net.add(x, feed_forward(net, normalize(net, "ln2", norm, x), rwkv));
  });
}

Values build_rwkv4(Network& net, const Keys& in) { return build(net, in, 4); }
Values build_rwkv5(Network& net, const Keys& in) { return build(net, in, 5); }
Values build_rwkv6(Network& net, const Keys& in) { return build(net, in, 6); }

constexpr std::string_view rwkv4_types[] = {"rwkv"};
constexpr std::string_view rwkv5_types[] = {"rwkv5"};
constexpr std::string_view rwkv6_types[] = {"rwkv6"};
constexpr Family families[] = {{.model_types = rwkv4_types, .build = build_rwkv4},
                               {.model_types = rwkv5_types, .build = build_rwkv5},
                               {.model_types = rwkv6_types, .build = build_rwkv6}};

}  // namespace

extern constinit const FamilyGroup rwkv{families};

}  // namespace pfsday::config
