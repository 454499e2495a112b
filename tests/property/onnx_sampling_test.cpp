// Values of resized, sampled and pooled tensors that the test data do not have: of newer operator
// sets, or worked out by hand.
#include <cmath>
#include <numeric>

#include "property/onnx_evaluate.h"

namespace pfsday::onnx {
namespace {

using count::Pass;
using graph::Axes;
using graph::ElementType;
using graph::Exact;
using graph::Shape;
using ops::Work;

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

/// 1, 2, 3, ... in that shape.
TensorToWrite counting(const Shape& shape) {
  TensorToWrite tensor{{ElementType::f32, shape}, {}};
  tensor.values.resize(static_cast<std::size_t>(graph::element_count(shape).value()));
  std::iota(tensor.values.begin(), tensor.values.end(), 1);
  return tensor;
}

TensorToWrite integers(const Axes& values) {
  return {{ElementType::i64, {std::ssize(values)}}, {values.begin(), values.end()}};
}

TensorToWrite reals(const std::vector<Exact>& values) {
  return {{ElementType::f32, {std::ssize(values)}}, values};
}

/// A model of one node whose operands are held.
ModelWriter one_node(std::int64_t opset, std::string op, const std::vector<TensorToWrite>& operands,
                     Attributes attributes) {
  ModelWriter model(opset);
  NodeToWrite node{.op = std::move(op), .outputs = {"y"}, .attributes = std::move(attributes)};
  for (const TensorToWrite& operand : operands) {
    const bool is_left_out = operand.values.empty();
    node.inputs.push_back(is_left_out ? "" : "x" + std::to_string(node.inputs.size()));
    if (!is_left_out) model.initializer(node.inputs.back(), operand);
  }
  model.node(node);
  model.output("y");
  return model;
}

TEST(OnnxResize, Antialias) {
  const struct {
    std::string mode;
    std::vector<Exact> expected;
  } cases[] = {
      {"linear", {2.875, 4.5, 9.375, 11}},
      {"cubic", {2.5180721, 4.2858863, 9.589329, 11.357142}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.mode);
    expect_near(
        evaluate(one_node(18, "Resize", {counting({1, 1, 4, 4}), {}, reals({1, 1, 0.6L, 0.6L})},
                          {{"mode", c.mode}, {"antialias", std::int64_t{1}}})),
        c.expected);
  }
}

TEST(OnnxResize, HalfPixelSymmetric) {
  expect_near(evaluate(one_node(19, "Resize", {counting({1, 1, 1, 4}), {}, reals({1, 1, 1, 0.6L})},
                                {{"mode", "linear"},
                                 {"coordinate_transformation_mode", "half_pixel_symmetric"}})),
              {1.6666667L, 3.3333333L});
}

TEST(OnnxResize, AspectRatioOfSomeAxes) {
  const struct {
    std::string policy;
    Shape expected;
  } cases[] = {
      {"stretch", {1, 7, 1, 8}}, {"not_larger", {1, 7, 1, 7}}, {"not_smaller", {1, 8, 1, 8}}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.policy);
    const auto y =
        evaluate_all(one_node(18, "Resize", {counting({1, 2, 1, 2}), {}, {}, integers({8, 7})},
                              {{"axes", Axes{3, 1}}, {"keep_aspect_ratio_policy", c.policy}}));
    EXPECT_EQ(y.front().type.shape, c.expected);
  }
}

TEST(OnnxResize, CountsOneAxisAfterTheOther) {
  ModelWriter model(13);
  model.input("x", {ElementType::f32, {1, 3, 4, 5}});
  model.initializer("scales", reals({1, 1, 2, 2}));
  const auto count = [&](const std::string& mode) {
    ModelWriter whole = model;
    whole.node({.op = "Resize",
                .inputs = {"x", "", "scales"},
                .outputs = {"y"},
                .attributes = {{"mode", mode}}});
    whole.output("y");
    return count_model(whole, count::Step::forward).pass(Pass::forward).work;
  };
  EXPECT_EQ(count("nearest"), Work{}) << "movement";
  // 3 x 8 x 5, then 3 x 8 x 10 elements of two taps.
  EXPECT_EQ(count("linear"), (Work{.mul = 2 * (120 + 240), .add = 120 + 240}));
  EXPECT_EQ(count("cubic"), (Work{.mul = 4 * (120 + 240), .add = 3 * (120 + 240)}));
}

TEST(OnnxAffineGrid, Values) {
  const TensorToWrite theta{{ElementType::f32, {1, 2, 3}}, {1, 0, 10, 0, 2, 20}};
  expect_near(evaluate(one_node(20, "AffineGrid", {theta, integers({1, 1, 2, 2})}, {})),
              {9.5, 19, 10.5, 19, 9.5, 21, 10.5, 21});
  expect_near(evaluate(one_node(20, "AffineGrid", {theta, integers({1, 1, 1, 2})},
                                {{"align_corners", std::int64_t{1}}})),
              {9, 20, 11, 20});
}

TEST(OnnxCol2Im, AddsOverlaps) {
  // Blocks of 2 along 3 elements: the middle one is in both.
  expect_near(
      evaluate(one_node(18, "Col2Im", {counting({1, 2, 2}), integers({3}), integers({2})}, {})),
      {1, 2 + 3, 4});
}

TEST(OnnxDeformConv, WithoutOffsetsIsAConvolution) {
  TensorToWrite w = counting({1, 1, 2, 2});
  TensorToWrite offset{{ElementType::f32, {1, 8, 2, 2}}, std::vector<Exact>(32, 0)};
  expect_near(evaluate(one_node(19, "DeformConv", {counting({1, 1, 3, 3}), w, offset}, {})),
              {1 + 4 + 12 + 20, 2 + 6 + 15 + 24, 4 + 10 + 21 + 32, 5 + 12 + 24 + 36});
  // Half an element further down: the mean of two rows.
  for (std::size_t i = 0; i < offset.values.size(); ++i)
    offset.values[i] = i / 4 % 2 == 0 ? 0.5L : 0;
  const auto y = evaluate(one_node(19, "DeformConv", {counting({1, 1, 3, 3}), w, offset}, {}));
  EXPECT_NEAR(static_cast<double>(y[0]), (37.0 + 67.0) / 2, 1e-9);
}

TEST(OnnxDeformConv, CountsItsProducts) {
  const TensorToWrite offset{{ElementType::f32, {1, 8, 2, 2}}, std::vector<Exact>(32, 0.25L)};
  ModelWriter model(19);
  model.input("x", {ElementType::f32, {1, 2, 3, 3}});
  model.initializer("w", {{ElementType::f32, {4, 2, 2, 2}}});
  model.initializer("o", offset);
  model.node({.op = "DeformConv", .inputs = {"x", "w", "o"}, .outputs = {"y"}});
  model.output("y");
  const auto work = count_model(model, count::Step::forward).pass(Pass::forward).work;
  EXPECT_EQ(work.products, graph::Count(4 * 2 * 4 * 4));
}

TEST(OnnxMaxRoiPool, Values) {
  // Rows 0..1 and columns 0..2 of a 3 x 3 image, in two bins of columns: 0..1 and 1..2.
  const TensorToWrite region{{ElementType::f32, {1, 5}}, {0, 0, 0, 2, 1}};
  expect_near(evaluate(one_node(1, "MaxRoiPool", {counting({1, 1, 3, 3}), region},
                                {{"pooled_shape", Axes{1, 2}}})),
              {5, 6});
}

TEST(OnnxRoiAlign, TakesTheLargestWeightedCornerOrTheMean) {
  // One sample in the middle of four elements: a quarter of each.
  const TensorToWrite region{{ElementType::f32, {1, 4}}, {0, 0, 2, 2}};
  expect_near(evaluate(one_node(16, "RoiAlign", {counting({1, 1, 2, 2}), region, integers({0})},
                                {{"mode", "max"}, {"sampling_ratio", std::int64_t{1}}})),
              {1});
  expect_near(evaluate(one_node(16, "RoiAlign", {counting({1, 1, 2, 2}), region, integers({0})},
                                {{"sampling_ratio", std::int64_t{1}}})),
              {2.5});
}

TEST(OnnxGridSample, ThreeAxes) {
  // The center of a cube of eight elements is their mean.
  const TensorToWrite center{{ElementType::f32, {1, 1, 1, 1, 3}}, {0, 0, 0}};
  expect_near(evaluate(one_node(20, "GridSample", {counting({1, 1, 2, 2, 2}), center}, {})), {4.5});
}

TEST(OnnxSignal, FourierTransformOfThirtySamples) {
  // A factor of each kind: 30 = 2 * 3 * 5. An impulse at 1 turns once.
  TensorToWrite impulse{{ElementType::f64, {1, 30, 1}}, std::vector<Exact>(30, 0)};
  impulse.values[1] = 1;
  const auto y = evaluate(one_node(17, "DFT", {impulse}, {}));
  for (std::size_t k = 0; k < 30; ++k) {
    const double angle = -2 * std::acos(-1.0) * static_cast<double>(k) / 30;
    EXPECT_NEAR(static_cast<double>(y[2 * k]), std::cos(angle), 1e-12);
    EXPECT_NEAR(static_cast<double>(y[2 * k + 1]), std::sin(angle), 1e-12);
  }
}

TEST(OnnxSignal, Windows) {
  const TensorToWrite four{{ElementType::i64, {}}, {4}};
  const TensorToWrite five{{ElementType::i64, {}}, {5}};
  const Attributes symmetric = {{"periodic", std::int64_t{0}}};
  expect_near(evaluate(one_node(17, "HannWindow", {four}, {})), {0, 0.5, 1, 0.5});
  expect_near(evaluate(one_node(17, "HannWindow", {five}, symmetric)), {0, 0.5, 1, 0.5, 0});
  expect_near(evaluate(one_node(17, "HammingWindow", {four}, {})),
              {4 / 46.0L, 25 / 46.0L, 1, 25 / 46.0L});
  expect_near(evaluate(one_node(17, "BlackmanWindow", {four}, {})), {0, 0.34L, 1, 0.34L});
}

TEST(OnnxSignal, FourierCounts) {
  // 8 = 4 * 2: 4 of W(2) = 2 complex adds, 3 complex multiplies, 2 of D(4) = 8 complex adds.
  ModelWriter model(17);
  model.input("x", {ElementType::f32, {5, 8, 2}});
  model.node({.op = "DFT", .inputs = {"x"}, .outputs = {"y"}});
  model.output("y");
  EXPECT_EQ(count_model(model, count::Step::forward).pass(Pass::forward).work,
            (Work{.mul = 5 * 3 * 4, .add = 5 * (2 * (8 + 16) + 3 * 2)}));
}

}  // namespace
}  // namespace pfsday::onnx
