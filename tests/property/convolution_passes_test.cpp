// A convolution and both its gradients are the same multiply-adds, whatever its strides, pads,
// dilations and groups: those that a loop over its taps finds. Neither the zeros between the
// elements of a dilated kernel nor those that a stride puts between gradients are ever counted.
#include <gtest/gtest.h>

#include <array>

#include "count/differentiate.h"
#include "ops/sample.h"

namespace pfsday::count {
namespace {

using graph::Axes;
using graph::Graph;
using graph::Pass;
using graph::Shape;
using graph::Value;
using ops::Rules;
using ops::Window;
using units::Count;

struct Convolution {
  std::int64_t batch = 0, groups = 0, channels = 0, filters = 0;  ///< both of one group
  Shape input = {}, output = {};                                  ///< spatial
  Window window = {};

  Shape x() const { return with_spatial(batch, channels * groups, input); }
  Shape w() const { return with_spatial(filters * groups, channels, window.size); }
  Shape y() const { return with_spatial(batch, filters * groups, output); }

 private:
  static Shape with_spatial(std::int64_t first, std::int64_t second, const Axes& sizes) {
    Shape shape = {first, second};
    shape.insert(shape.end(), sizes.begin(), sizes.end());
    return shape;
  }
};

Convolution draw_convolution(ops::Draw& draw) {
  Convolution c{draw.integer(1, 3), draw.integer(1, 3), draw.integer(1, 3), draw.integer(1, 3)};
  const std::int64_t rank = draw.integer(1, 3);
  while (std::ssize(c.output) < rank) {
    const std::int64_t input = draw.integer(1, 11);
    const Window one{draw.integers(1, 1, 4), draw.integers(1, 1, 4), draw.integers(1, -1, 5),
                     draw.integers(1, -1, 5), draw.integers(1, 1, 3)};
    const std::int64_t output = one.output_size(0, input);
    if (output < 1) continue;
    c.input.push_back(input);
    c.output.push_back(output);
    c.window.size.push_back(one.size[0]);
    c.window.strides.push_back(one.strides[0]);
    c.window.pads_low.push_back(one.pads_low[0]);
    c.window.pads_high.push_back(one.pads_high[0]);
    c.window.dilations.push_back(one.dilations[0]);
  }
  return c;
}

/// Pairs of output and tap along one axis, one by one.
std::uint64_t walk_pairs(const Convolution& c, std::size_t axis, Rules::Padding padding) {
  std::uint64_t pairs = 0;
  for (std::int64_t o = 0; o < c.output[axis]; ++o) {
    for (std::int64_t k = 0; k < c.window.size[axis]; ++k) {
      const std::int64_t i =
          o * c.window.strides[axis] + k * c.window.dilations[axis] - c.window.pads_low[axis];
      const bool is_inside = i >= 0 && i < c.input[axis];
      pairs += is_inside || padding == Rules::Padding::window ? 1 : 0;
    }
  }
  return pairs;
}

Count walk_taps(const Convolution& c, Rules::Padding padding) {
  auto taps = static_cast<std::uint64_t>(c.batch * c.groups * c.channels * c.filters);
  for (std::size_t i = 0; i < c.output.size(); ++i) taps *= walk_pairs(c, i, padding);
  return taps;
}

std::array<Count, graph::pass_count> products_of(const Graph& graph, const Rules& rules) {
  std::array<Count, graph::pass_count> products;
  for (const graph::Node& node : graph.nodes()) {
    const ops::Primitive& primitive = ops::primitive_of(*node.kind);
    if (primitive.cost != ops::Cost::work) continue;
    products[static_cast<std::size_t>(node.pass)] +=
        primitive.work(graph::NodeView(graph, node), rules).products;
  }
  return products;
}

/// y of x and w; transposed: x of y and w, as ConvTranspose runs it.
Graph write_layer(const Convolution& c, bool is_transposed) {
  Graph graph;
  ops::Builder b(graph);
  const Value x = graph.add_input("x", {graph::ElementType::f32, is_transposed ? c.y() : c.x()});
  const Value w = graph.add_tensor("w", {graph::ElementType::f32, c.w()});
  b.use_as_parameter(w);
  Value y = {};
  if (is_transposed) {
    y = b.emit("convolution_input_gradient", {x, w},
               {{"strides", c.window.strides},
                {"pads_low", c.window.pads_low},
                {"pads_high", c.window.pads_high},
                {"dilations", c.window.dilations},
                {"groups", c.groups},
                {"input_sizes", c.input}});
  } else {
    y = b.convolution(x, w, c.window, c.groups);
  }
  const auto fault = b.take_fault();
  EXPECT_FALSE(fault) << to_string(*fault);
  graph.set_outputs({y});
  return graph;
}

TEST(ConvolutionPasses, HaveTheSameProducts) {
  constexpr int layers = 500;
  ops::Rng rng(2018);
  for (int i = 0; i < layers && !HasFailure(); ++i) {
    ops::Draw draw(rng);
    const Convolution c = draw_convolution(draw);
    for (const bool is_transposed : {false, true}) {
      SCOPED_TRACE(testing::Message()
                   << "layer " << i << ", transposed: " << is_transposed << ", w "
                   << graph::to_string(c.w()) << ", x " << graph::to_string(c.x()));
      const auto step = differentiate(write_layer(c, is_transposed),
                                      {.step = Step::training, .input_gradient = true});
      ASSERT_TRUE(step) << to_string(step.error());
      for (const auto padding : {Rules::Padding::window, Rules::Padding::real}) {
        const auto products = products_of(step->graph, {.padding = padding});
        const Count expected = walk_taps(c, padding);
        for (const Pass pass : {Pass::forward, Pass::data_gradient, Pass::weight_gradient}) {
          EXPECT_EQ(products[static_cast<std::size_t>(pass)], expected) << graph::to_string(pass);
        }
      }
    }
  }
}

}  // namespace
}  // namespace pfsday::count
