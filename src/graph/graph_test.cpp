#include <gtest/gtest.h>

#include <cmath>

#include "graph/text.h"

namespace pfsday::graph {
namespace {

constexpr Kind dot{.name = "dot", .inputs = 2};
constexpr Kind concat{.name = "concat", .inputs = 1, .variadic = true};

const Kind* find(std::string_view name) {
  if (name == "dot") return &dot;
  return name == "concat" ? &concat : nullptr;
}

TEST(GraphText, RoundTrips) {
  constexpr std::string_view text = R"(input %0: f32[2,3] "x"
parameter %1: f32[3,5] "fc.weight"
tensor %2: f32[5] "mean"
constant %3: i64[2] = 1 -6
constant %4: f32[1000,1000] = splat 0.5
%5: f32[2,5] = dot(%0, %1) {contract_a=[1], alpha=1.0, mode="window"} from Gemm "fc 1"
%6: f32[4,5], %7: ? = concat(%5, %5) {axis=0} in weight_gradient
output %6
)";
  const auto graph = parse_graph(text, find);
  ASSERT_TRUE(graph) << to_string(graph.error());
  EXPECT_EQ(to_string(*graph), text);
  EXPECT_TRUE(graph->info(Value{6}).from_weight);
  EXPECT_EQ(graph->info(Value{3}).literal->integers(), (Axes{1, -6}));
}

TEST(GraphText, BodiesRoundTrip) {
  constexpr std::string_view text = R"(input %0: f32[2,3] "x"
%1: f32[2,5] = dot(%0, %0) from Loop "l"
body
  input %0: f32[3] ""
  weight %1: f32[3] ""
  %2: f32[] = dot(%0, %1) from MatMul "l/m" in weight_gradient
  body
    input %0: f32[3] ""
    output %0
  end
  body
  end
  output %2
end
output %1
)";
  const auto graph = parse_graph(text, find);
  ASSERT_TRUE(graph) << to_string(graph.error());
  EXPECT_EQ(to_string(*graph), text);
  EXPECT_TRUE(graph->nodes()[0].bodies[0]->info(Value{1}).from_weight);
  for (const std::string_view bad : {"body\n", "end\n", "%0: f32[] = concat()\nbody\n"}) {
    EXPECT_FALSE(parse_graph(bad, find)) << bad;
  }
}

TEST(GraphText, QuotesWhatIsNoWord) {
  Graph graph;
  const Value x = graph.add_input("a \"b\" \\ c\nd", {ElementType::f32, {1}});
  Node node{.kind = &dot, .inputs = {x, x}, .origin = graph.add_origin({"my.domain::Op", "n"})};
  node.attributes.push_back({"note", std::string("\\\"")});
  graph.append(std::move(node), {{ElementType::f32, {1}}});
  const std::string text = to_string(graph);
  const auto again = parse_graph(text, find);
  ASSERT_TRUE(again) << to_string(again.error()) << "\n" << text;
  EXPECT_EQ(to_string(*again), text);
  EXPECT_EQ(again->info(x).name, graph.info(x).name);
  EXPECT_EQ(again->origins().back().op, "my.domain::Op");
}

TEST(GraphText, PrintsNumbersOfEverySize) {
  constexpr std::string_view text = R"(constant %0: f64[4] = 0.1 -1e+300 inf nan
constant %1: u64[1] = 18446744073709551615
)";
  const auto graph = parse_graph(text, find);
  ASSERT_TRUE(graph) << to_string(graph.error());
  EXPECT_EQ(to_string(*graph), text);
}

TEST(GraphText, FaultsNameLineAndColumn) {
  const struct {
    std::string_view text, message;
  } cases[] = {
      {"input %x f32[1]", "error[PFD203]: line 1:10: expected \":\""},
      {"input %x: f99[1]", "error[PFD203]: line 1:14: expected an element type"},
      {"input %x: f32[-1]", "error[PFD203]: line 1:18: expected sizes of at least 0"},
      {"\noutput %y", "error[PFD203]: line 2:10: expected a value that is defined above"},
      {"input %x: f32[1]\n%y: f32[1] = dot(%x)", "error[PFD203]: line 2:21: expected 2 inputs"},
      {"input %x: f32[1]\n%y: f32[1] = mat(%x)",
       "error[PFD203]: line 2:17: expected the name of a primitive"},
      {"constant %x: i64[2] = 1", "error[PFD203]: line 1:24: expected one number for each element"},
      {"input %x: f32[99999999999999999999]", "error[PFD203]: line 1:35: expected a number"},
  };
  for (const auto& c : cases) {
    const auto graph = parse_graph(c.text, find);
    ASSERT_FALSE(graph) << c.text;
    EXPECT_EQ(to_string(graph.error()), c.message);
  }
}

TEST(Literal, DecodesBytes) {
  const std::uint16_t halves[] = {0x3c00, 0xc000, 0x0001, 0x7bff};
  const Literal f16 = Literal::view({ElementType::f16, {4}}, std::as_bytes(std::span(halves)));
  EXPECT_EQ(f16.at(0), 1.0L);
  EXPECT_EQ(f16.at(1), -2.0L);
  EXPECT_EQ(f16.at(2), 0x1p-24L);
  EXPECT_EQ(f16.at(3), 65504.0L);
  const std::int64_t largest[] = {INT64_MAX};
  const Literal i64 = Literal::view({ElementType::i64, {1}}, std::as_bytes(std::span(largest)));
  EXPECT_EQ(i64.integers()[0], INT64_MAX);
}

TEST(Literal, ElementsRoundAndWrap) {
  EXPECT_EQ(to_element(ElementType::f32, 0.1L), static_cast<Exact>(0.1F));
  EXPECT_EQ(to_element(ElementType::f16, 2049), 2048) << "ties to even";
  EXPECT_EQ(to_element(ElementType::f16, 65520), HUGE_VALL);
  EXPECT_EQ(to_element(ElementType::f16, 0x1.8p-24L), 0x1p-23L);
  EXPECT_EQ(to_element(ElementType::bf16, 257), 256);
  EXPECT_EQ(to_element(ElementType::bf16, -0x1p-134L), 0);
  EXPECT_EQ(to_element(ElementType::i8, 200), -56);
  EXPECT_EQ(to_element(ElementType::u8, -1), 255);
  EXPECT_EQ(to_element(ElementType::i64, -7.9L), -7);
}

TEST(TensorType, CountsElementsAndBytes) {
  EXPECT_EQ((TensorType{ElementType::i4, {3}}.bytes()), Count(2));
  EXPECT_EQ((TensorType{ElementType::f32, {}}.elements()), Count(1));
  EXPECT_EQ((TensorType{ElementType::f32, {0, 5}}.elements()), Count(0));
  const std::int64_t huge = INT64_MAX;
  EXPECT_TRUE((TensorType{ElementType::f32, {huge, huge, huge}}.elements().overflowed()));
}

}  // namespace
}  // namespace pfsday::graph
