// How layers stand together: groups, blocks, shortcuts, branches, gates, and values of earlier
// layers.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "importers/recipe/kinds.h"

namespace pfsday::recipe {
namespace {

/// What a group says for all layers within.
Result<Scope> scope_within(Layer& in) {
  return Scope{.parameters = in.scope().parameters,
               .defaults = TRY(read_defaults(in, in.scope().defaults))};
}

Result<Value> lower_layers(Lowering& to, Layer& in, Value x) {
  const Scope scope = TRY(scope_within(in));
  const Layers layers = TRY(in.toml().find_tables("layers"));
  const bool has_own_names = in.has("name") || TRY(in.size_or("repeat", 1, 0)) != 1;
  return has_own_names ? to.add_layers(layers, x, scope) : to.add_layers_within(layers, x, scope);
}

Result<Value> lower_block(Lowering& to, Layer& in, Value x) { return to.add_block(in, x); }

Result<Value> lower_input(Lowering& to, Layer& in, Value /*x*/) { return to.input(in, "input"); }

Result<Value> lower_use(Lowering& to, Layer& in, Value /*x*/) { return to.find_value(in, "use"); }

/// A name for what goes in, and nothing else.
Result<Value> lower_as(Lowering& /*to*/, Layer& /*in*/, Value x) { return x; }

// Shortcuts

std::unexpected<Error> no_shortcut(Lowering& to, const Layer& in, Value from, const Shape& shape) {
  return in.invalid(
      fmt::format("no shortcut leads from {} to {}", to_string(to.shape(from)), to_string(shape)));
}

/// Every stride-th pixel, with channels of zeros to as many as there are: no weights.
Result<Value> pad_channels(Lowering& to, Layer& in, Value x, const Shape& shape) {
  const Shape from = to.shape(x);
  if (from[1] > shape[1]) return no_shortcut(to, in, x, shape);
  Builder& b = to.builder();
  to.begin("shortcut", "Pad");
  Axes strides(from.size(), 1);
  for (std::size_t i = 2; i < from.size(); ++i) strides[i] = (from[i] + shape[i] - 1) / shape[i];
  x = b.slice(x, Axes(from.size(), 0), Axes(from.begin(), from.end()), strides);
  if (from[1] == shape[1]) return x;
  Shape zeros = to.shape(x);
  zeros[1] = shape[1] - from[1];
  return b.concat({x, b.full({ElementType::f32, zeros}, 0)}, 1);
}

constexpr std::string_view shortcut_words[] = {"projection", "identity", "pad", "where it fits"};

/// The value beside the branch, of the same shape; empty if there is none.
Result<Value> shortcut_of(Lowering& to, Layer& in, Value x, const Shape& shape) {
  if (in.toml().holds_list("shortcut")) {
    const auto entered = to.net().enter("shortcut");
    return to.add_part(in, "shortcut", x);
  }
  const std::string word = TRY(in.choice_or("shortcut", "projection", shortcut_words));
  if (to.shape(x) == shape) return x;
  if (word == "where it fits") return Value{};
  const bool can_change = is_image(to, x) && to.shape(x).size() == shape.size();
  if (!can_change || word == "identity") return no_shortcut(to, in, x, shape);
  if (word == "pad") return pad_channels(to, in, x, shape);
  const auto entered = to.net().enter("shortcut");
  return project(to, in, x, shape);
}

Result<Value> lower_residual(Lowering& to, Layer& in, Value x) {
  const Value branch = TRY(to.add_part(in, "residual", x));
  const Shape shape = to.shape(branch);
  const Defaults& around = in.scope().defaults;
  const bool ends_active = is_image(to, branch) && around.order.back() == "activation";
  const std::string usual = ends_active ? around.activation : "none";
  const std::string activation = TRY(read_activation(in, usual));
  const Value shortcut = TRY(shortcut_of(to, in, x, shape));
  to.begin("", "Add");
  if (shortcut && to.shape(shortcut) != shape) return no_shortcut(to, in, shortcut, shape);
  return activate(to, in, activation, shortcut ? to.builder().add(branch, shortcut) : branch);
}

// Branches

/// The results of the branches of a key, each of which goes by its number.
Result<Values> run_branches(Lowering& to, Layer& in, std::string_view key, Value x) {
  Values results;
  std::int64_t number = 0;
  for (const Layers& branch : TRY(in.branches(key))) {
    const auto entered = to.net().enter("branch", ++number);
    results.push_back(TRY(to.add_layers(branch, x, in.scope())));
  }
  return results;
}

std::unexpected<Error> disagree(Lowering& to, const Layer& in, const Values& parts,
                                std::string_view how) {
  std::vector<std::string> shapes;
  for (const Value part : parts) shapes.push_back(to_string(to.shape(part)));
  return in.invalid(fmt::format("branches of {} {}", join(shapes, ", "), how));
}

/// The axis of channels or features.
std::int64_t channel_axis(Lowering& to, Value x) {
  return is_image(to, x) ? 1 : static_cast<std::int64_t>(to.shape(x).size()) - 1;
}

Result<Value> lower_concat(Lowering& to, Layer& in, Value x) {
  const Values parts = TRY(run_branches(to, in, "concat", x));
  to.begin("", "Concat");
  const auto axis = static_cast<std::size_t>(channel_axis(to, parts[0]));
  for (const Value part : parts) {
    Shape shape = to.shape(part);
    const Shape& first = to.shape(parts[0]);
    if (shape.size() != first.size() || is_ids(to, part)) {
      return disagree(to, in, parts, "cannot stand beside each other");
    }
    shape[axis] = first[axis];
    if (shape != first) return disagree(to, in, parts, "cannot stand beside each other");
  }
  return to.builder().concat(parts, static_cast<std::int64_t>(axis));
}

Result<Value> lower_sum(Lowering& to, Layer& in, Value x) {
  const Values parts = TRY(run_branches(to, in, "sum", x));
  const std::string activation = TRY(read_activation(in, "none"));
  to.begin("", "Add");
  Value sum = parts[0];
  for (const Value part : std::span(parts).subspan(1)) {
    if (to.shape(part) != to.shape(sum)) return disagree(to, in, parts, "cannot be added");
    sum = to.builder().add(sum, part);
  }
  return activate(to, in, activation, sum);
}

// Gates

/// x times a factor for each of its elements, or for each of its channels.
Result<Value> gated(Lowering& to, const Layer& in, Value x, Value factor) {
  Builder& b = to.builder();
  const Shape shape = to.shape(x);
  if (to.shape(factor) == shape) return b.mul(x, factor);
  const Shape channels = {shape[0], channels_of(to, x)};
  if (to.shape(factor) != channels) {
    return in.invalid(fmt::format("{} gates neither each element nor each channel of {}",
                                  to_string(to.shape(factor)), to_string(shape)));
  }
  Shape aligned(shape.size(), 1);
  aligned[0] = channels[0];
  aligned[static_cast<std::size_t>(channel_axis(to, x))] = channels[1];
  return b.mul(x, b.reshape(factor, aligned));
}

Result<Value> lower_gate(Lowering& to, Layer& in, Value x) {
  const Value factor = TRY(to.add_part(in, "gate", x));
  to.begin("", "Gate");
  return gated(to, in, x, factor);
}

/// {squeeze_excite = UNITS}: the mean of each channel, two dense layers, and a gate.
Result<Value> lower_squeeze_excite(Lowering& to, Layer& in, Value x) {
  TRY(need_image(to, in, x));
  const std::int64_t units = TRY(in.size("squeeze_excite"));
  const std::string inner = TRY(read_activation(in, in.scope().defaults.activation));
  const std::string gate = TRY(in.word_or("gate_activation", "sigmoid"));
  const bool bias = TRY(in.flag_or("bias", in.scope().defaults.bias.value_or(true)));
  to.begin("squeeze", "GlobalAveragePool");
  Axes space;
  for (std::size_t i = 2; i < to.shape(x).size(); ++i)
    space.push_back(static_cast<std::int64_t>(i));
  Value factor = to.builder().reduce_mean(x, space);
  factor = to.net().linear("reduce", factor, units, bias);
  factor = TRY(activate(to, in, inner, factor));
  factor = to.net().linear("expand", factor, channels_of(to, x), bias);
  factor = TRY(activate(to, in, gate, factor, "gate_activation"));
  to.begin("", "Gate");
  return gated(to, in, x, factor);
}

/// A branch whose result is one more output of the network.
Result<Value> lower_auxiliary(Lowering& to, Layer& in, Value x) {
  to.add_output(TRY(to.add_part(in, "auxiliary", x)));
  return x;
}

constexpr Kind listed[] = {
    {"windows", lower_windows},
    {"block", lower_block},
    {"layers", lower_layers, true},
    {"residual", lower_residual},
    {"concat", lower_concat},
    {"sum", lower_sum},
    {"squeeze_excite", lower_squeeze_excite},
    {"gate", lower_gate},
    {"auxiliary", lower_auxiliary},
    {"input", lower_input, true},
    {"use", lower_use, true},
};

}  // namespace

const std::span<const Kind> structure_kinds = listed;

constexpr Kind naming[] = {{"as", lower_as, true}};
const std::span<const Kind> naming_kinds = naming;

}  // namespace pfsday::recipe
