#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

NodeSample make_argument(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(1, 4);
  const std::int64_t rank = std::ssize(shape);
  return draw.finish(13, op, {draw.whole_numbers(shape, 0, 3)},
                     {{"axis", draw.integer(-rank, rank - 1)},
                      {"keepdims", draw.integer(0, 1)},
                      {"select_last_index", draw.integer(0, 1)}});
}

NodeSample make_top_k(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(1, 3);
  const std::int64_t axis = draw.integer(0, std::ssize(shape) - 1);
  const std::int64_t k = draw.integer(1, shape[static_cast<std::size_t>(axis)]);
  const std::string x = draw.reals(shape);
  if (draw.coin()) return draw.finish(1, op, {x}, {{"axis", axis}, {"k", k}}, 2);
  const std::string held_k = draw.held_integers({k});
  if (draw.coin()) return draw.finish(10, op, {x, held_k}, {{"axis", axis}}, 2);
  return draw.finish(11, op, {x, held_k},
                     {{"axis", draw.perhaps_negative(axis, shape.size())},
                      {"largest", draw.integer(0, 1)},
                      {"sorted", draw.integer(0, 1)}},
                     2);
}

NodeSample make_hardmax(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(2, 4);
  const std::int64_t axis = draw.integer(0, std::ssize(shape) - 1);
  return draw.finish(draw.coin() ? 11 : 13, op, {draw.reals(shape)}, {{"axis", axis}});
}

/// Distinct elements or few of them, known or not; all outputs.
NodeSample make_unique(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(1, 3);
  const std::string x = draw.coin() ? draw.reals(shape) : draw.whole_numbers(shape, 0, 1);
  std::vector<std::pair<std::string, AttributeToWrite>> attributes = {
      {"sorted", draw.integer(0, 1)}};
  if (draw.coin()) {
    const std::int64_t axis = draw.integer(0, std::ssize(shape) - 1);
    attributes.emplace_back("axis", draw.perhaps_negative(axis, shape.size()));
  }
  return draw.finish(11, op, {x}, attributes, 4);
}

NodeSample make_nonzero(std::string_view op, NodeDraw& draw) {
  return draw.finish(13, op, {draw.whole_numbers(draw.shape(1, 3), 0, 1)});
}

/// A condition that may be shorter than the axis, known or not.
NodeSample make_compress(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(1, 3);
  const std::int64_t axis = draw.integer(0, std::ssize(shape) - 1);
  const std::string x = draw.reals(shape);
  const std::string condition =
      draw.booleans({draw.integer(1, shape[static_cast<std::size_t>(axis)])},
                    draw.coin() ? NodeDraw::Held::yes : NodeDraw::Held::no);
  if (draw.coin()) return draw.finish(9, op, {x, condition});
  return draw.finish(11, op, {x, condition}, {{"axis", draw.perhaps_negative(axis, shape.size())}});
}

NodeSample make_suppression(std::string_view op, NodeDraw& draw) {
  const std::int64_t batches = draw.integer(1, 2);
  const std::int64_t boxes = draw.integer(1, 6);
  std::vector<std::string> inputs = {draw.reals({batches, boxes, 4}),
                                     draw.reals({batches, draw.integer(1, 2), boxes})};
  if (draw.coin()) {
    inputs.push_back(draw.held_integers({draw.integer(1, 4)}));
    if (draw.coin()) inputs.push_back(draw.held_scalar(ElementType::f64, 0.3));
    if (inputs.size() == 4) inputs.push_back(draw.held_scalar(ElementType::f64, -1));
  }
  return draw.finish(11, op, inputs, {{"center_point_box", draw.integer(0, 1)}});
}

constexpr LoweringSample samples[] = {
    {"ArgMax", make_argument},   {"ArgMin", make_argument},
    {"TopK", make_top_k},        {"Hardmax", make_hardmax},
    {"Unique", make_unique},     {"NonZero", make_nonzero},
    {"Compress", make_compress}, {"NonMaxSuppression", make_suppression},
};

}  // namespace

extern constinit const LoweringSampleFamily selection_sample{samples};

}  // namespace pfsday::onnx
