// RNN, GRU and LSTM: a loop over the steps of the sequence, for each direction.
//
//   X [steps, batch, input]   W [directions, gates * hidden, input]   R [directions, gates *
//   hidden, hidden]   B [directions, 2 * gates * hidden]
//
// Each step is a product of its input with W, one of the state with R, their sum and biases (in the
// order W x + b_W + R h + b_R, as the formulas of ONNX write it), and the gates. What is clipped is
// compared twice. A sequence that is shorter than the longest keeps its state by a select.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/lowering.h"
#include "ops/body.h"

namespace pfsday::onnx {
namespace {

using ops::LoopValues;

/// An activation function with its parameters.
struct Activation {
  std::string name;
  double alpha = 0, beta = 0;
};

struct Recurrent {
  std::int64_t gates = 1, hidden = 0, directions = 1;
  std::int64_t steps = 0, batch = 0, input = 0;
  std::vector<Activation> activations = {};  ///< for each direction, those of the gates
  std::optional<double> clip = {};
  bool is_reversed = false;          ///< the only direction is backward
  bool batch_first = false;          ///< attribute `layout`
  bool linear_before_reset = false;  ///< GRU
  bool couples_gates = false;        ///< LSTM, attribute `input_forget`
};

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// Parameters that an activation has where the node states none.
Activation with_defaults(std::string_view name) {
  Activation activation{.name = lower_case(name)};
  if (activation.name == "leakyrelu") activation.alpha = 0.01F;
  if (activation.name == "thresholdedrelu" || activation.name == "elu") activation.alpha = 1;
  if (activation.name == "hardsigmoid") activation = {activation.name, 0.2F, 0.5};
  return activation;
}

bool takes_alpha(std::string_view name) {
  constexpr std::string_view names[] = {"leakyrelu",   "thresholdedrelu", "elu",
                                        "hardsigmoid", "scaledtanh",      "affine"};
  return std::ranges::find(names, name) != std::end(names);
}

bool takes_beta(std::string_view name) {
  return name == "hardsigmoid" || name == "scaledtanh" || name == "affine";
}

Result<std::vector<Activation>> read_activations(const OnnxNode& node,
                                                 std::span<const std::string_view> fallback,
                                                 std::int64_t directions) {
  std::vector<std::string_view> names = TRY(node.texts("activations"));
  for (std::int64_t i = 0; names.size() < fallback.size() * directions; ++i) {
    names.push_back(fallback[static_cast<std::size_t>(i) % fallback.size()]);
  }
  const auto* alpha = node.find("activation_alpha");
  const auto* beta = node.find("activation_beta");
  std::size_t alphas = 0, betas = 0;
  std::vector<Activation> activations;
  for (const std::string_view name : names) {
    Activation activation = with_defaults(name);
    if (takes_alpha(activation.name) && alpha != nullptr && alphas < alpha->reals.size()) {
      activation.alpha = alpha->reals[alphas++];
    }
    if (takes_beta(activation.name) && beta != nullptr && betas < beta->reals.size()) {
      activation.beta = beta->reals[betas++];
    }
    activations.push_back(std::move(activation));
  }
  return activations;
}

Result<Recurrent> read_recurrent(const OnnxNode& node, Builder& b, std::int64_t gates,
                                 std::span<const std::string_view> activations) {
  Recurrent cell{.gates = gates};
  const std::string_view direction = TRY(node.text("direction", "forward"));
  cell.directions = lower_case(direction) == "bidirectional" ? 2 : 1;
  cell.is_reversed = lower_case(direction) == "reverse";
  cell.batch_first = TRY(node.integer("layout", 0)) != 0;
  const Shape& x = b.shape(node.input(0));
  const Shape& w = b.shape(node.input(1));
  const Shape& r = b.shape(node.input(2));
  if (x.size() != 3 || w.size() != 3 || r.size() != 3 || r[1] != gates * r[2] || w[1] != r[1] ||
      w[2] != x[2] || w[0] != cell.directions || r[0] != cell.directions) {
    return fail(Code::shapes_disagree,
                fmt::format("X is {}, W is {}, R is {}", to_string(x), to_string(w), to_string(r)));
  }
  cell.hidden = r[2];
  cell.steps = x[cell.batch_first ? 1 : 0];
  cell.batch = x[cell.batch_first ? 0 : 1];
  cell.input = x[2];
  if (const auto* clip = node.find("clip")) cell.clip = clip->real;
  cell.linear_before_reset = TRY(node.integer("linear_before_reset", 0)) != 0;
  cell.couples_gates = TRY(node.integer("input_forget", 0)) != 0;
  cell.activations = TRY(read_activations(node, activations, cell.directions));
  return cell;
}

// Activations

Value scaled(Builder& b, Value x, double factor) {
  return factor == 1 ? x : b.with_scalar("mul", x, factor);
}

Value relu(Builder& b, Value x) { return b.with_scalar("max", x, 0); }

Value softplus(Builder& b, Value x) { return b.log(b.with_scalar("add", b.exp(x), 1)); }

Value hard_sigmoid(Builder& b, Value x, const Activation& f) {
  const Value line = b.with_scalar("add", scaled(b, x, f.alpha), f.beta);
  return b.with_scalar("min", b.with_scalar("max", line, 0), 1);
}

Value where_positive(Builder& b, Value x, graph::Exact above, Value if_above, Value if_not) {
  const Value zero = b.scalar(b.type(x).element, above);
  return b.select(b.binary("greater", x, zero), if_above, if_not);
}

Result<Value> activate(Builder& b, Value x, const Activation& f) {
  if (f.name == "sigmoid" || f.name == "tanh") return b.emit(f.name, {x});
  if (f.name == "relu") return relu(b, x);
  if (f.name == "affine") return b.with_scalar("add", scaled(b, x, f.alpha), f.beta);
  if (f.name == "leakyrelu") return where_positive(b, x, 0, x, scaled(b, x, f.alpha));
  if (f.name == "thresholdedrelu") {
    return where_positive(b, x, f.alpha, x, b.full(b.type(x), 0));
  }
  if (f.name == "scaledtanh") {
    return scaled(b, b.emit("tanh", {scaled(b, x, f.beta)}), f.alpha);
  }
  if (f.name == "hardsigmoid") return hard_sigmoid(b, x, f);
  if (f.name == "elu") {
    return where_positive(b, x, 0, x, scaled(b, b.with_scalar("sub", b.exp(x), 1), f.alpha));
  }
  if (f.name == "softsign") return b.div(x, b.with_scalar("add", b.emit("abs", {x}), 1));
  if (f.name == "softplus") return softplus(b, x);
  return fail(Code::type_unsupported, fmt::format("activation \"{}\" is not known", f.name));
}

// One direction

/// The operands of one direction, without their axis of directions; empty where there are none.
struct Operands {
  Value w = {}, r = {};            ///< [gates * hidden, input], [gates * hidden, hidden]
  Value bias_w = {}, bias_r = {};  ///< [gates * hidden]
  Value h = {}, c = {};            ///< [batch, hidden]
  Value peepholes = {};            ///< [3 * hidden]
  Value lengths = {};              ///< [batch]
};

/// The part of a value that belongs to a direction, without that axis.
Value of_direction(Builder& b, Value v, std::int64_t axis, std::int64_t direction) {
  return b.without_axis(b.slice_axis(v, axis, direction, direction + 1), axis);
}

/// Gate k of a [batch, gates * hidden].
Value gate(Builder& b, const Recurrent& cell, Value all, std::int64_t k) {
  return b.slice_axis(all, b.type(all).rank() - 1, k * cell.hidden, (k + 1) * cell.hidden);
}

Value clipped(Builder& b, const Recurrent& cell, Value x) {
  if (!cell.clip) return x;
  return b.with_scalar("min", b.with_scalar("max", x, -*cell.clip), *cell.clip);
}

Value plus(Builder& b, Value x, Value bias) { return bias ? b.add(x, bias) : x; }

/// x [batch, k] times the transpose of w [n, k].
Value times(Builder& b, Value x, Value w) { return b.dot(x, w, {{}, {}, {1}, {1}}); }

/// The values of a step, as its body sees them.
struct Step {
  Value x = {}, h = {}, c = {};
  Operands with = {};
};

struct State {
  Value h = {}, c = {};
};

using Advance = Result<State> (*)(Builder& b, const Recurrent& cell, std::span<const Activation> f,
                                  const Step& step);

Value pre_activations(Builder& b, const Step& step) {
  const Value from_x = plus(b, times(b, step.x, step.with.w), step.with.bias_w);
  return b.add(from_x, plus(b, times(b, step.h, step.with.r), step.with.bias_r));
}

Result<State> advance_rnn(Builder& b, const Recurrent& cell, std::span<const Activation> f,
                          const Step& step) {
  return State{.h = TRY(activate(b, clipped(b, cell, pre_activations(b, step)), f[0])), .c = {}};
}

/// Gates z (update), r (reset), h (hidden).
Result<State> advance_gru(Builder& b, const Recurrent& cell, std::span<const Activation> f,
                          const Step& step) {
  const auto part = [&](Value all, std::int64_t k) { return gate(b, cell, all, k); };
  const Value x = plus(b, times(b, step.x, step.with.w), step.with.bias_w);
  const auto rows = [&](Value of, std::int64_t first, std::int64_t last) {
    return of ? b.slice_axis(of, 0, first * cell.hidden, last * cell.hidden) : Value{};
  };
  const Value gates_h =
      plus(b, times(b, step.h, rows(step.with.r, 0, 2)), rows(step.with.bias_r, 0, 2));
  const Value z = TRY(activate(b, clipped(b, cell, b.add(part(x, 0), part(gates_h, 0))), f[0]));
  const Value r = TRY(activate(b, clipped(b, cell, b.add(part(x, 1), part(gates_h, 1))), f[0]));
  const Value r_h = rows(step.with.r, 2, 3);
  const Value bias_h = rows(step.with.bias_r, 2, 3);
  const Value from_h = cell.linear_before_reset ? b.mul(r, plus(b, times(b, step.h, r_h), bias_h))
                                                : plus(b, times(b, b.mul(r, step.h), r_h), bias_h);
  const Value h = TRY(activate(b, clipped(b, cell, b.add(part(x, 2), from_h)), f[1]));
  const Value kept = b.binary("sub", b.full(b.type(z), 1), z);
  return State{.h = b.add(b.mul(kept, h), b.mul(z, step.h)), .c = {}};
}

/// Gates i (input), o (output), f (forget), c (cell); peepholes of i, o, f.
Result<State> advance_lstm(Builder& b, const Recurrent& cell, std::span<const Activation> f,
                           const Step& step) {
  const Value all = pre_activations(b, step);
  const auto peephole = [&](std::int64_t k, Value sum, Value c) {
    if (!step.with.peepholes) return sum;
    return b.add(sum, b.mul(gate(b, cell, step.with.peepholes, k), c));
  };
  const auto open = [&](Value sum, const Activation& with) {
    return activate(b, clipped(b, cell, sum), with);
  };
  const Value i = TRY(open(peephole(0, gate(b, cell, all, 0), step.c), f[0]));
  const Value forget = cell.couples_gates
                           ? b.binary("sub", b.full(b.type(i), 1), i)
                           : TRY(open(peephole(2, gate(b, cell, all, 2), step.c), f[0]));
  const Value fresh = TRY(open(gate(b, cell, all, 3), f[1]));
  const Value c = b.add(b.mul(forget, step.c), b.mul(i, fresh));
  const Value o = TRY(open(peephole(1, gate(b, cell, all, 1), c), f[0]));
  return State{.h = b.mul(o, TRY(activate(b, c, f[2]))), .c = c};
}

/// Operands that a step uses, captured in its body.
Operands captured(Builder& body, const Operands& outside) {
  return {.w = body.capture(outside.w),
          .r = body.capture(outside.r),
          .bias_w = body.capture(outside.bias_w),
          .bias_r = body.capture(outside.bias_r),
          .peepholes = body.capture(outside.peepholes),
          .lengths = body.capture(outside.lengths)};
}

/// Of the examples whose sequence has ended, the state before.
Value while_running(Builder& b, Value runs, Value next, Value before) {
  return runs ? b.select(runs, next, before) : next;
}

/// Where the sequences are of different lengths: which of them still run at that step, [batch, 1].
Value running(Builder& b, Value lengths, Value step_number) {
  if (!lengths) return {};
  const Value number = b.cast(step_number, b.type(lengths).element);
  return b.reshape(b.binary("less", number, lengths), {b.shape(lengths)[0], 1});
}

struct Run {
  Value y = {};  ///< [steps, batch, hidden]
  State last = {};
};

/// The numbers of the steps in the order in which they are taken.
Value step_numbers(Builder& b, const Recurrent& cell, bool backward) {
  return backward ? b.iota(cell.steps, cell.steps - 1, -1) : b.iota(cell.steps);
}

Result<Run> run_direction(Builder& b, const Recurrent& cell, Advance advance, Value x,
                          const Operands& with, std::span<const Activation> f, bool backward) {
  const bool has_cell = static_cast<bool>(with.c);
  LoopValues in{.carried = {with.h}, .scanned = {backward ? b.reverse(x, 0) : x}};
  if (has_cell) in.carried.push_back(with.c);
  if (with.lengths) in.scanned.push_back(step_numbers(b, cell, backward));
  const auto trip = [&](Builder& body, const LoopValues& values) -> Result<LoopValues> {
    const Step step{.x = values.scanned[0],
                    .h = values.carried[0],
                    .c = has_cell ? values.carried[1] : Value{},
                    .with = captured(body, with)};
    const State next = TRY(advance(body, cell, f, step));
    const Value runs = with.lengths ? running(body, step.with.lengths, values.scanned[1]) : Value{};
    LoopValues out{.carried = {while_running(body, runs, next.h, step.h)}, .scanned = {}};
    if (has_cell) out.carried.push_back(while_running(body, runs, next.c, step.c));
    out.scanned.push_back(while_running(body, runs, next.h, body.full(body.type(next.h), 0)));
    return out;
  };
  const LoopValues out = TRY(ops::build_loop(b, cell.steps, in, trip));
  if (out.scanned.empty()) return Run{};
  return Run{.y = backward ? b.reverse(out.scanned[0], 0) : out.scanned[0],
             .last = {.h = out.carried[0], .c = has_cell ? out.carried[1] : Value{}}};
}

// The node

/// The inputs beside X, W and R have the shapes that those ask for.
Result<void> check_operands(const OnnxNode& node, Builder& b, const Recurrent& cell,
                            bool has_cell) {
  const Shape state = cell.batch_first ? Shape{cell.batch, cell.directions, cell.hidden}
                                       : Shape{cell.directions, cell.batch, cell.hidden};
  const struct {
    std::string_view name;
    std::size_t input;
    Shape shape;
  } wanted[] = {
      {"B", 3, {cell.directions, 2 * cell.gates * cell.hidden}},
      {"sequence_lens", 4, {cell.batch}},
      {"initial_h", 5, state},
      {"initial_c", 6, state},
      {"P", 7, {cell.directions, 3 * cell.hidden}},
  };
  for (const auto& [name, input, shape] : wanted) {
    const bool is_read = node.has_input(input) && (input < 6 || has_cell);
    if (!is_read || b.shape(node.input(input)) == shape) continue;
    return fail(Code::shapes_disagree,
                fmt::format("{} is {}, X and R ask for {}", name,
                            to_string(b.shape(node.input(input))), to_string(shape)));
  }
  return {};
}

/// Which inputs are what: X, W, R, B, sequence_lens, initial_h, initial_c, P.
Result<Operands> operands_of(const OnnxNode& node, Builder& b, const Recurrent& cell,
                             std::int64_t direction, bool has_cell) {
  const std::int64_t state_axis = cell.batch_first ? 1 : 0;
  const auto state = [&](std::size_t input) {
    if (node.has_input(input)) return of_direction(b, node.input(input), state_axis, direction);
    return b.full({b.type(node.input(0)).element, {cell.batch, cell.hidden}}, 0);
  };
  Operands operands{.w = of_direction(b, node.input(1), 0, direction),
                    .r = of_direction(b, node.input(2), 0, direction)};
  if (const Value bias = of_direction(b, node.input(3), 0, direction)) {
    const std::int64_t half = cell.gates * cell.hidden;
    operands.bias_w = b.slice_axis(bias, 0, 0, half);
    operands.bias_r = b.slice_axis(bias, 0, half, 2 * half);
  }
  operands.h = state(5);
  if (has_cell) operands.c = state(6);
  if (has_cell) operands.peepholes = of_direction(b, node.input(7), 0, direction);
  operands.lengths = node.input(4);
  const Literal* known = b.known(operands.lengths);
  const bool are_full =
      known != nullptr && std::ranges::all_of(known->integers(), [&](std::int64_t length) {
        return length == cell.steps;
      });
  if (are_full) operands.lengths = {};
  return operands;
}

Value joined(Builder& b, const Values& parts, std::int64_t axis) {
  Values wide;
  for (const Value part : parts) wide.push_back(b.with_axis(part, axis));
  return wide.size() == 1 ? wide[0] : b.concat(wide, axis);
}

Result<Values> lower_cell(const OnnxNode& node, Builder& b, const Recurrent& cell, Advance advance,
                          bool has_cell) {
  TRY(check_operands(node, b, cell, has_cell));
  for (const std::size_t weight : {1, 2, 3, 7}) b.use_as_parameter(node.input(weight));
  const Value x = cell.batch_first ? b.transpose(node.input(0), {1, 0, 2}) : node.input(0);
  Values y, h, c;
  for (std::int64_t direction = 0; direction < cell.directions; ++direction) {
    const Operands with = TRY(operands_of(node, b, cell, direction, has_cell));
    const std::size_t each = cell.activations.size() / static_cast<std::size_t>(cell.directions);
    const auto f = std::span(cell.activations).subspan(static_cast<std::size_t>(direction) * each);
    const bool backward = direction == 1 || cell.is_reversed;
    const Run run = TRY(run_direction(b, cell, advance, x, with, f, backward));
    y.push_back(run.y);
    h.push_back(run.last.h);
    if (has_cell) c.push_back(run.last.c);
  }
  Value all = joined(b, y, 1);
  if (cell.batch_first) all = b.transpose(all, {2, 0, 1, 3});
  const std::int64_t state_axis = cell.batch_first ? 1 : 0;
  Values outputs = {all, joined(b, h, state_axis)};
  if (has_cell) outputs.push_back(joined(b, c, state_axis));
  return outputs;
}

Result<Values> lower_rnn(const OnnxNode& node, Builder& b) {
  constexpr std::string_view activations[] = {"Tanh"};
  return lower_cell(node, b, TRY(read_recurrent(node, b, 1, activations)), advance_rnn, false);
}

Result<Values> lower_gru(const OnnxNode& node, Builder& b) {
  constexpr std::string_view activations[] = {"Sigmoid", "Tanh"};
  return lower_cell(node, b, TRY(read_recurrent(node, b, 3, activations)), advance_gru, false);
}

Result<Values> lower_lstm(const OnnxNode& node, Builder& b) {
  constexpr std::string_view activations[] = {"Sigmoid", "Tanh", "Tanh"};
  return lower_cell(node, b, TRY(read_recurrent(node, b, 4, activations)), advance_lstm, true);
}

constexpr Lowering rows[] = {
    {.op = "RNN", .inputs = 3, .lower = lower_rnn},
    {.op = "GRU", .inputs = 3, .lower = lower_gru},
    {.op = "LSTM", .inputs = 3, .lower = lower_lstm},
};

}  // namespace

extern constinit const LoweringFamily recurrent{rows};

}  // namespace pfsday::onnx
