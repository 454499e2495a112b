// Recurrent layers: a loop over the steps of a sequence, in one direction or in both. What comes
// from the input of all steps is one product before the loop, as libraries compute it; in the loop
// stand the product with the state, the gates, and the attention to a memory, if there is any.
#include <fmt/format.h>

#include "importers/recipe/kinds.h"
#include "ops/body.h"

namespace pfsday::recipe {
namespace {

using ops::LoopValues;

/// Where each step looks at all steps of a memory, with the state as the query.
struct Reading {
  Value memory = {};  ///< [batch, steps, width]
  std::int64_t units = 1;
  bool is_additive = true;
  std::string kept_as = {};
};

struct Cell {
  std::string_view kind;
  std::int64_t gates = 1, units = 1, projection = 0;
  bool bias = true, peepholes = false;
  std::string norm = {}, activation = {};
  std::optional<Reading> reading = {};

  std::int64_t state_width() const { return projection > 0 ? projection : units; }
};

Result<std::optional<Reading>> read_reading(Lowering& to, Layer& in) {
  const TomlTable* table = TRY(in.toml().find_table("attends"));
  if (table == nullptr) return std::optional<Reading>{};
  TomlReader toml(*table, "attends");
  Layer keys(toml, in.scope(), in.sizes());
  if (!keys.has("memory")) return toml.missing("memory");
  Reading reading{.memory = TRY(to.find_value(keys, "memory"))};
  TRY(need_sequence(to, in, reading.memory));
  reading.units = TRY(keys.size("units"));
  constexpr std::string_view words[] = {"additive", "dot"};
  reading.is_additive = TRY(keys.choice_or("scores", "additive", words)) == "additive";
  reading.kept_as = TRY(keys.word_or("as", ""));
  TRY(keys.finish());
  return std::optional(std::move(reading));
}

Result<Cell> read_cell(Lowering& to, Layer& in, std::string_view kind, std::int64_t gates) {
  Cell cell{.kind = kind, .gates = gates, .units = TRY(in.size(kind))};
  if (cell.units > largest_size / gates) return in.invalid("it has too many units");
  cell.bias = TRY(in.flag_or("bias", in.scope().defaults.bias.value_or(true)));
  cell.norm = TRY(in.word_or("norm", "none"));
  cell.activation = TRY(read_activation(in, "tanh"));
  if (kind == "lstm") {
    cell.projection = TRY(in.size_or("projection", 0));
    cell.peepholes = TRY(in.flag_or("peepholes", false));
  }
  cell.reading = TRY(read_reading(to, in));
  return cell;
}

/// x [batch, k] times the transpose of w [n, k].
Value times(Builder& b, Value x, Value w) {
  return b.dot(x, w, {.contract_a = {1}, .contract_b = {1}});
}

/// Weights of one direction; each is empty where the cell has none.
struct Weights {
  Value state = {};       ///< [gates * units, state width]
  Value projection = {};  ///< [projection, units]
  Value peepholes = {};   ///< [3 * units]
  Value query = {}, scores = {}, context = {};
  Value keys = {}, memory = {};  ///< values, the same in each step
};

Weights make_weights(Lowering& to, const Cell& cell) {
  const std::int64_t wide = cell.gates * cell.units;
  Weights weights{.state = to.weight("state.weight", {wide, cell.state_width()})};
  if (cell.projection > 0) {
    weights.projection = to.weight("projection.weight", {cell.projection, cell.units});
  }
  if (cell.peepholes) weights.peepholes = to.weight("peepholes", {3 * cell.units});
  if (cell.reading) {
    const Reading& reading = *cell.reading;
    const auto entered = to.net().enter("attention");
    weights.memory = reading.memory;
    weights.keys = to.net().linear("keys", reading.memory, reading.units);
    weights.query = to.weight("query.weight", {reading.units, cell.state_width()});
    if (reading.is_additive) weights.scores = to.weight("scores.weight", {reading.units});
    weights.context = to.weight("context.weight", {wide, channels_of(to, reading.memory)});
  }
  return weights;
}

Weights captured(Builder& body, const Weights& outside) {
  return {.state = body.capture(outside.state),
          .projection = body.capture(outside.projection),
          .peepholes = body.capture(outside.peepholes),
          .query = body.capture(outside.query),
          .scores = body.capture(outside.scores),
          .context = body.capture(outside.context),
          .keys = body.capture(outside.keys),
          .memory = body.capture(outside.memory)};
}

struct State {
  Value h = {}, c = {};
};

/// What the state sees of the memory: [batch, width].
Value read_memory(Builder& b, const Reading& reading, const Weights& with, Value h) {
  const Value query = times(b, h, with.query);
  Value scores;
  if (reading.is_additive) {
    const Value bent = b.emit("tanh", {b.add(with.keys, b.with_axis(query, 1))});
    scores = b.dot(bent, with.scores, {.contract_a = {2}, .contract_b = {0}});
  } else {
    scores = b.dot(query, with.keys,
                   {.batch_a = {0}, .batch_b = {0}, .contract_a = {1}, .contract_b = {2}});
  }
  const Value top = b.stop_gradient(b.reduce_max(scores, {1}, ops::keep_dims));
  const Value e = b.exp(b.sub(scores, top));
  const Value shares = b.div(e, b.reduce_sum(e, {1}, ops::keep_dims));
  return b.dot(shares, with.memory,
               {.batch_a = {0}, .batch_b = {0}, .contract_a = {1}, .contract_b = {1}});
}

class Advance {
 public:
  Advance(Builder& b, const Cell& cell, const Weights& with) : b_(b), cell_(cell), with_(with) {}

  /// `from_input` [batch, gates * units]. The activation is that of the cell.
  State run(Value from_input, const State& state, const std::function<Value(Value)>& activation) {
    if (cell_.kind == "lstm") return run_lstm(from_input, state, activation);
    if (cell_.kind == "gru") return run_gru(from_input, state, activation);
    return {.h = activation(b_.add(from_input, times(b_, state.h, with_.state))), .c = {}};
  }

 private:
  Value gate(Value all, std::int64_t first, std::int64_t last = 0) {
    const std::int64_t end = last == 0 ? first + 1 : last;
    const auto axis = static_cast<std::int64_t>(b_.shape(all).size()) - 1;
    return b_.slice_axis(all, axis, first * cell_.units, end * cell_.units);
  }
  Value opened(Value x) { return b_.emit("sigmoid", {x}); }
  Value with_peephole(Value x, std::int64_t k, Value c) {
    if (!with_.peepholes) return x;
    return b_.add(x, b_.mul(gate(with_.peepholes, k), c));
  }

  /// Gates: input, forget, output, cell.
  State run_lstm(Value from_input, const State& state,
                 const std::function<Value(Value)>& activation) {
    const Value all = b_.add(from_input, times(b_, state.h, with_.state));
    const Value in = opened(with_peephole(gate(all, 0), 0, state.c));
    const Value forget = opened(with_peephole(gate(all, 1), 1, state.c));
    const Value c = b_.add(b_.mul(forget, state.c), b_.mul(in, activation(gate(all, 3))));
    const Value out = opened(with_peephole(gate(all, 2), 2, c));
    Value h = b_.mul(out, activation(c));
    if (with_.projection) h = times(b_, h, with_.projection);
    return {.h = h, .c = c};
  }

  /// Gates: update, reset, hidden; the reset multiplies the state before its product.
  State run_gru(Value from_input, const State& state,
                const std::function<Value(Value)>& activation) {
    const auto rows = [&](std::int64_t first, std::int64_t last) {
      return b_.slice_axis(with_.state, 0, first * cell_.units, last * cell_.units);
    };
    const Value gates = b_.add(gate(from_input, 0, 2), times(b_, state.h, rows(0, 2)));
    const Value update = opened(gate(gates, 0));
    const Value reset = opened(gate(gates, 1));
    const Value from_state = times(b_, b_.mul(reset, state.h), rows(2, 3));
    const Value fresh = activation(b_.add(gate(from_input, 2), from_state));
    const Value kept = b_.binary("sub", b_.full(b_.type(update), 1), update);
    return {.h = b_.add(b_.mul(update, state.h), b_.mul(kept, fresh)), .c = {}};
  }

  Builder& b_;
  const Cell& cell_;
  const Weights& with_;
};

/// The activation of a cell in the body of a loop.
Result<std::function<Value(Value)>> activation_of(const Layer& in, const Cell& cell, Builder& b) {
  if (cell.activation == "clipped_relu") {
    return std::function<Value(Value)>(
        [&b](Value x) { return b.with_scalar("min", b.with_scalar("max", x, 0), 20); });
  }
  const auto known = config::find_activation(cell.activation);
  if (cell.activation != "none" && !known) {
    return in.invalid(
        fmt::format("a cell with the activation \"{}\" is not described", cell.activation));
  }
  const auto activation = known.value_or(config::Activation::identity);
  return std::function<Value(Value)>(
      [&b, activation](Value x) { return config::activate(b, activation, x); });
}

struct Run {
  Value y = {}, context = {};  ///< [batch, steps, width]
};

Result<Run> run_direction(Lowering& to, Layer& in, const Cell& cell, Value x, bool backward) {
  Network& net = to.net();
  Builder& b = to.builder();
  Value from_input = net.linear("input", x, cell.gates * cell.units, cell.bias);
  from_input = TRY(normalize(to, in, cell.norm, from_input));
  const Weights with = make_weights(to, cell);
  to.begin("", cell.kind == "lstm" ? "LSTM" : cell.kind == "gru" ? "GRU" : "RNN");
  from_input = b.transpose(from_input, {1, 0, 2});
  if (backward) from_input = b.reverse(from_input, 0);
  const std::int64_t batch = to.shape(x)[0];
  const auto zeros = [&](std::int64_t width) {
    return b.full({ElementType::f32, {batch, width}}, 0);
  };
  const bool has_cell = cell.kind == "lstm";
  LoopValues start{.carried = {zeros(cell.state_width())}, .scanned = {from_input}};
  if (has_cell) start.carried.push_back(zeros(cell.units));
  const auto trip = [&](Builder& body, const LoopValues& values) -> Result<LoopValues> {
    const Weights inside = captured(body, with);
    const State state{.h = values.carried[0], .c = has_cell ? values.carried[1] : Value{}};
    Value step = values.scanned[0];
    Value context;
    if (cell.reading) {
      context = read_memory(body, *cell.reading, inside, state.h);
      step = body.add(step, times(body, context, inside.context));
    }
    const auto activation = TRY(activation_of(in, cell, body));
    const State next = Advance(body, cell, inside).run(step, state, activation);
    LoopValues out{.carried = {next.h}, .scanned = {next.h}};
    if (has_cell) out.carried.push_back(next.c);
    if (cell.reading) out.scanned.push_back(context);
    return out;
  };
  const LoopValues out = TRY(at_place(in.place(), ops::build_loop(b, to.shape(x)[1], start, trip)));
  if (out.scanned.empty()) return Run{};
  const auto batch_first = [&](Value steps) {
    return b.transpose(backward ? b.reverse(steps, 0) : steps, {1, 0, 2});
  };
  return Run{.y = batch_first(out.scanned[0]),
             .context = cell.reading ? batch_first(out.scanned[1]) : Value{}};
}

enum class Directions : std::uint8_t { forward, backward, beside, summed };

Result<Directions> read_directions(Layer& in) {
  constexpr std::string_view words[] = {"forward", "backward", "both", "sum of both"};
  const std::string word = TRY(in.choice_or("direction", "forward", words));
  for (std::size_t i = 0; i < std::size(words); ++i) {
    if (words[i] == word) return static_cast<Directions>(i);
  }
  return Directions::forward;
}

Result<Value> lower_cell(Lowering& to, Layer& in, Value x, const Cell& cell) {
  TRY(need_sequence(to, in, x));
  const Directions directions = TRY(read_directions(in));
  const bool is_single = directions == Directions::forward || directions == Directions::backward;
  if (is_single) {
    const Run run = TRY(run_direction(to, in, cell, x, directions == Directions::backward));
    if (cell.reading && !cell.reading->kept_as.empty()) {
      to.keep_value(cell.reading->kept_as, run.context);
    }
    return run.y;
  }
  if (cell.reading) return in.invalid("only one direction can attend to a memory");
  Values parts;
  for (const bool backward : {false, true}) {
    const auto entered = to.net().enter(backward ? "backward" : "forward");
    parts.push_back(TRY(run_direction(to, in, cell, x, backward)).y);
  }
  if (!parts[0] || !parts[1]) return Value{};
  to.begin("", "Directions");
  return directions == Directions::summed ? to.builder().add(parts[0], parts[1])
                                          : to.builder().concat(parts, 2);
}

Result<Value> lower_rnn(Lowering& to, Layer& in, Value x) {
  return lower_cell(to, in, x, TRY(read_cell(to, in, "rnn", 1)));
}
Result<Value> lower_gru(Lowering& to, Layer& in, Value x) {
  return lower_cell(to, in, x, TRY(read_cell(to, in, "gru", 3)));
}
Result<Value> lower_lstm(Lowering& to, Layer& in, Value x) {
  return lower_cell(to, in, x, TRY(read_cell(to, in, "lstm", 4)));
}

constexpr Kind listed[] = {{"rnn", lower_rnn}, {"gru", lower_gru}, {"lstm", lower_lstm}};

}  // namespace

const std::span<const Kind> recurrent_kinds = listed;

}  // namespace pfsday::recipe
