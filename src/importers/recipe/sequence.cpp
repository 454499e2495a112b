// Layers of features and of sequences: dense layers, embeddings, attention, feed-forward blocks,
// and the ways from one form of a value to another.
#include <fmt/format.h>

#include <cmath>

#include "importers/config/attention.h"
#include "importers/config/experts.h"
#include "importers/config/vision.h"
#include "importers/recipe/kinds.h"

namespace pfsday::recipe {
namespace {

constexpr std::int64_t most_experts = 65'536;

bool has_bias(const Layer& in) { return in.scope().defaults.bias.value_or(true); }

Result<Value> flattened(Lowering& to, const Layer& in, Value x) {
  std::int64_t features = 1;
  for (const std::int64_t size : std::span(to.shape(x)).subspan(1)) {
    if (size > largest_size / features) return in.invalid("its input has too many features");
    features *= size;
  }
  return to.builder().reshape(x, {to.shape(x)[0], features});
}

Result<void> need_numbers(Lowering& to, const Layer& in, Value x) {
  if (!is_ids(to, x)) return {};
  return in.invalid("tokens go into the layer, which needs numbers",
                    "{embedding = ROWS, width = ..} makes numbers of tokens");
}

/// Of each step of a sequence, or of all that goes in.
Result<Value> lower_dense(Lowering& to, Layer& in, Value x) {
  const std::int64_t units = TRY(in.size("dense"));
  const bool bias = TRY(in.flag_or("bias", has_bias(in)));
  const std::string norm = TRY(in.word_or("norm", "none"));
  const std::string activation = TRY(read_activation(in, in.scope().defaults.activation));
  TRY(need_numbers(to, in, x));
  to.begin("", "Linear");
  if (!is_sequence(to, x)) x = TRY(flattened(to, in, x));
  x = to.net().project(x, TRY(to.shared_weight(in, {units, channels_of(to, x)})));
  if (!x) return x;
  if (bias) x = add_bias(to, "bias", x);
  x = TRY(normalize(to, in, norm, x));
  return activate(to, in, activation, x);
}

Result<Value> lower_embedding(Lowering& to, Layer& in, Value x) {
  const std::int64_t rows = TRY(in.size("embedding"));
  const std::int64_t width = TRY(in.size("width"));
  const bool is_scaled = TRY(in.flag_or("scale", false));
  if (!is_ids(to, x)) {
    return in.invalid("only tokens are looked up", "they come from input = {tokens = STEPS}");
  }
  to.begin("", "Embedding");
  Value y = to.builder().gather(TRY(to.shared_weight(in, {rows, width})), x, 0);
  if (is_scaled) y = to.net().scale(y, std::sqrt(static_cast<double>(width)));
  return y;
}

constexpr std::string_view position_words[] = {"learned", "sinusoidal"};

/// A row for each step, added.
Result<Value> lower_positions(Lowering& to, Layer& in, Value x) {
  TRY(need_sequence(to, in, x));
  const bool is_learned = TRY(in.choice_or("positions", "", position_words)) == "learned";
  const std::int64_t steps = to.shape(x)[1];
  const std::int64_t width = channels_of(to, x);
  const std::int64_t rows = TRY(in.size_or("rows", steps));
  if (rows < steps) {
    return in.invalid(fmt::format("there are {} rows for {} steps", rows, steps));
  }
  to.begin("", "Positions");
  const Value table = is_learned ? to.weight("weight", {rows, width})
                                 : to.net().buffer(to.net().full_name("table"), {rows, width});
  Builder& b = to.builder();
  return b.add(x, rows == steps ? table : b.slice_axis(table, 0, 0, steps));
}

Result<std::int64_t> read_rotary(Lowering& to, Layer& in, Value x, std::int64_t head) {
  const bool is_flag = in.has("rotary") && in.toml().find("rotary")->data.index() == 0;
  std::int64_t width = 0;
  if (is_flag) {
    width = TRY(in.flag_or("rotary", false)) ? head : 0;
  } else {
    width = TRY(in.size_or("rotary", 0));
  }
  if (width % 2 != 0 || width > head) {
    return in.invalid(fmt::format("{} numbers of a head of {} cannot be rotated", width, head));
  }
  // Angles are made once for all layers of one length.
  if (const std::int64_t steps = to.shape(x)[1]; to.net().pass.length != steps) {
    to.net().pass.length = steps;
    to.net().begin_pass();
  }
  return width;
}

/// Heads of the layer, by its keys.
Result<config::Attention> read_attention(Lowering& to, Layer& in, Value x) {
  config::Attention spec{.heads = TRY(in.size("attention"))};
  spec.key_heads = TRY(in.size_or("key_heads", spec.heads));
  if (!in.has("head") && channels_of(to, x) % spec.heads != 0) {
    return in.invalid(
        fmt::format("{} heads do not divide {} features evenly", spec.heads, channels_of(to, x)),
        "\"head\" is the width of one");
  }
  spec.width = TRY(in.size_or("head", std::max<std::int64_t>(1, channels_of(to, x) / spec.heads)));
  spec.value_width = TRY(in.size_or("value_head", spec.width));
  if (spec.heads % spec.key_heads != 0) {
    return in.invalid(fmt::format("{} heads of keys do not divide {} of queries evenly",
                                  spec.key_heads, spec.heads));
  }
  constexpr std::int64_t most_numbers = largest_size;
  for (const std::int64_t width : {spec.width, spec.value_width}) {
    if (width > most_numbers / spec.heads) return in.invalid("its heads are too large");
  }
  spec.bias = TRY(in.flag_or("bias", has_bias(in)));
  spec.out_bias = TRY(in.flag_or("out_bias", spec.bias));
  spec.causal = TRY(in.flag_or("causal", false));
  spec.window = TRY(in.size_or("window", 0));
  if (spec.window > 0 && !spec.causal) {
    return in.invalid("a sliding \"window\" is only for causal attention",
                      "{windows = SIZE, layers = [{attention = ..}]} cuts into windows");
  }
  return spec;
}

Result<Value> lower_attention(Lowering& to, Layer& in, Value x) {
  TRY(need_sequence(to, in, x));
  config::Attention spec = TRY(read_attention(to, in, x));
  if (!in.has("memory")) {
    const std::int64_t rotated = TRY(read_rotary(to, in, x, spec.width));
    const std::string table = fmt::format("rotary.{}", rotated);
    spec.rotary = {.width = rotated, .table = table};
    return config::self_attention(to.net(), "", x, spec);
  }
  const Value memory = TRY(to.find_value(in, "memory"));
  TRY(need_sequence(to, in, memory));
  if (spec.causal) return in.invalid("attention to a memory is not causal");
  return config::cross_attention(to.net(), "", x, memory, spec);
}

/// {mlp = WIDTH}: out of the width of its input, through another, and back.
Result<Value> lower_mlp(Lowering& to, Layer& in, Value x) {
  const std::int64_t width = TRY(in.size("mlp"));
  const bool bias = TRY(in.flag_or("bias", has_bias(in)));
  const bool is_gated = TRY(in.flag_or("gated", false));
  const std::string activation = TRY(read_activation(in, in.scope().defaults.activation));
  TRY(need_numbers(to, in, x));
  if (is_image(to, x)) return in.invalid("the layer needs a sequence or features, not an image");
  Network& net = to.net();
  const std::int64_t outer = channels_of(to, x);
  Value hidden = net.linear(is_gated ? "gate" : "up", x, width, bias);
  hidden = TRY(activate(to, in, activation, hidden));
  if (is_gated) {
    const Value up = net.linear("up", x, width, bias);
    to.begin("", "Gate");
    hidden = net.builder().mul(hidden, up);
  }
  return net.linear("down", hidden, outer, bias);
}

/// {experts = COUNT, per_token = K, width = W}.
Result<Value> lower_experts(Lowering& to, Layer& in, Value x) {
  TRY(need_sequence(to, in, x));
  config::Experts spec{.count = TRY(in.size("experts")),
                       .per_token = TRY(in.size_or("per_token", 1)),
                       .width = TRY(in.size("width")),
                       .bias = TRY(in.flag_or("bias", false)),
                       .is_gated = TRY(in.flag_or("gated", false)),
                       .names = {.gate = "gate", .up = "up", .down = "down"},
                       .router = {.name = "router", .softmax_of_best = true}};
  if (spec.per_token > spec.count || spec.count > most_experts) {
    return in.invalid(fmt::format("{} experts of {} for each token", spec.per_token, spec.count),
                      fmt::format("there are up to {}", most_experts));
  }
  const std::string activation = TRY(read_activation(in, in.scope().defaults.activation));
  const auto known = config::find_activation(activation);
  if (!known) {
    return in.invalid(
        fmt::format("experts with the activation \"{}\" are not described", activation));
  }
  spec.activation = *known;
  to.options().capacity_factor = TRY(in.toml().find_number("capacity"));
  if (to.options().capacity_factor.value_or(0) < 0) {
    return in.toml().malformed("capacity", "is less than 0");
  }
  return config::experts(to.net(), "", x, spec);
}

Result<Value> lower_norm(Lowering& to, Layer& in, Value x) {
  TRY(need_numbers(to, in, x));
  return normalize(to, in, TRY(in.word_or("norm", "")), x);
}

Result<Value> lower_activation(Lowering& to, Layer& in, Value x) {
  TRY(need_numbers(to, in, x));
  return activate(to, in, TRY(in.word_or("activation", "")), x, "");
}

// From one form to another

Result<Value> lower_flatten(Lowering& to, Layer& in, Value x) {
  TRY(need_numbers(to, in, x));
  if (!TRY(in.flag_or("flatten", true))) return in.toml().malformed("flatten", "is not true");
  to.begin("", "Flatten");
  return flattened(to, in, x);
}

constexpr std::string_view sequence_words[] = {"space", "height", "width"};

/// An image as a sequence of its pixels, its rows or its columns.
Result<Value> lower_sequence(Lowering& to, Layer& in, Value x) {
  const std::string along = TRY(in.choice_or("sequence", "", sequence_words));
  if (to.shape(x).size() != 4) {
    return in.invalid(
        fmt::format("the layer needs an image, but its input is {}", to_string(to.shape(x))));
  }
  to.begin("", "Sequence");
  const Shape s = to.shape(x);
  Builder& b = to.builder();
  if (along == "space") {
    return b.reshape(b.transpose(x, {0, 2, 3, 1}), {s[0], s[2] * s[3], s[1]});
  }
  if (along == "height") {
    return b.reshape(b.transpose(x, {0, 2, 1, 3}), {s[0], s[2], s[1] * s[3]});
  }
  return b.reshape(b.transpose(x, {0, 3, 1, 2}), {s[0], s[3], s[1] * s[2]});
}

/// {image = [H, W]} of a sequence of pixels, {image = [C, H, W]} of features.
Result<Value> lower_image(Lowering& to, Layer& in, Value x) {
  const Axes sizes = TRY(in.sizes_of("image"));
  const Shape s = to.shape(x);
  to.begin("", "Image");
  Builder& b = to.builder();
  const auto product = [&]() -> graph::Exact {
    graph::Exact all = 1;
    for (const std::int64_t size : sizes) all *= static_cast<graph::Exact>(size);
    return all;
  }();
  if (is_sequence(to, x) && sizes.size() == 2 && product == static_cast<graph::Exact>(s[1])) {
    return b.reshape(b.transpose(x, {0, 2, 1}), {s[0], s[2], sizes[0], sizes[1]});
  }
  if (s.size() == 2 && !is_ids(to, x) && sizes.size() == 3 &&
      product == static_cast<graph::Exact>(s[1])) {
    return b.reshape(x, {s[0], sizes[0], sizes[1], sizes[2]});
  }
  return in.toml().malformed("image", fmt::format("is no form of {}", to_string(s)),
                             "write [height, width] for a sequence, [channels, height, width] for "
                             "features");
}

/// A learned step before all others.
Result<Value> lower_class_token(Lowering& to, Layer& in, Value x) {
  TRY(need_sequence(to, in, x));
  if (!TRY(in.flag_or("class_token", true))) {
    return in.toml().malformed("class_token", "is not true");
  }
  return config::with_token(to.net(), "token", {1, 1, channels_of(to, x)}, x);
}

constexpr std::string_view take_words[] = {"first", "last"};

/// One step of a sequence alone.
Result<Value> lower_take(Lowering& to, Layer& in, Value x) {
  TRY(need_sequence(to, in, x));
  const bool is_first = TRY(in.choice_or("take", "", take_words)) == "first";
  to.begin("", "Take");
  return config::take_token(to.net(), x, is_first ? 0 : to.shape(x)[1] - 1);
}

constexpr Kind listed[] = {
    {"dense", lower_dense},
    {"attention", lower_attention},
    {"mlp", lower_mlp},
    {"experts", lower_experts},
    {"embedding", lower_embedding},
    {"positions", lower_positions},
    {"flatten", lower_flatten},
    {"sequence", lower_sequence},
    {"image", lower_image},
    {"class_token", lower_class_token},
    {"take", lower_take},
    {"norm", lower_norm},
    {"activation", lower_activation},
};

}  // namespace

const std::span<const Kind> sequence_kinds = listed;

/// [features], [channels, height, width], or more sizes; {tokens = ..}; {steps = .., features =
/// ..}.
Result<Value> Lowering::input(Layer& in, std::string_view key) {
  const std::int64_t batch = net_.pass.batch;
  const std::string name = net_.full_name("").empty() ? "input" : net_.full_name("");
  net_.begin("", "Input");
  const TomlValue* value = in.toml().find(key);
  if (const auto* table = std::get_if<TomlValue::Table>(&value->data)) {
    TomlReader toml(**table, "input");
    Layer sizes(toml, in.scope(), in.sizes());
    if (sizes.has("tokens")) {
      const std::int64_t steps = TRY(sizes.size("tokens"));
      TRY(sizes.finish());
      return net_.input(name, ElementType::i64, {batch, steps});
    }
    if (!sizes.has("steps")) return toml.missing("tokens", "or steps and features");
    const std::int64_t steps = TRY(sizes.size("steps"));
    const std::int64_t features = TRY(sizes.size("features"));
    TRY(sizes.finish());
    return net_.input(name, ElementType::f32, {batch, steps, features});
  }
  Shape shape = {batch};
  for (const std::int64_t size : TRY(in.sizes_of(key))) shape.push_back(size);
  if (shape.size() != 2 && (shape.size() < 4 || shape.size() > 5)) {
    return in.invalid("the \"input\" has not one size, three or four",
                      "write [features], [channels, height, width], {tokens = STEPS} or {steps = "
                      "STEPS, features = ..}");
  }
  return net_.input(name, ElementType::f32, shape);
}

}  // namespace pfsday::recipe
