#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

NodeSample make_scale(std::string_view op, NodeDraw& draw) {
  return draw.finish(1, op, {draw.reals(draw.shape(0, 4))}, {{"scale", draw.real(0.3, 0.9)}});
}

NodeSample make_image_scaler(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.shape(4, 4);
  Attributes attributes = {{"scale", draw.real(0.3, 0.9)}};
  if (draw.coin()) {
    attributes.emplace_back("bias", std::vector<float>(static_cast<std::size_t>(x[1]), 0.5F));
  }
  return draw.finish(1, op, {draw.reals(x)}, attributes);
}

NodeSample make_crop(std::string_view op, NodeDraw& draw) {
  const Shape x = {draw.integer(1, 2), draw.integer(1, 2), 5, 6};
  Attributes attributes = {{"border", draw.integers(4, 0, 2)}};
  if (draw.coin()) attributes.emplace_back("scale", draw.integers(2, 1, 3));
  return draw.finish(1, op, {draw.reals(x)}, attributes);
}

/// The shape as an attribute, as that of an input, or as what the input holds.
NodeSample make_constant_fill(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(1, 3);
  Attributes attributes = {{"value", 0.5}};
  switch (draw.integer(0, 2)) {
    case 0:
      attributes.emplace_back("shape", shape);
      return draw.finish(1, op, {}, attributes);
    case 1:
      attributes.emplace_back("extra_shape", Axes{2});
      return draw.finish(1, op, {draw.whole_numbers(shape, 0, 1)}, attributes);
    default:
      attributes.emplace_back("input_as_shape", std::int64_t{1});
      return draw.finish(1, op, {draw.held_integers(shape)}, attributes);
  }
}

NodeSample make_given_tensor_fill(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(1, 3);
  const auto count = static_cast<std::size_t>(graph::element_count(shape).value());
  return draw.finish(1, op, {}, {{"shape", shape}, {"values", std::vector<float>(count, 0.25F)}});
}

constexpr LoweringSample samples[] = {
    {"Scale", make_scale},
    {"ImageScaler", make_image_scaler},
    {"Crop", make_crop},
    {"ConstantFill", make_constant_fill},
    {"GivenTensorFill", make_given_tensor_fill},
};

}  // namespace

extern constinit const LoweringSampleFamily experimental_sample{samples};

}  // namespace pfsday::onnx
