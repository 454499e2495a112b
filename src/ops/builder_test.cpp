#include "ops/builder.h"

#include <gtest/gtest.h>

#include <climits>

#include "ops/infer.h"
#include "ops/verify.h"

namespace pfsday::ops {
namespace {

class BuilderTest : public testing::Test {
 protected:
  Value real(const Shape& shape) { return graph_.add_input("x", {ElementType::f32, shape}); }
  Value weight(const Shape& shape, Exact value) {
    const TensorType type{ElementType::f32, shape};
    return graph_.add_tensor("w", type, Literal::splat(type, value));
  }
  std::string fault() {
    const auto error = b_.take_fault();
    return error ? to_string(*error) : "no fault";
  }

  Graph graph_;
  Builder b_{graph_};
};

TEST_F(BuilderTest, FoldsChainsOfIntegers) {
  const Value shape = b_.integers({2, 3, 224, 224});
  const Value height = b_.gather(shape, b_.integers({2}), 0);
  const Value half = b_.binary("div", height, b_.integers({2}));
  const Value narrow = b_.cast(half, ElementType::i32);
  const Value wide = b_.cast(b_.mul(narrow, narrow), ElementType::i64);
  const Value joined = b_.concat({b_.slice(shape, {0}, {2}, {1}), wide}, 0);
  ASSERT_EQ(fault(), "no fault");
  EXPECT_TRUE(graph_.nodes().empty());
  EXPECT_EQ(b_.known(joined)->integers(), (Axes{2, 3, 112 * 112}));
}

TEST_F(BuilderTest, CountsArithmeticOnWeights) {
  const Value sum = b_.add(weight({2}, 3), weight({2}, 4));
  EXPECT_EQ(graph_.nodes().size(), 1U);
  EXPECT_TRUE(graph_.info(sum).from_weight);
  EXPECT_EQ(b_.known(sum)->values(), (std::vector<Exact>{7, 7}));
}

TEST_F(BuilderTest, FoldsScalarsOfTheModel) {
  b_.mul(weight({}, 3), weight({1}, 4));
  EXPECT_TRUE(graph_.nodes().empty());
}

TEST_F(BuilderTest, KnowsNothingOfInputs) {
  EXPECT_EQ(b_.known(b_.add(real({2}), weight({2}, 1))), nullptr);
  EXPECT_EQ(b_.known(Value{}), nullptr);
}

TEST_F(BuilderTest, KnowsNothingOfWhatOnlyARunTells) {
  for (const Value v : {b_.integers({7}), b_.full({ElementType::i64, {1}}, 7)}) {
    const Value moved =
        b_.emit("opaque", {v},
                {{"op", std::string("pick")}, {"element", std::string("i64")}, {"shape", Axes{1}}});
    EXPECT_EQ(b_.known(moved), nullptr);
    EXPECT_EQ(b_.known(b_.add(moved, v)), nullptr);
  }
}

TEST_F(BuilderTest, LooksAtEachValueOnce) {
  Value v = weight({2}, 1);
  for (int i = 0; i < 60; ++i) v = b_.add(v, v);
  EXPECT_EQ(b_.known(v)->at(0), 0x1p60L) << "2^60 ways lead to the weight";
}

TEST_F(BuilderTest, LeavesHugeArithmeticAlone) {
  const std::int64_t wide = std::int64_t{1} << 39;
  const Value y =
      b_.window_sum(b_.full({ElementType::f32, {1}}, 1), {{wide}, {1}, {wide - 1}, {0}, {1}});
  ASSERT_EQ(fault(), "no fault");
  EXPECT_NE(graph_.producer(y), nullptr);
  EXPECT_EQ(b_.known(y), nullptr);
}

TEST_F(BuilderTest, RoundsToTheElementType) {
  const auto known = [&](ElementType element, Exact a, std::string_view op, Exact b) {
    return b_.known(b_.binary(op, b_.scalar(element, a), b_.scalar(element, b)))->at(0);
  };
  constexpr Exact largest = 0x7fffffffffffffffp0L;
  EXPECT_EQ(known(ElementType::i64, largest, "sub", 1), largest - 1);
  EXPECT_EQ(known(ElementType::i64, largest, "add", 1), -0x1p63L);
  EXPECT_EQ(known(ElementType::i64, largest, "div", 3), 3074457345618258602.0L);
  EXPECT_EQ(known(ElementType::i32, -7, "div", 2), -3);
  EXPECT_EQ(known(ElementType::i64, 7, "div", 0), 0) << "no fault, no undefined behavior";
  EXPECT_EQ(known(ElementType::f32, 0x1p24L, "add", 1), 0x1p24L);
  EXPECT_EQ(known(ElementType::f64, 0x1p24L, "add", 1), 0x1p24L + 1);
}

TEST_F(BuilderTest, MarksOnlyWhatAnOperandIsMadeOf) {
  const Value table = weight({4, 3}, 1);
  const Value steering = graph_.add_tensor("s", {ElementType::f32, {2}});
  b_.use_as_parameter(
      b_.transpose(b_.gather(table, b_.cast(steering, ElementType::i64), 0), {1, 0}));
  EXPECT_TRUE(graph_.info(table).is_parameter);
  EXPECT_FALSE(graph_.info(steering).is_parameter);
}

TEST_F(BuilderTest, TransposeChecksItsPermutation) {
  const Value x = real({2, 3});
  EXPECT_EQ(b_.transpose(x, {0, 1}), x);
  EXPECT_FALSE(b_.transpose(x, {0, 0}));
  EXPECT_EQ(fault(), "error[PFD207]: transpose: permutation names an axis twice");
}

TEST_F(BuilderTest, MatmulFaults) {
  b_.matmul(real({12, 128, 64}), real({12, 32, 64}));
  EXPECT_EQ(fault(),
            "error[PFD211]: inner dimensions differ: a is [12,128,64], b is [12,32,64]\n"
            "  hint: b looks transposed");
  b_.matmul(real({2, 3}), real({4, 5}));
  EXPECT_EQ(fault(), "error[PFD211]: inner dimensions differ: a is [2,3], b is [4,5]");
  b_.matmul(real({}), real({4, 5}));
  EXPECT_EQ(fault(), "error[PFD211]: a scalar has no inner dimension: a is [], b is [4,5]");
  b_.matmul(real({2, 4, 3}), real({5, 3, 4}));
  EXPECT_EQ(fault(),
            "error[PFD211]: batch dimensions cannot be broadcast: a is [2,4,3], b is [5,3,4]");
}

TEST_F(BuilderTest, MatmulShapes) {
  const struct {
    std::string_view name;
    Shape a, b, y;
  } cases[] = {
      {"plain", {2, 3}, {3, 5}, {2, 5}},
      {"batched", {4, 2, 3}, {4, 3, 5}, {4, 2, 5}},
      {"shared weight", {4, 2, 3}, {3, 5}, {4, 2, 5}},
      {"broadcast batch", {1, 4, 2, 3}, {6, 1, 3, 5}, {6, 4, 2, 5}},
      {"matrix by batch", {2, 3}, {4, 3, 5}, {4, 2, 5}},
      {"vector by batch", {3}, {4, 3, 5}, {4, 5}},
      {"batch by vector", {4, 2, 3}, {3}, {4, 2}},
      {"vectors", {3}, {3}, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(b_.shape(b_.matmul(real(c.a), real(c.b))), c.y) << fault();
  }
}

TEST_F(BuilderTest, OtherFaults) {
  b_.add(real({2, 3}), real({2}));
  EXPECT_EQ(fault(), "error[PFD212]: [2,3] and [2] cannot be broadcast together");
  const Window three = {{3, 3}, {1, 1}, {0, 0}, {0, 0}, {1, 1}};
  b_.convolution(real({1, 4, 5, 5}), real({8, 3, 3, 3}), three, 1);
  EXPECT_EQ(fault(),
            "error[PFD211]: channels differ: x is [1,4,5,5], w is [8,3,3,3] with 1 groups");
  b_.convolution(real({1, 4, 5, 5}), real({8, 1, 3, 3}), three, 3);
  EXPECT_EQ(fault(), "error[PFD207]: 3 groups do not divide 4 channels and 8 filters");
  b_.convolution(real({1, 4, 2, 5}), real({8, 4, 3, 3}), three, 1);
  EXPECT_EQ(fault(), "error[PFD211]: a window of 3 does not fit a size of 2 along spatial axis 0");
  b_.concat({}, 0);
  EXPECT_EQ(fault(), "error[PFD206]: concat has 0 inputs");
  b_.exp(graph_.add_input("u", TensorType{}));
  EXPECT_EQ(fault(), "error[PFD206]: input 0 of exp has no known type");
  EXPECT_FALSE(b_.exp(Value{}));
  EXPECT_EQ(fault(), "no fault") << "an empty operand passes the first fault on";
}

TEST_F(BuilderTest, RefusesHugeSizes) {
  const Value huge = real({1, 1, INT64_MAX});
  const Value kernel = real({1, 1, 3});
  b_.convolution(huge, kernel, {{3}, {1}, {1}, {1}, {1}}, 1);
  EXPECT_EQ(fault(),
            "error[PFD214]: a size of 9223372036854775807 is more than "
            "1152921504606846976");
  b_.window_max(huge, {{1, 1, 3}, {1, 1, 1}, {0, 0, 1}, {0, 0, 1}, {1, 1, 1}});
  EXPECT_NE(fault(), "no fault");
  b_.convolution(kernel, kernel, {{3}, {INT64_MAX}, {INT64_MIN}, {0}, {1}}, 1);
  EXPECT_NE(fault(), "no fault");
  b_.convolution(kernel, kernel, {{3}, {1}, {0}, {0}, {INT64_MAX}}, 1);
  EXPECT_NE(fault(), "no fault");
  b_.emit("pad", {kernel},
          {{"low", Axes(3, size_limit)}, {"high", Axes(3, size_limit)}, {"interior", Axes(3, 0)}});
  EXPECT_NE(fault(), "no fault");
  b_.emit("convolution_input_gradient", {kernel, real({1, size_limit, 3})},
          {{"strides", Axes{1}},
           {"pads_low", Axes{0}},
           {"pads_high", Axes{0}},
           {"dilations", Axes{1}},
           {"groups", size_limit},
           {"input_sizes", Axes{5}}});
  EXPECT_NE(fault(), "no fault");
  const Value wide = real({size_limit, size_limit, size_limit});
  b_.reshape(wide, {size_limit, size_limit, size_limit, 7});
  EXPECT_NE(fault(), "no fault") << "both counts of elements overflow";
}

TEST_F(BuilderTest, CountsOfHugeTensorsStickAtOverflow) {
  const Value x = real({size_limit, size_limit});
  const Value y = b_.matmul(x, x);
  ASSERT_EQ(fault(), "no fault");
  const graph::Node& node = *graph_.producer(y);
  EXPECT_TRUE(primitive_of(*node.kind).work(NodeView(graph_, node), {}).overflowed());
}

}  // namespace
}  // namespace pfsday::ops
