// BatchNormalization, LRN, Softmax, LogSoftmax.
#include <fmt/format.h>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

/// The statistics and factors of a batch normalization, each broadcastable to x.
struct BatchNorm {
  Value x, scale, bias, mean, variance;
  double epsilon = 0;
};

/// (x - mean) / sqrt(variance + epsilon) * scale + bias.
Value normalize(const BatchNorm& n, Builder& b) {
  const Value deviation = b.sqrt(b.with_scalar("add", n.variance, n.epsilon));
  return b.add(b.mul(b.div(b.sub(n.x, n.mean), deviation), n.scale), n.bias);
}

/// [C] as [C, 1, 1...], aligned with x. Statistics of each activation (spatial = 0, before opset 9)
/// fit as they are.
Result<Value> per_channel(Value v, const Shape& x, Builder& b) {
  const Shape shape = b.shape(v);
  if (shape == Shape(x.begin() + 1, x.end())) return v;
  if (shape.size() == 1 && shape[0] == x[1]) {
    Shape aligned(x.size() - 1, 1);
    aligned[0] = x[1];
    return b.reshape(v, aligned);
  }
  return fail(Code::shapes_disagree,
              fmt::format("x is {}, but a statistic is {}", to_string(x), to_string(shape)));
}

/// Before opset 14 the number of outputs tells; later an attribute does.
Result<bool> is_training(const OnnxNode& node) {
  if (node.opset() >= 14) return TRY(node.integer("training_mode", 0)) != 0;
  return node.has_output(1) && TRY(node.integer("is_test", 0)) == 0;
}

/// mean and variance over the batch and, where there is one for each channel, over space; two
/// passes.
void use_batch_statistics(BatchNorm& n, bool is_spatial, Builder& b) {
  Axes axes = {0};
  if (is_spatial) {
    for (const std::int64_t axis : axes_from(2, b.type(n.x).rank())) axes.push_back(axis);
  }
  n.mean = b.reduce_mean(n.x, axes, keep_dims);
  const Value centered = b.sub(n.x, n.mean);
  n.variance = b.reduce_mean(b.mul(centered, centered), axes, keep_dims);
}

/// running * momentum + batch * (1 - momentum).
Value blend(Value running, Value batch, double momentum, Builder& b) {
  const Value fresh = b.with_scalar("mul", b.reshape(batch, b.shape(running)), 1 - momentum);
  return b.add(b.with_scalar("mul", running, momentum), fresh);
}

/// In training: y, running mean, running variance and, before opset 14, the batch's own two. Only
/// those that are named are computed.
Values training_outputs(const OnnxNode& node, const BatchNorm& n, double momentum, Builder& b) {
  Values outputs = {normalize(n, b)};
  const Value batch[] = {b.stop_gradient(n.mean), b.stop_gradient(n.variance)};
  for (std::size_t i = 1; i < 5; ++i) {
    const Value running = node.input(i < 3 ? i + 2 : i);
    const Value statistic = batch[(i - 1) % 2];
    if (!node.has_output(i)) {
      outputs.push_back({});
    } else if (i < 3) {
      outputs.push_back(blend(running, statistic, momentum, b));
    } else {
      outputs.push_back(b.reshape(statistic, b.shape(running)));
    }
  }
  return outputs;
}

Result<Values> lower_batch_norm(const OnnxNode& node, Builder& b) {
  const Shape x = b.shape(node.input(0));
  if (x.size() < 2) {
    return fail(Code::shapes_disagree, fmt::format("x is {}, which has no channels", to_string(x)));
  }
  b.use_as_parameter(node.input(1));
  b.use_as_parameter(node.input(2));
  // x, the factors and the statistics may differ in precision: that of the statistics rules.
  const ElementType element = b.type(node.input(3)).element;
  const auto factor = [&](std::size_t i) {
    return per_channel(b.cast(node.input(i), element), x, b);
  };
  const auto statistic = [&](std::size_t i) {
    return per_channel(b.stop_gradient(node.input(i)), x, b);
  };
  BatchNorm n{.x = b.cast(node.input(0), element),
              .scale = TRY(factor(1)),
              .bias = TRY(factor(2)),
              .mean = TRY(statistic(3)),
              .variance = TRY(statistic(4)),
              .epsilon = TRY(node.real("epsilon", 1e-5))};
  if (!TRY(is_training(node)))
    return Values{b.cast(normalize(n, b), b.type(node.input(0)).element)};
  use_batch_statistics(n, b.type(node.input(3)).rank() == 1, b);
  Values outputs = training_outputs(node, n, TRY(node.real("momentum", 0.9)), b);
  outputs[0] = b.cast(outputs[0], b.type(node.input(0)).element);
  return outputs;
}

/// x / (bias + alpha / size * sum of squares over `size` neighboring channels) ^ beta.
Result<Values> lower_lrn(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const std::size_t rank = b.shape(x).size();
  const std::int64_t size = TRY(node.integer("size", 0));
  if (rank < 2 || size < 1 || size > 0x7fffffff) {
    return fail(Code::attribute_invalid,
                fmt::format("size is {} for x of {}", size, to_string(b.shape(x))));
  }
  const double alpha = TRY(node.real("alpha", 1e-4));
  const double beta = TRY(node.real("beta", 0.75));
  const double bias = TRY(node.real("bias", 1));
  ops::Window window{.size = Axes(rank, 1),
                     .strides = Axes(rank, 1),
                     .pads_low = Axes(rank, 0),
                     .pads_high = Axes(rank, 0),
                     .dilations = Axes(rank, 1)};
  window.size[1] = size;
  window.pads_low[1] = (size - 1) / 2;
  window.pads_high[1] = size - 1 - window.pads_low[1];
  const Value squares = b.window_sum(b.mul(x, x), window);
  const Value scaled = b.with_scalar("mul", squares, alpha / static_cast<double>(size));
  const Value base = b.with_scalar("add", scaled, bias);
  return Values{b.div(x, b.with_scalar("pow", base, beta))};
}

/// One axis; before opset 13 that axis and all after it.
Result<Axes> softmax_axes(const OnnxNode& node, std::int64_t rank) {
  if (rank == 0) return Axes{};
  if (node.opset() >= 13) return Axes{TRY(node.axis("axis", -1, rank))};
  const std::int64_t axis = TRY(node.integer("axis", 1));
  return axis == rank ? Axes{} : axes_from(TRY(checked_axis(axis, rank)), rank);
}

/// x less its maximum, through which no gradient goes, so that exp cannot overflow.
Value shifted(Value x, const Axes& axes, Builder& b) {
  return b.sub(x, b.stop_gradient(b.reduce_max(x, axes, keep_dims)));
}

Result<Values> lower_softmax(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Axes axes = TRY(softmax_axes(node, b.type(x).rank()));
  const Value e = b.exp(shifted(x, axes, b));
  return Values{b.div(e, b.reduce_sum(e, axes, keep_dims))};
}

Result<Values> lower_log_softmax(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Axes axes = TRY(softmax_axes(node, b.type(x).rank()));
  const Value s = shifted(x, axes, b);
  return Values{b.sub(s, b.log(b.reduce_sum(b.exp(s), axes, keep_dims)))};
}

constexpr Lowering rows[] = {
    {.op = "BatchNormalization", .inputs = 5, .lower = lower_batch_norm},
    {.op = "LRN", .lower = lower_lrn},
    {.op = "Softmax", .lower = lower_softmax},
    {.op = "LogSoftmax", .lower = lower_log_softmax},
};

}  // namespace

extern constinit const LoweringFamily normalization{rows};

}  // namespace pfsday::onnx
