#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

NodeSample make_identity(std::string_view op, NodeDraw& draw) {
  return draw.finish(16, op, {draw.reals(draw.shape(0, 4))});
}

/// A list of integers as an attribute (old versions) or an input (new ones).
NodeSample finish_with_list(NodeDraw& draw, std::string_view op, const std::string& x,
                            const std::string& name, const Axes& list, std::int64_t old_opset,
                            std::int64_t new_opset) {
  if (draw.coin()) return draw.finish(old_opset, op, {x}, {{name, list}});
  return draw.finish(new_opset, op, {x, draw.held_integers(list)});
}

/// The axes in another order, one of them open, one perhaps kept.
NodeSample make_reshape(std::string_view op, NodeDraw& draw) {
  const Shape from = draw.shape(1, 4);
  Shape to = from;
  draw.shuffle(to);
  if (draw.coin()) to = from;
  const auto last = std::ssize(to) - 1;
  if (to == from) to[static_cast<std::size_t>(draw.integer(0, last))] = 0;
  auto& open = to[static_cast<std::size_t>(draw.integer(0, last))];
  if (open != 0) open = -1;
  return finish_with_list(draw, op, draw.reals(from), "shape", to, 4, 14);
}

NodeSample make_flatten(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(0, 4);
  const std::int64_t rank = std::ssize(shape);
  return draw.finish(13, op, {draw.reals(shape)}, {{"axis", draw.integer(-rank, rank)}});
}

NodeSample make_squeeze(std::string_view op, NodeDraw& draw) {
  Shape shape = draw.shape(1, 4);
  const Axes axes = draw.some_axes(shape.size());
  for (const std::int64_t axis : axes) {
    shape[static_cast<std::size_t>(axis < 0 ? axis + std::ssize(shape) : axis)] = 1;
  }
  const std::string x = draw.reals(shape);
  if (draw.coin()) return draw.finish(draw.coin() ? 11 : 13, op, {x});
  return finish_with_list(draw, op, x, "axes", axes, 11, 13);
}

NodeSample make_unsqueeze(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(0, 3);
  const std::int64_t added = draw.integer(1, 2);
  Axes axes = draw.permutation(shape.size() + static_cast<std::size_t>(added));
  axes.resize(static_cast<std::size_t>(added));
  return finish_with_list(draw, op, draw.reals(shape), "axes", axes, 11, 13);
}

NodeSample make_transpose(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(1, 4);
  const std::string x = draw.reals(shape);
  if (draw.coin()) return draw.finish(13, op, {x});
  return draw.finish(13, op, {x}, {{"perm", draw.permutation(shape.size())}});
}

NodeSample make_concat(std::string_view op, NodeDraw& draw) {
  Shape shape = draw.shape(1, 4);
  const std::int64_t axis = draw.integer(0, std::ssize(shape) - 1);
  std::vector<std::string> parts;
  for (std::int64_t count = draw.integer(1, 3); count > 0; --count) {
    shape[static_cast<std::size_t>(axis)] = draw.integer(1, 3);
    parts.push_back(draw.reals(shape));
  }
  return draw.finish(13, op, parts, {{"axis", draw.perhaps_negative(axis, shape.size())}});
}

/// Any starts, ends and steps, also beyond the ends.
NodeSample make_slice(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(1, 4);
  const Axes axes = draw.some_axes(shape.size());
  const Axes starts = draw.integers(axes.size(), -6, 6);
  const Axes ends = draw.integers(axes.size(), -6, 6);
  const std::string x = draw.reals(shape);
  if (draw.coin()) {
    return draw.finish(9, op, {x}, {{"starts", starts}, {"ends", ends}, {"axes", axes}});
  }
  Axes steps = draw.integers(axes.size(), 1, 3);
  for (std::int64_t& step : steps) step = draw.coin() ? -step : step;
  const std::string from = draw.held_integers(starts);
  const std::string to = draw.held_integers(ends);
  const std::string along = draw.held_integers(axes);
  return draw.finish(13, op, {x, from, to, along, draw.held_integers(steps)});
}

/// Parts of stated sizes, equal ones, and (since opset 18) a smaller last one.
NodeSample make_split(std::string_view op, NodeDraw& draw) {
  Shape shape = draw.shape(1, 3);
  const std::int64_t axis = draw.integer(0, std::ssize(shape) - 1);
  const auto at = static_cast<std::size_t>(axis);
  const std::pair<std::string, AttributeToWrite> along = {"axis", axis};
  const std::int64_t count = draw.integer(1, 3);
  switch (draw.integer(0, 2)) {
    case 0: {
      const Axes parts = draw.integers(static_cast<std::size_t>(count), 1, 3);
      shape[at] = 0;
      for (const std::int64_t part : parts) shape[at] += part;
      NodeSample sample = finish_with_list(draw, op, draw.reals(shape), "split", parts, 11, 13);
      sample.node.attributes.push_back(along);
      for (std::int64_t i = 1; i < count; ++i) {
        sample.node.outputs.push_back("output" + std::to_string(i));
      }
      return sample;
    }
    case 1:
      shape[at] = count * draw.integer(1, 2);
      return draw.finish(11, op, {draw.reals(shape)}, {along}, static_cast<std::size_t>(count));
    default:
      shape[at] = draw.integer(5, 8);
      return draw.finish(18, op, {draw.reals(shape)}, {along, {"num_outputs", count}},
                         static_cast<std::size_t>(count));
  }
}

NodeSample make_expand(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(0, 4);
  const std::string x = draw.reals(draw.broadcastable(shape));
  return draw.finish(13, op, {x, draw.held_integers(shape)});
}

NodeSample make_gather(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(1, 3);
  const std::int64_t axis = draw.integer(0, std::ssize(shape) - 1);
  const std::int64_t size = shape[static_cast<std::size_t>(axis)];
  const std::string x = draw.reals(shape);
  const std::string indices = draw.whole_numbers(draw.shape(0, 2), -size, size - 1);
  return draw.finish(13, op, {x, indices}, {{"axis", draw.perhaps_negative(axis, shape.size())}});
}

NodeSample make_cast(std::string_view op, NodeDraw& draw) {
  constexpr std::int64_t targets[] = {1, 7, 8, 11};  // float, int64, string, double
  if (draw.coin()) {
    return draw.finish(13, op, {draw.reals(draw.shape(0, 4))},
                       {{"to", targets[draw.integer(0, 3)]}});
  }
  return draw.finish(5, op, {draw.whole_numbers(draw.shape(0, 4), -9, 9)},
                     {{"to", draw.choose({"DOUBLE", "INT32", "BOOL"})}});
}

NodeSample make_cast_like(std::string_view op, NodeDraw& draw) {
  const std::string x = draw.reals(draw.shape(0, 4));
  const std::string like = draw.coin() ? draw.reals({1}, NodeDraw::Domain::any, NodeDraw::Held::yes)
                                       : draw.whole_numbers({1}, 0, 1);
  return draw.finish(15, op, {x, like});
}

/// All modes; constant pads may crop.
NodeSample make_pad(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.integers(static_cast<std::size_t>(draw.integer(1, 3)), 2, 4);
  const std::string mode = draw.choose({"constant", "constant", "edge", "reflect", "wrap"});
  const Axes pads = draw.integers(2 * shape.size(), mode == "constant" ? -1 : 0, 1);
  Attributes attributes = {{"mode", mode}};
  const std::string x = draw.reals(shape, NodeDraw::Domain::any, NodeDraw::Held::no);
  if (draw.coin()) {
    const std::int64_t opset = draw.integer(1, 2);
    attributes.emplace_back(opset == 1 ? "paddings" : "pads", pads);
    attributes.emplace_back("value", draw.coin() ? 0.0 : 1.5);
    return draw.finish(opset, op, {x}, attributes);
  }
  std::vector<std::string> inputs = {x, draw.held_integers(pads)};
  if (draw.coin()) inputs.push_back(draw.reals({}));
  return draw.finish(19, op, inputs, attributes);
}

constexpr LoweringSample samples[] = {
    {"Identity", make_identity}, {"Reshape", make_reshape},     {"Flatten", make_flatten},
    {"Squeeze", make_squeeze},   {"Unsqueeze", make_unsqueeze}, {"Transpose", make_transpose},
    {"Concat", make_concat},     {"Slice", make_slice},         {"Split", make_split},
    {"Expand", make_expand},     {"Gather", make_gather},       {"Cast", make_cast},
    {"Pad", make_pad},           {"CastLike", make_cast_like},
};

}  // namespace

extern constinit const LoweringSampleFamily movement_sample{samples};

}  // namespace pfsday::onnx
