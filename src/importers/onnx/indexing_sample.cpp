#include "importers/onnx/sample.h"
#include "ops/evaluation.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

/// A shape, an axis of it, and indices along that axis of a tensor of the same rank.
struct Elements {
  Shape whole, part;
  std::int64_t axis = 0;
  Axes indices = {};
};

/// Along the axis no index twice, where they are distinct; some count from the end.
Elements draw_elements(NodeDraw& draw, bool are_distinct) {
  Elements e{.whole = draw.shape(1, 3), .part = {}};
  e.axis = draw.integer(0, std::ssize(e.whole) - 1);
  for (const std::int64_t size : e.whole) e.part.push_back(draw.integer(1, size));
  const auto at = static_cast<std::size_t>(e.axis);
  const std::int64_t size = e.whole[at];
  const std::int64_t offset = draw.integer(0, size - 1);
  ops::for_each_index(e.part, [&](const Axes& index, std::size_t) {
    const std::int64_t chosen = are_distinct ? (index[at] + offset) % size : offset;
    e.indices.push_back(draw.coin() ? chosen : chosen - size);
  });
  return e;
}

NodeSample make_gather_elements(std::string_view op, NodeDraw& draw) {
  const Elements e = draw_elements(draw, draw.coin());
  const std::string x = draw.reals(e.whole);
  const std::string indices = draw.integers_of(e.part, e.indices);
  return draw.finish(11, op, {x, indices},
                     {{"axis", draw.perhaps_negative(e.axis, e.whole.size())}});
}

/// One batch axis or none, one or two coordinates.
NodeSample make_gather_nd(std::string_view op, NodeDraw& draw) {
  const std::int64_t batch = draw.integer(0, 1);
  const std::int64_t depth = draw.integer(1, 2);
  const Shape whole(static_cast<std::size_t>(batch + depth + draw.integer(0, 1)), 3);
  Shape indices(static_cast<std::size_t>(batch), 3);
  indices.push_back(draw.integer(1, 4));
  indices.push_back(depth);
  const std::string x = draw.reals(whole);
  const std::string where = draw.whole_numbers(indices, -3, 2);
  if (batch == 0 && draw.coin()) return draw.finish(11, op, {x, where});
  return draw.finish(12, op, {x, where}, {{"batch_dims", batch}});
}

/// Replaces, adds, ...; in old versions only replaces.
struct Reduction {
  std::int64_t opset = 11;
  Attributes attributes = {};
  bool replaces = true;
};

Reduction draw_reduction(NodeDraw& draw) {
  if (draw.coin()) return {};
  const std::string mode = draw.choose({"none", "add", "mul", "max", "min"});
  return {.opset = 18, .attributes = {{"reduction", mode}}, .replaces = mode == "none"};
}

NodeSample make_scatter(std::string_view op, NodeDraw& draw) {
  Reduction reduction = draw_reduction(draw);
  if (op == "Scatter") reduction = {.opset = 9};
  const Elements e = draw_elements(draw, reduction.replaces || draw.coin());
  reduction.attributes.emplace_back("axis", draw.perhaps_negative(e.axis, e.whole.size()));
  const std::string x = draw.reals(e.whole, NodeDraw::Domain::positive);
  const std::string indices = draw.integers_of(e.part, e.indices);
  const std::string updates = draw.reals(e.part, NodeDraw::Domain::positive);
  return draw.finish(reduction.opset, op, {x, indices, updates}, reduction.attributes);
}

/// Rows of a matrix, each at most once where they are replaced.
NodeSample make_scatter_nd(std::string_view op, NodeDraw& draw) {
  const Reduction reduction = draw_reduction(draw);
  const Shape whole = {4, draw.integer(1, 3)};
  const std::int64_t count = draw.integer(1, 4);
  Axes rows = draw.permutation(4);
  if (!reduction.replaces) rows = draw.integers(4, -4, 3);
  rows.resize(static_cast<std::size_t>(count));
  const std::string x = draw.reals(whole, NodeDraw::Domain::positive);
  const std::string indices = draw.integers_of({count, 1}, rows);
  const std::string updates = draw.reals({count, whole[1]}, NodeDraw::Domain::positive);
  return draw.finish(reduction.opset, op, {x, indices, updates}, reduction.attributes);
}

/// Some indices lie outside.
NodeSample make_one_hot(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(0, 2);
  const std::int64_t depth = draw.integer(1, 4);
  const std::string indices = draw.whole_numbers(shape, -depth - 1, depth);
  const std::string held_depth =
      draw.coin() ? draw.held_integers({depth})
                  : draw.held_scalar(ElementType::f32, static_cast<double>(depth));
  const std::int64_t axis = draw.integer(-std::ssize(shape) - 1, std::ssize(shape));
  return draw.finish(11, op, {indices, held_depth, draw.reals({2})}, {{"axis", axis}});
}

NodeSample make_reverse_sequence(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(2, 4);
  const std::int64_t time = draw.integer(0, 1);
  const std::string x = draw.reals(shape);
  const std::string lengths = draw.whole_numbers({shape[static_cast<std::size_t>(1 - time)]}, 1,
                                                 shape[static_cast<std::size_t>(time)]);
  return draw.finish(10, op, {x, lengths}, {{"time_axis", time}, {"batch_axis", 1 - time}});
}

constexpr LoweringSample samples[] = {
    {"GatherElements", make_gather_elements},
    {"GatherND", make_gather_nd},
    {"Scatter", make_scatter},
    {"ScatterElements", make_scatter},
    {"ScatterND", make_scatter_nd},
    {"OneHot", make_one_hot},
    {"ReverseSequence", make_reverse_sequence},
};

}  // namespace

extern constinit const LoweringSampleFamily indexing_sample{samples};

}  // namespace pfsday::onnx
