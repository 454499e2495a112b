// Operators with a state: LSTM and RNN, as loops over their steps, and SVDF.
#include <fmt/format.h>

#include <array>

#include "importers/tflite/lowering.h"
#include "ops/body.h"

namespace pfsday::tflite {
namespace {

using ops::LoopValues;

/// The sequence that a recurrent operator reads, and how it lies: [steps, batch, input] inside.
struct Sequence {
  Value x = {};
  std::int64_t steps = 1, batch = 0, input = 0;
  bool is_batch_first = false, has_steps = true;
};

Result<Sequence> sequence_of(const Operator& op, bool has_steps, bool is_time_major, Builder& b) {
  const Shape& x = b.shape(op.input(0));
  if (x.size() != (has_steps ? 3U : 2U)) {
    return fail(Code::shapes_disagree, fmt::format("the input is {}", to_string(x)));
  }
  if (!has_steps) {
    return Sequence{b.with_axis(op.input(0), 0), 1, x[0], x[1], false, false};
  }
  const bool is_batch_first = !is_time_major;
  return Sequence{.x = is_batch_first ? b.transpose(op.input(0), {1, 0, 2}) : op.input(0),
                  .steps = x[is_batch_first ? 1 : 0],
                  .batch = x[is_batch_first ? 0 : 1],
                  .input = x[2],
                  .is_batch_first = is_batch_first};
}

/// As the operator gives it, of [steps, batch, units].
Value as_given(const Sequence& sequence, Value y, Builder& b) {
  if (!sequence.has_steps) return b.without_axis(y, 0);
  return sequence.is_batch_first ? b.transpose(y, {1, 0, 2}) : y;
}

/// One product of rows with a weight, [units, k]: in real numbers.
///   rows   quantized integers, or reals, as the operand of that input is
class Product {
 public:
  Product(const Operator& op, std::size_t rows, std::size_t weight, Builder& b)
      : w_(op.input(weight)) {
    b.use_as_parameter(w_);
    is_integer_ = op.is_quantized(rows) && op.is_quantized(weight);
    if (op.is_quantized(weight)) scale_ = op.input_tensor(weight).quantization->scales[0];
    if (is_integer_) {
      const Quantization& q = *op.input_tensor(rows).quantization;
      scale_ *= q.scales[0];
      zero_point_ = q.zero_points.empty() ? 0 : q.zero_points[0];
    }
    is_scaled_ = op.is_quantized(weight);
  }

  /// Where the operator stands.
  Value outside(Builder& b, Value rows) const { return multiply(b, rows, w_); }
  /// In the body of its loop.
  Value operator()(Builder& body, Value rows) const {
    return multiply(body, rows, body.capture(w_));
  }

 private:
  Value multiply(Builder& b, Value rows, Value w) const {
    Value x = rows;
    if (is_integer_) {
      x = b.cast(x, ElementType::i32);
      if (zero_point_ != 0) x = b.with_scalar("sub", x, static_cast<graph::Exact>(zero_point_));
      w = b.cast(w, ElementType::i32);
    } else {
      w = b.cast(w, b.type(x).element);
    }
    const Value sums = b.dot(x, w, {{}, {}, {1}, {1}});
    if (!is_scaled_) return sums;
    return b.with_scalar("mul", b.cast(sums, ElementType::f32), scale_);
  }

  Value w_;
  bool is_integer_ = false, is_scaled_ = false;
  graph::Exact scale_ = 1;
  std::int64_t zero_point_ = 0;
};

/// A bias in real numbers, as it is added in each step; the empty Value where there is none.
Value bias_of(const Operator& op, std::size_t input, Builder& b) {
  if (!op.has_input(input)) return {};
  b.use_as_parameter(op.input(input));
  // An integer bias has the scale of its products: it is added before they are scaled.
  return b.cast(op.input(input), ElementType::f32);
}

Value plus(Builder& b, Value x, Value y) { return y ? b.add(x, y) : x; }

Value clipped(Builder& b, Value x, double limit) {
  if (limit <= 0) return x;
  return b.with_scalar("min", b.with_scalar("max", x, -limit), limit);
}

/// A state between steps: of reals, or of integers where the file quantizes it.
Value quantized_state(const Operator& op, std::size_t input, Value y, Builder& b) {
  if (!op.is_quantized(input)) return y;
  const TensorView& tensor = op.input_tensor(input);
  const Quantization& q = *tensor.quantization;
  Value scaled = b.emit("quantize_round", {b.with_scalar("div", y, q.scales[0])});
  if (q.has_zero_point()) {
    scaled = b.with_scalar("add", scaled, static_cast<graph::Exact>(q.zero_points[0]));
  }
  const int bits = graph::bits_of(tensor.type.element);
  const auto top = static_cast<graph::Exact>((std::int64_t{1} << (bits - 1)) - 1);
  const Value low = b.with_scalar("max", scaled, -top - 1);
  return b.cast(b.with_scalar("min", low, top), tensor.type.element);
}

/// The state in real numbers.
Value real_state(const Operator& op, std::size_t input, Value state, Builder& b) {
  if (!op.is_quantized(input)) return state;
  const Quantization& q = *op.input_tensor(input).quantization;
  Value real = b.cast(state, ElementType::f32);
  if (q.has_zero_point()) {
    real = b.with_scalar("sub", real, static_cast<graph::Exact>(q.zero_points[0]));
  }
  return b.with_scalar("mul", real, q.scales[0]);
}

// Inputs of an LSTM. Gates: input, forget, cell, output; the first is left out where it is 1 less
// the forget gate.
enum LstmInput : std::size_t {
  lstm_x,
  lstm_w,              ///< of each gate
  lstm_r = 5,          ///< of each gate
  lstm_peepholes = 9,  ///< of input, forget, output
  lstm_bias = 12,      ///< of each gate
  lstm_projection = 16,
  lstm_projection_bias,
  lstm_h,
  lstm_c,
  lstm_norms
};

struct Gate {
  std::optional<Product> from_x = {}, from_h = {};
  Value bias = {}, peephole = {};
};

struct Lstm {
  std::array<Gate, 4> gates = {};
  std::optional<Product> projection = {};
  Value projection_bias = {};
  double cell_clip = 0, projection_clip = 0;
};

/// Products of the input and the state, the peephole, the bias.
Value gate_sum(Builder& b, const Gate& gate, Value x, Value h, Value c) {
  Value sum = b.add((*gate.from_x)(b, x), (*gate.from_h)(b, h));
  if (gate.peephole) sum = b.add(sum, b.mul(c, b.capture(gate.peephole)));
  return plus(b, sum, gate.bias ? b.capture(gate.bias) : Value{});
}

Result<Lstm> read_lstm(const Operator& op, Builder& b) {
  for (std::size_t i = lstm_norms; i < op.input_count(); ++i) {
    if (op.has_input(i)) return fail(Code::type_unsupported, "an LSTM with layer normalization");
  }
  Lstm cell{.cell_clip = TRY(op.real(1)), .projection_clip = TRY(op.real(2))};
  for (std::size_t i = 0; i < cell.gates.size(); ++i) {
    if (i == 0 && !op.has_input(lstm_w)) continue;
    if (!op.has_input(lstm_w + i) || !op.has_input(lstm_r + i)) {
      return fail(Code::input_missing, "the weights of a gate are missing");
    }
    Gate& gate = cell.gates[i];
    gate.from_x.emplace(op, lstm_x, lstm_w + i, b);
    gate.from_h.emplace(op, lstm_h, lstm_r + i, b);
    gate.bias = bias_of(op, lstm_bias + i, b);
    constexpr std::size_t cell_gate = 2;
    const std::size_t peephole = lstm_peepholes + (i > cell_gate ? i - 1 : i);
    if (i == cell_gate || !op.has_input(peephole)) continue;
    b.use_as_parameter(op.input(peephole));
    gate.peephole = real_input(op, peephole, b);
  }
  if (op.has_input(lstm_projection)) {
    cell.projection.emplace(op, lstm_h, lstm_projection, b);
    cell.projection_bias = bias_of(op, lstm_projection_bias, b);
  }
  return cell;
}

struct LstmState {
  Value h = {}, c = {};
};

/// c = f c + i g; h = o tanh(c), and its projection.
LstmState advance(Builder& b, const Operator& op, const Lstm& cell, Value x, const LstmState& old) {
  const Value c = real_state(op, lstm_c, old.c, b);
  const auto sum = [&](std::size_t gate, Value state) {
    return gate_sum(b, cell.gates[gate], x, old.h, state);
  };
  const Value forget = b.emit("sigmoid", {sum(1, c)});
  const Value fresh = b.emit("tanh", {sum(2, c)});
  const Value take = cell.gates[0].from_x ? b.emit("sigmoid", {sum(0, c)})
                                          : b.sub(b.full(b.type(forget), 1), forget);
  const Value next = clipped(b, b.add(b.mul(forget, c), b.mul(take, fresh)), cell.cell_clip);
  const Value out = b.emit("sigmoid", {sum(3, next)});
  Value h = b.mul(out, b.emit("tanh", {next}));
  if (cell.projection) {
    const Value bias = cell.projection_bias ? b.capture(cell.projection_bias) : Value{};
    h = plus(b, (*cell.projection)(b, quantized_state(op, lstm_h, h, b)), bias);
    h = clipped(b, h, cell.projection_clip);
  }
  return {.h = quantized_state(op, lstm_h, h, b), .c = quantized_state(op, lstm_c, next, b)};
}

Result<Values> run_lstm(const Operator& op, const Sequence& sequence, Builder& b) {
  if (!op.has_input(lstm_h) || !op.has_input(lstm_c)) {
    return fail(Code::input_missing, "the state is missing");
  }
  const Lstm cell = TRY(read_lstm(op, b));
  const LoopValues in{.carried = {op.input(lstm_h), op.input(lstm_c)}, .scanned = {sequence.x}};
  const auto step = [&](Builder& body, const LoopValues& values) -> Result<LoopValues> {
    const LstmState next = advance(body, op, cell, values.scanned[0],
                                   {.h = values.carried[0], .c = values.carried[1]});
    return LoopValues{.carried = {next.h, next.c}, .scanned = {next.h}};
  };
  const LoopValues out = TRY(ops::build_loop(b, sequence.steps, in, step));
  if (out.scanned.empty()) return Values{Value{}};
  return Values{as_given(sequence, out.scanned[0], b)};
}

Result<Values> lower_sequence_lstm(const Operator& op, Builder& b) {
  const bool is_time_major = TRY(op.flag(3));
  return run_lstm(op, TRY(sequence_of(op, true, is_time_major, b)), b);
}

Result<Values> lower_lstm(const Operator& op, Builder& b) {
  constexpr std::int8_t full_kernel = 0;
  if (TRY(op.view().options.number<std::int8_t>(3, 0)) != full_kernel) {
    return fail(Code::type_unsupported, "an LSTM of the basic kernel");
  }
  return run_lstm(op, TRY(sequence_of(op, false, true, b)), b);
}

Value activated(Builder& b, Value y, Activation activation) {
  if (activation == Activation::tanh) return b.emit("tanh", {y});
  if (activation == Activation::relu) return b.with_scalar("max", y, 0);
  if (activation == Activation::none) return y;
  const graph::Exact low = activation == Activation::relu6 ? 0 : -1;
  const graph::Exact high = activation == Activation::relu6 ? 6 : 1;
  return b.with_scalar("min", b.with_scalar("max", y, low), high);
}

/// h = f(x W + h R + b). Inputs: x, W, R, b, h.
Result<Values> run_rnn(const Operator& op, const Sequence& sequence, Activation activation,
                       Builder& b) {
  constexpr std::size_t state = 4;
  const Product from_x(op, 0, 1, b), from_h(op, state, 2, b);
  const Value bias = bias_of(op, 3, b);
  const auto step = [&](Builder& body, const LoopValues& values) -> Result<LoopValues> {
    const Value sum = body.add(from_x(body, values.scanned[0]), from_h(body, values.carried[0]));
    const Value full = plus(body, sum, bias ? body.capture(bias) : Value{});
    const Value h = quantized_state(op, state, activated(body, full, activation), body);
    return LoopValues{.carried = {h}, .scanned = {h}};
  };
  const LoopValues in{.carried = {op.input(state)}, .scanned = {sequence.x}};
  const LoopValues out = TRY(ops::build_loop(b, sequence.steps, in, step));
  if (out.scanned.empty()) return Values{Value{}};
  return Values{as_given(sequence, out.scanned[0], b)};
}

Result<Values> lower_rnn(const Operator& op, Builder& b) {
  return run_rnn(op, TRY(sequence_of(op, false, true, b)), TRY(op.activation(0)), b);
}

Result<Values> lower_sequence_rnn(const Operator& op, Builder& b) {
  const bool is_time_major = TRY(op.flag(0));
  return run_rnn(op, TRY(sequence_of(op, true, is_time_major, b)), TRY(op.activation(1)), b);
}

/// A dense layer whose matrix is split in two: filters over the features, of the last steps each,
/// and a filter over time for each of them; `rank` of those make one output.
///   x [batch, features]   w [filters, features]   time [filters, steps]   bias [units]
///   state [batch, filters * steps], of which the oldest step is dropped
Result<Values> lower_svdf(const Operator& op, Builder& b) {
  const Shape& x = b.shape(op.input(0));
  const Shape& w = b.shape(op.input(1));
  const Shape& time = b.shape(op.input(2));
  const std::int64_t rank = TRY(op.integer(0));
  const bool fits = x.size() == 2 && w.size() == 2 && time.size() == 2 && x[1] == w[1] &&
                    time[0] == w[0] && rank > 0 && w[0] % rank == 0 && time[1] > 0;
  if (!fits || !op.has_input(4)) {
    return fail(Code::shapes_disagree,
                fmt::format("x is {}, the filters are {} and {}, of rank {}", to_string(x),
                            to_string(w), to_string(time), rank));
  }
  const std::int64_t batch = x[0], filters = w[0], steps = time[1];
  const Value features = Product(op, 0, 1, b).outside(b, op.input(0));
  const Value now = b.reshape(quantized_state(op, 4, features, b), {batch, filters, 1});
  const Value before = b.slice_axis(b.reshape(op.input(4), {batch, filters, steps}), 2, 1, steps);
  const bool is_integer = op.is_quantized(4) && op.is_quantized(2);
  b.use_as_parameter(op.input(2));
  const ElementType wide = is_integer ? ElementType::i32 : b.type(features).element;
  const Value state = b.cast(b.concat({before, now}, 2), wide);
  // Each filter with its own steps: [filters, batch].
  const Value sums = b.dot(state, b.cast(op.input(2), wide), {{1}, {0}, {2}, {1}});
  const Value units = b.reshape(b.transpose(sums, {1, 0}), {batch, filters / rank, rank});
  Value y = b.reduce_sum(units, {2});
  if (op.has_input(3)) {
    b.use_as_parameter(op.input(3));
    y = b.add(y, b.cast(op.input(3), b.type(y).element));
  }
  if (is_integer) {
    const graph::Exact scale = graph::Exact{op.input_tensor(4).quantization->scales[0]} *
                               op.input_tensor(2).quantization->scales[0];
    y = b.with_scalar("mul", b.cast(y, ElementType::f32), scale);
  }
  return Values{finish(op, y, TRY(op.activation(1)), b)};
}

constexpr Lowering rows[] = {
    {16, "LSTM", 20, lower_lstm},
    {24, "RNN", 5, lower_rnn},
    {27, "SVDF", 5, lower_svdf},
    {35, "UNIDIRECTIONAL_SEQUENCE_RNN", 5, lower_sequence_rnn},
    {44, "UNIDIRECTIONAL_SEQUENCE_LSTM", 20, lower_sequence_lstm},
};

}  // namespace

constinit const std::span<const Lowering> recurrences = rows;

}  // namespace pfsday::tflite
