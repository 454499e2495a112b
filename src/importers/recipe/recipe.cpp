#include "importers/recipe/recipe.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/builder.h"

namespace pfsday::importers {
namespace {

using graph::Axes;
using graph::ElementType;
using graph::Shape;
using graph::Value;
using ops::Builder;
using ops::Window;

constexpr std::int64_t largest_size = std::int64_t{1} << 31U;
constexpr std::int64_t most_layers = 10'000;  ///< repetitions counted, so that lowering ends soon

/// Height and width.
struct Pair {
  std::int64_t height = 1;
  std::int64_t width = 1;
};

class Lowering {
 public:
  explicit Lowering(bool bias) : bias_(bias) {}

  void add_input(const Shape& sizes);
  Result<void> add_layers(const std::vector<const TomlTable*>& layers);
  Result<graph::Graph> finish();

 private:
  Result<void> add_repeated(const TomlTable& table);
  Result<void> add_layer(TomlReader& in);
  Result<void> add_conv(TomlReader& in);
  Result<void> add_pool(TomlReader& in);
  Result<void> add_global_pool(TomlReader& in);
  Result<void> add_dense(TomlReader& in);
  Result<void> add_residual(TomlReader& in);

  Result<void> need_image(const TomlReader& in) const;
  void convolve(std::int64_t filters, Pair kernel, const Window& window, std::int64_t groups);
  void project(Shape to);
  Result<void> finish_layer(TomlReader& in, std::int64_t channels);
  void add_bias(std::int64_t channels);
  void add_relu() { value_ = builder_.with_scalar("max", value_, 0); }
  Value add_weight(Shape shape);
  void name_origin(std::string op);

  graph::Graph graph_;
  Builder builder_{graph_};
  Value value_ = {};
  bool bias_ = true;
  std::int64_t layers_left_ = most_layers;
  std::size_t layer_count_ = 0;
};

std::unexpected<Error> invalid(const TomlReader& in, std::string what, std::string hint = {}) {
  return fail_at(in.place(), Code::recipe_invalid, std::move(what), std::move(hint));
}

Result<std::int64_t> check_size(const TomlReader& in, std::string_view key, std::int64_t size,
                                std::int64_t least) {
  if (size >= least && size <= largest_size) return size;
  return in.malformed(key, fmt::format("is {}, not between {} and {}", size, least, largest_size));
}

Result<std::int64_t> size_or(TomlReader& in, std::string_view key, std::int64_t otherwise,
                             std::int64_t least = 1) {
  const std::int64_t size = TRY(in.integer_or(key, otherwise));
  return check_size(in, key, size, least);
}

Result<Shape> read_sizes(TomlReader& in, std::string_view key) {
  const std::vector<std::int64_t> integers = TRY(in.find_integers(key));
  Shape sizes;
  for (const std::int64_t size : integers) sizes.push_back(TRY(check_size(in, key, size, 1)));
  return sizes;
}

/// One size for both axes, or [height, width].
Result<Pair> read_kernel(TomlReader& in) {
  if (!in.has("kernel")) return invalid(in, "the layer lacks \"kernel\"");
  if (!in.holds_list("kernel")) {
    const std::int64_t size = TRY(size_or(in, "kernel", 1));
    return Pair{size, size};
  }
  const Shape sizes = TRY(read_sizes(in, "kernel"));
  if (sizes.size() == 2) return Pair{sizes[0], sizes[1]};
  return in.malformed("kernel", "has not two sizes", "write [height, width]");
}

/// Padding that keeps the size at stride 1: total = (ceil(in/stride) - 1) * stride + kernel - in.
Pair same_padding(std::int64_t input, std::int64_t kernel, std::int64_t stride) {
  const std::int64_t output = (input + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>(0, (output - 1) * stride + kernel - input);
  return {total / 2, total - total / 2};
}

/// The window over the two spatial axes of x [1, channels, height, width].
Result<Window> read_window(TomlReader& in, const Shape& x, Pair kernel, std::int64_t usual_stride) {
  const std::int64_t stride = TRY(size_or(in, "stride", usual_stride));
  Pair rows;
  Pair columns;
  const TomlValue* pad = in.find("pad");
  const bool is_text = pad != nullptr && std::holds_alternative<std::string>(pad->data);
  if (is_text) {
    const std::string word = TRY(in.text("pad"));
    if (word != "same") return in.malformed("pad", "is neither a number nor \"same\"");
    rows = same_padding(x[2], kernel.height, stride);
    columns = same_padding(x[3], kernel.width, stride);
  } else {
    const std::int64_t size = TRY(size_or(in, "pad", 0, 0));
    rows = columns = {size, size};
  }
  const Window window{.size = {kernel.height, kernel.width},
                      .strides = {stride, stride},
                      .pads_low = {rows.height, columns.height},
                      .pads_high = {rows.width, columns.width},
                      .dilations = {1, 1}};
  if (window.output_size(0, x[2]) >= 1 && window.output_size(1, x[3]) >= 1) return window;
  return invalid(in, fmt::format("a window of {} x {} does not fit an input of {} x {}",
                                 kernel.height, kernel.width, x[2], x[3]));
}

/// The same window over all four axes.
Window over_all_axes(const Window& spatial) {
  const auto extend = [](const Axes& axes, std::int64_t other) {
    return Axes{other, other, axes[0], axes[1]};
  };
  return {.size = extend(spatial.size, 1),
          .strides = extend(spatial.strides, 1),
          .pads_low = extend(spatial.pads_low, 0),
          .pads_high = extend(spatial.pads_high, 0),
          .dilations = extend(spatial.dilations, 1)};
}

Result<bool> read_is_average(TomlReader& in, std::string_view key) {
  const std::string kind = TRY(in.text(key));
  if (kind == "average") return true;
  if (kind == "max") return false;
  return in.malformed(key, fmt::format("is \"{}\"", kind), "write \"max\" or \"average\"");
}

void Lowering::add_input(const Shape& sizes) {
  Shape shape{1};
  shape.insert(shape.end(), sizes.begin(), sizes.end());
  value_ = graph_.add_input("input", {ElementType::f32, shape});
}

void Lowering::name_origin(std::string op) {
  builder_.set_origin(
      graph_.add_origin({.op = op, .name = fmt::format("{} {}", op, ++layer_count_)}));
}

Value Lowering::add_weight(Shape shape) {
  const Value weight = graph_.add_tensor("weight", {ElementType::f32, std::move(shape)});
  builder_.use_as_parameter(weight);
  return weight;
}

Result<void> Lowering::need_image(const TomlReader& in) const {
  if (builder_.shape(value_).size() == 4) return {};
  return invalid(in, "the layer needs an image, but its input is flat",
                 "give the input as [channels, height, width]");
}

void Lowering::convolve(std::int64_t filters, Pair kernel, const Window& window,
                        std::int64_t groups) {
  const std::int64_t channels = builder_.shape(value_)[1] / groups;
  const Value weight = add_weight({filters, channels, kernel.height, kernel.width});
  value_ = builder_.convolution(value_, weight, window, groups);
}

/// A bias for each channel (axis 1).
void Lowering::add_bias(std::int64_t channels) {
  const bool image = builder_.shape(value_).size() == 4;
  const Value bias = add_weight(image ? Shape{channels, 1, 1} : Shape{channels});
  value_ = builder_.add(value_, bias);
}

/// Bias and ReLU.
Result<void> Lowering::finish_layer(TomlReader& in, std::int64_t channels) {
  if (TRY(in.flag_or("bias", bias_))) add_bias(channels);
  if (TRY(in.flag_or("relu", true))) add_relu();
  return {};
}

Result<void> Lowering::add_conv(TomlReader& in) {
  TRY(need_image(in));
  const std::int64_t filters = TRY(size_or(in, "conv", 1));
  const Pair kernel = TRY(read_kernel(in));
  const Window window = TRY(read_window(in, builder_.shape(value_), kernel, 1));
  const std::int64_t groups = TRY(size_or(in, "groups", 1));
  const std::int64_t channels = builder_.shape(value_)[1];
  if (channels % groups != 0 || filters % groups != 0) {
    return invalid(in, fmt::format("{} groups divide neither {} channels nor {} filters evenly",
                                   groups, channels, filters));
  }
  name_origin("conv");
  convolve(filters, kernel, window, groups);
  return finish_layer(in, filters);
}

Result<void> Lowering::add_pool(TomlReader& in) {
  TRY(need_image(in));
  const bool average = TRY(read_is_average(in, "pool"));
  const Pair kernel = TRY(read_kernel(in));
  const Window window =
      TRY(read_window(in, builder_.shape(value_), kernel, std::max(kernel.height, kernel.width)));
  name_origin("pool");
  if (!average) {
    value_ = builder_.window_max(value_, over_all_axes(window));
    return {};
  }
  value_ = builder_.window_sum(value_, over_all_axes(window));
  value_ = builder_.with_scalar(
      "div", value_,
      static_cast<graph::Exact>(kernel.height) * static_cast<graph::Exact>(kernel.width));
  return {};
}

Result<void> Lowering::add_global_pool(TomlReader& in) {
  TRY(need_image(in));
  const bool average = TRY(read_is_average(in, "global_pool"));
  name_origin("global_pool");
  value_ = average ? builder_.reduce_mean(value_, {2, 3}) : builder_.reduce_max(value_, {2, 3});
  return {};
}

Result<void> Lowering::add_dense(TomlReader& in) {
  const std::int64_t units = TRY(size_or(in, "dense", 1));
  std::int64_t features = 1;
  for (const std::int64_t size : builder_.shape(value_)) {
    if (size > largest_size / features) return invalid(in, "its input has too many features");
    features *= size;
  }
  name_origin("dense");
  value_ = builder_.reshape(value_, {1, features});
  value_ = builder_.matmul(value_, add_weight({features, units}));
  return finish_layer(in, units);
}

/// The 1x1 convolution of a shortcut, whose strides make its result as large as `to`.
void Lowering::project(Shape to) {
  const Shape from = builder_.shape(value_);
  const auto stride = [&](std::size_t axis) { return (from[axis] + to[axis] - 1) / to[axis]; };
  const Window window{.size = {1, 1},
                      .strides = {stride(2), stride(3)},
                      .pads_low = {0, 0},
                      .pads_high = {0, 0},
                      .dilations = {1, 1}};
  convolve(to[1], {1, 1}, window, 1);
  if (bias_) add_bias(to[1]);
}

Result<void> Lowering::add_residual(TomlReader& in) {
  TRY(need_image(in));
  const Value start = value_;
  const std::vector<const TomlTable*> layers = TRY(in.find_tables("residual"));
  TRY(add_layers(layers));
  TRY(need_image(in));
  const Value branch = value_;
  value_ = start;
  name_origin("residual");
  const Shape to = builder_.shape(branch);
  if (builder_.shape(start) != to) project(to);
  if (builder_.shape(value_) != to) {
    return invalid(in, fmt::format("no shortcut leads from {} to {}",
                                   graph::to_string(builder_.shape(start)), graph::to_string(to)));
  }
  value_ = builder_.add(branch, value_);
  add_relu();
  return {};
}

Result<void> Lowering::add_layer(TomlReader& in) {
  if (in.has("conv")) return add_conv(in);
  if (in.has("pool")) return add_pool(in);
  if (in.has("global_pool")) return add_global_pool(in);
  if (in.has("dense")) return add_dense(in);
  if (in.has("residual")) return add_residual(in);
  if (in.has("layers")) {
    const std::vector<const TomlTable*> layers = TRY(in.find_tables("layers"));
    return add_layers(layers);
  }
  return in.missing("conv", "or pool, global_pool, dense, residual, layers: what the layer is");
}

Result<void> Lowering::add_repeated(const TomlTable& table) {
  TomlReader in(table, "layer");
  const std::int64_t times = TRY(size_or(in, "repeat", 1));
  for (std::int64_t i = 0; i < times; ++i) {
    if (--layers_left_ < 0) {
      return fail_at(in.place(), Code::limit_exceeded,
                     fmt::format("the recipe has more than {} layers", most_layers));
    }
    TRY(add_layer(in));
  }
  TRY(in.finish());
  if (auto fault = builder_.take_fault()) return fail_at(in.place(), fault->code, fault->what);
  return {};
}

Result<void> Lowering::add_layers(const std::vector<const TomlTable*>& layers) {
  for (const TomlTable* table : layers) TRY(add_repeated(*table));
  return {};
}

Result<graph::Graph> Lowering::finish() {
  graph_.set_outputs({value_});
  return std::move(graph_);
}

}  // namespace

Result<graph::Graph> read_recipe(TomlReader& recipe) {
  const Shape input = TRY(read_sizes(recipe, "input"));
  if (input.size() != 1 && input.size() != 3) {
    return invalid(recipe, "the recipe's \"input\" has not one size or three",
                   "write [channels, height, width] or [features]");
  }
  Lowering lowering(TRY(recipe.flag_or("bias", true)));
  lowering.add_input(input);
  const std::vector<const TomlTable*> layers = TRY(recipe.find_tables("layers"));
  if (layers.empty()) return recipe.missing("layers");
  TRY(lowering.add_layers(layers));
  return lowering.finish();
}

}  // namespace pfsday::importers
