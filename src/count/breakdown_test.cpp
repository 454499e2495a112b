#include "count/breakdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "count/step.h"
#include "graph/text.h"
#include "ops/builder.h"
#include "ops/verify.h"

namespace pfsday::count {
namespace {

graph::Graph parse(std::string_view text) {
  auto graph = graph::parse_graph(text, [](std::string_view name) {
    const ops::Primitive* primitive = ops::find_primitive(name);
    return primitive != nullptr ? &primitive->kind : nullptr;
  });
  if (!graph) ADD_FAILURE() << to_string(graph.error());
  return std::move(*graph);
}

constexpr std::string_view two_blocks = R"(
input %x: f32[2,3]
parameter %w1: f32[3,5]
parameter %w2: f32[3,5]
%t: f32[5,3] = transpose(%w2) {permutation=[1,0]} from Transpose "/turn"
%h: f32[2,5] = dot(%x, %w1) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from MatMul "/net/block.0/fc/MatMul"
%a: f32[2,5] = add(%h, %h) from Add "/net/block.0/Add"
%g: f32[2,3] = dot(%a, %t) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from MatMul "/net/block.1/fc/MatMul"
%y: f32[2,5] = dot(%g, %w1) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from MatMul "/net/block.1/tied/MatMul"
output %y
)";

std::vector<Row> rows_of(const BreakdownOptions& options, Step step = Step::forward) {
  const auto counts = count_step(parse(two_blocks), {.step = step}, {.breakdown = options});
  if (!counts) ADD_FAILURE() << to_string(counts.error());
  return counts->rows;
}

std::vector<std::string> names_of(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  for (const Row& row : rows) names.push_back(std::string(row.depth, ' ') + row.name);
  return names;
}

TEST(Breakdown, ByModuleIsATreeOfSums) {
  const std::vector<Row> rows = rows_of({.by = By::module});
  EXPECT_THAT(names_of(rows), testing::ElementsAre(
                                  "/net", " /net/block.0", "  /net/block.0/fc",
                                  "   /net/block.0/fc/MatMul", "  /net/block.0/Add",
                                  " /net/block.1", "  /net/block.1/fc", "   /net/block.1/fc/MatMul",
                                  "  /net/block.1/tied", "   /net/block.1/tied/MatMul"));
  EXPECT_EQ(rows[0].work.products, Count(90));
  EXPECT_EQ(rows[1].work.products, Count(30));
  EXPECT_EQ(rows[1].work.add, Count(30 + 10));
  EXPECT_EQ(rows[5].work.products, Count(60));
  EXPECT_EQ(rows[5].nodes, 2U);
  EXPECT_EQ(rows[5].op, "MatMul");
  EXPECT_EQ(rows[1].op, "");
  EXPECT_EQ(rows[2].op, "MatMul");
}

TEST(Breakdown, DepthCutsTheTree) {
  const std::vector<Row> rows = rows_of({.by = By::module, .depth = 2});
  EXPECT_THAT(names_of(rows), testing::ElementsAre("/net", " /net/block.0", " /net/block.1"));
}

TEST(Breakdown, ParametersAreThoseOfTheirFirstUse) {
  const std::vector<Row> rows = rows_of({.by = By::layer});
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].parameters, Count(15));
  EXPECT_EQ(rows[2].parameters, Count(15)) << "behind a transposition of another node";
  EXPECT_EQ(rows[3].parameters, Count(0)) << "the first layer has it";
}

TEST(Breakdown, BytesHandedOnAndMoved) {
  const std::vector<Row> rows = rows_of({.by = By::layer});
  EXPECT_EQ(rows[0].activation_bytes, Count(4 * 10));
  EXPECT_EQ(rows[0].bytes, Count(4 * (6 + 15 + 10)));
  EXPECT_EQ(rows[3].activation_bytes, Count(4 * 10)) << "an output of the graph";
}

TEST(Breakdown, TopSumsUpTheOthers) {
  const std::vector<Row> rows = rows_of({.by = By::layer, .top = 2});
  EXPECT_THAT(names_of(rows), testing::ElementsAre("/net/block.0/fc/MatMul",
                                                   "/net/block.1/fc/MatMul", "(2 others)"));
  EXPECT_EQ(rows[2].work.operations(), Count(60 + 10));
  const std::vector<Row> tree = rows_of({.by = By::module, .depth = 2, .top = 1});
  EXPECT_THAT(names_of(tree), testing::ElementsAre("/net", " /net/block.1", " (1 other)"));
}

TEST(Breakdown, PassesOfOneNameFollowEachOther) {
  const std::vector<Row> rows = rows_of({.by = By::op}, Step::training);
  std::vector<std::string> passes;
  for (const Row& row : rows) passes.push_back(row.name + " " + std::string(to_string(row.pass)));
  EXPECT_THAT(passes, testing::ElementsAre("MatMul forward", "MatMul data_gradient",
                                           "MatMul weight_gradient", "Add forward",
                                           "(sums of gradients) weight_gradient"));
}

TEST(Breakdown, ByTypeTakesWhatTheNodeReads) {
  using graph::ElementType;
  graph::Graph graph;
  ops::Builder b(graph);
  const graph::Value x = graph.add_input("x", {ElementType::i8, {2, 3}});
  const graph::Value w = graph.add_tensor("w", {ElementType::i8, {3, 5}});
  const graph::Value scale = graph.add_input("scale", {ElementType::f32, {2, 5}});
  b.set_origin(graph.add_origin({"MatMulInteger", "q"}));
  b.use_as_parameter(w);
  const graph::Value sums = b.matmul(b.cast(x, ElementType::i32), b.cast(w, ElementType::i32));
  b.set_origin(graph.add_origin({"Cast", "c"}));
  const graph::Value reals = b.cast(sums, ElementType::f32);
  b.set_origin(graph.add_origin({"Mul", "m"}));
  graph.set_outputs({b.mul(reals, scale)});

  const auto counts = count_graph(graph, {.breakdown = {.by = By::type}});
  EXPECT_THAT(names_of(counts->rows), testing::ElementsAre("i8", "f32"));
  EXPECT_EQ(counts->rows[0].work.products, Count(30));
  EXPECT_EQ(counts->rows[0].parameters, Count(15)) << "integers too";
  EXPECT_EQ(counts->rows[1].work, (Work{.mul = Count(10)}));
}

TEST(Breakdown, ParametersOfALoopBelongToItsBody) {
  const auto counts = count_step(parse(R"(
input %h: f32[2,4]
parameter %w: f32[4,4]
%y: f32[2,4] = loop(%h, %w) {trips=3, carried=1, scanned=0} from Loop "/loop"
body
  input %c: f32[2,4]
  weight %v: f32[4,4]
  %n: f32[2,4] = dot(%c, %v) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from MatMul "/loop/fc"
  output %n
end
output %y
)"),
                                 {.step = Step::forward}, {.breakdown = {.by = By::layer}});
  ASSERT_EQ(counts->rows.size(), 1U);
  EXPECT_EQ(counts->rows[0].work.products, Count(3 * 2 * 4 * 4));
  EXPECT_EQ(counts->rows[0].parameters, Count(16));
}

}  // namespace
}  // namespace pfsday::count
