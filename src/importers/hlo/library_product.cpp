#include "importers/hlo/library_product.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "importers/hlo/configuration.h"
#include "importers/hlo/convolution.h"
#include "importers/hlo/product.h"
#include "importers/hlo/scope.h"

namespace pfsday::hlo {
namespace {

/// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), as the libraries compute it.
Value gelu(Value x, Builder& b) {
  const Value cubed = b.mul(b.mul(x, x), x);
  const Value inner = b.add(x, b.with_scalar("mul", cubed, graph::Exact(0.044715L)));
  const graph::Exact factor = std::sqrt(2 / std::numbers::pi_v<graph::Exact>);
  const Value t = b.emit("tanh", {b.with_scalar("mul", inner, factor)});
  return b.mul(b.with_scalar("mul", x, graph::Exact(0.5L)), b.with_scalar("add", t, 1));
}

Value activated(Value x, std::string_view name, Builder& b) {
  if (name.find("GELU") != name.npos || name.find("gelu") != name.npos) return gelu(x, b);
  const bool is_relu = name.find("RELU") != name.npos || name.find("Relu") != name.npos ||
                       name.find("relu") != name.npos || name == "kRelu";
  if (is_relu) return b.with_scalar("max", x, 0);
  if (name.find("SILU") != name.npos || name.find("SWISH") != name.npos) {
    return b.mul(x, b.emit("sigmoid", {x}));
  }
  return x;
}

Axes list_or(const Configuration& config, std::string_view name, const Axes& fallback) {
  return config.integers(name).value_or(fallback);
}

/// A number that scales a tensor: 1 costs nothing.
Value scaled(Value x, double factor, Builder& b) {
  return factor == 1 ? x : b.with_scalar("mul", x, graph::Exact(factor));
}

/// The rest of the results, such as workspace.
Values with_others(const Node& node, Value y, const TensorType& type, Builder& b) {
  Values results;
  for (const TensorType& one : node.result_types()) {
    const bool is_result = results.empty() && one.shape == type.shape;
    results.push_back(is_result ? y : moved({y}, one, node.op(), b));
  }
  return results;
}

Result<ops::DotAxes> dot_axes(const Configuration& config, std::int64_t rank_a,
                              std::int64_t rank_b) {
  if (rank_a < 2 || rank_b < 2) return fail(Code::value_unknown, "its operands are no matrices");
  ops::DotAxes axes = {.batch_a = list_or(config, "lhs_batch_dimensions", {}),
                       .batch_b = list_or(config, "rhs_batch_dimensions", {}),
                       .contract_a = list_or(config, "lhs_contracting_dimensions", {rank_a - 1}),
                       .contract_b = list_or(config, "rhs_contracting_dimensions", {rank_b - 2})};
  return axes;
}

}  // namespace

/// alpha a b + beta c, then bias and activation.
Result<Values> lower_library_product(const Node& node, Builder& b) {
  const Configuration config(node.text("backend_config"));
  const Value a = TRY(node.operand(0));
  const Value w = TRY(node.operand(1));
  const TensorTypes types = node.result_types();
  if (types.empty()) return Values{};
  const auto axes = TRY(dot_axes(config, b.type(a).rank(), b.type(w).rank()));
  Value y = dot_of(a, w, axes, types[0].element, b);
  if (!y) return Values{};
  if (b.shape(y) != types[0].shape) y = b.reshape(y, types[0].shape);
  y = b.cast(y, types[0].element);
  y = scaled(y, config.real("alpha_real").value_or(1), b);
  const double beta = config.real("beta").value_or(0);
  std::size_t next = 2;
  if (beta != 0 && node.operand_count() > next) {
    const Value added = b.cast(TRY(node.operand(next++)), types[0].element);
    y = b.add(y, scaled(added, beta, b));
  }
  const std::string_view epilogue = config.text("epilogue");
  if (epilogue.find("BIAS") != epilogue.npos) {
    if (next >= node.operand_count()) return fail(Code::input_missing, "its bias is missing");
    y = b.add(y, b.cast(TRY(node.operand(next)), types[0].element));
  }
  return with_others(node, activated(y, epilogue, b), types[0], b);
}

namespace {

Axes spatial_sizes(const Shape& shape, const Axes& axes) {
  Axes sizes;
  for (const std::int64_t axis : axes) sizes.push_back(shape[static_cast<std::size_t>(axis)]);
  return sizes;
}

Axes order_of(std::int64_t first, std::int64_t second, const Axes& spatial) {
  Axes order = {first, second};
  order.insert(order.end(), spatial.begin(), spatial.end());
  return order;
}

Axes inverse_of(const Axes& order) {
  Axes back(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    back[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  }
  return back;
}

ops::Attributes window_attributes(const ConvolutionText& text) {
  return {{"strides", text.window.strides},
          {"pads_low", text.window.pads_low},
          {"pads_high", text.window.pads_high},
          {"dilations", text.window.rhs_dilations},
          {"groups", text.feature_groups}};
}

/// dx of dy and w.
Result<Value> gradient_of_input(const Node& node, const ConvolutionText& text,
                                const TensorType& type, Builder& b) {
  const ConvolutionAxes& axes = text.axes;
  const Axes of_y = order_of(axes.result_batch, axes.result_feature, axes.result_spatial);
  const Axes of_w = order_of(axes.rhs_output, axes.rhs_input, axes.rhs_spatial);
  const Axes of_x = order_of(axes.lhs_batch, axes.lhs_feature, axes.lhs_spatial);
  ops::Attributes attributes = window_attributes(text);
  attributes.push_back({"input_sizes", spatial_sizes(type.shape, axes.lhs_spatial)});
  const Value dy = TRY(node.operand(0));
  const Value w = TRY(node.operand(1));
  const Value dx = b.emit("convolution_input_gradient",
                          {permuted(dy, of_y, b), permuted(w, of_w, b)}, std::move(attributes));
  return permuted(dx, inverse_of(of_x), b);
}

/// dw of x and dy.
Result<Value> gradient_of_filter(const Node& node, const ConvolutionText& text,
                                 const TensorType& type, Builder& b) {
  const ConvolutionAxes& axes = text.axes;
  const Axes of_y = order_of(axes.result_batch, axes.result_feature, axes.result_spatial);
  const Axes of_w = order_of(axes.rhs_output, axes.rhs_input, axes.rhs_spatial);
  const Axes of_x = order_of(axes.lhs_batch, axes.lhs_feature, axes.lhs_spatial);
  ops::Attributes attributes = window_attributes(text);
  attributes.push_back({"kernel_sizes", spatial_sizes(type.shape, axes.rhs_spatial)});
  const Value x = TRY(node.operand(0));
  const Value dy = TRY(node.operand(1));
  const Value dw = b.emit("convolution_filter_gradient",
                          {permuted(x, of_x, b), permuted(dy, of_y, b)}, std::move(attributes));
  return permuted(dw, inverse_of(of_w), b);
}

}  // namespace

Result<Values> lower_library_convolution(const Node& node, Builder& b) {
  const std::string_view target = unquoted(node.text("custom_call_target"));
  const ConvolutionText text = TRY(convolution_text(node));
  const TensorTypes types = node.result_types();
  if (types.empty()) return Values{};
  if (target == "__cudnn$convBackwardInput" || target == "__cudnn$convBackwardFilter") {
    const bool is_input = target == "__cudnn$convBackwardInput";
    const Pass own = is_input ? Pass::data_gradient : Pass::weight_gradient;
    if (b.pass() == Pass::forward) b.set_pass(own);
    const Value dx = TRY(is_input ? gradient_of_input(node, text, types[0], b)
                                  : gradient_of_filter(node, text, types[0], b));
    return dx ? with_others(node, dx, types[0], b) : Values{};
  }
  const Configuration config(node.text("backend_config"));
  const Value x = TRY(node.operand(0));
  const Value w = TRY(node.operand(1));
  Value y = TRY(convolve(x, w, types[0], text, b));
  if (!y) return Values{};
  y = b.cast(y, types[0].element);
  y = scaled(y, config.real("conv_result_scale").value_or(1), b);
  if (target == "__cudnn$convBiasActivationForward") {
    const Value bias = TRY(node.operand(2));
    Shape wide(types[0].shape.size(), 1);
    const auto axis = static_cast<std::size_t>(text.axes.result_feature);
    wide[axis] = types[0].shape[axis];
    y = b.add(y, b.reshape(b.cast(bias, types[0].element), wide));
    const double side = config.real("side_input_scale").value_or(0);
    if (side != 0 && node.operand_count() > 3) {
      y = b.add(y, scaled(b.cast(TRY(node.operand(3)), types[0].element), side, b));
    }
    y = activated(y, config.text("activation_mode"), b);
  }
  return with_others(node, y, types[0], b);
}

}  // namespace pfsday::hlo
