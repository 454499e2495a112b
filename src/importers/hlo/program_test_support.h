// Programs of a few lines, for tests: read, counted, evaluated.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "graph/liveness.h"
#include "graph/text.h"
#include "importers/importer.h"
#include "ops/evaluation.h"
#include "ops/verify.h"

namespace pfsday::hlo {

using graph::Exact;
using importers::ImportOptions;
using importers::Model;

/// Computations that programs call by name: sum, product, most, least, both, second.
inline std::string computations() {
  std::string text;
  const std::pair<std::string_view, std::string_view> combining[] = {
      {"sum", "add"}, {"product", "multiply"}, {"most", "maximum"}, {"least", "minimum"}};
  for (const auto& [name, op] : combining) {
    text += fmt::format(
        "{} {{\n  a = f32[] parameter(0)\n  b = f32[] parameter(1)\n"
        "  ROOT r = f32[] {}(a, b)\n}}\n",
        name, op);
  }
  return text + R"(both {
  a = pred[] parameter(0)
  b = pred[] parameter(1)
  ROOT r = pred[] and(a, b)
}
second {
  a = f32[] parameter(0)
  ROOT b = f32[] parameter(1)
}
at_least {
  a = f32[] parameter(0)
  b = f32[] parameter(1)
  ROOT r = pred[] compare(a, b), direction=GE
}
less {
  a = f32[] parameter(0)
  b = f32[] parameter(1)
  ROOT r = pred[] compare(a, b), direction=LT
}
)";
}

/// A whole module around the lines of its entry.
inline std::string program(std::string_view entry, std::string_view before = {}) {
  return fmt::format("HloModule test\n\n{}{}\nENTRY main {{\n{}\n}}\n", computations(), before,
                     entry);
}

inline Result<Model> read(std::string_view text, const ImportOptions& options = {}) {
  auto model = importers::read_model(std::as_bytes(std::span(text)), options);
  if (model) {
    const auto verified = ops::verify(model->graph);
    EXPECT_TRUE(verified) << to_string(verified.error()) << graph::to_string(model->graph);
  }
  return model;
}

/// What is live, trips included; of a branch the side with more operations.
inline ops::Work work_of(const graph::Graph& graph) {
  const std::vector<bool> is_live = graph::find_live_nodes(graph);
  ops::Work sum;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (!is_live[i]) continue;
    const graph::Node& node = graph.nodes()[i];
    const auto& primitive = ops::primitive_of(*node.kind);
    ops::Work work;
    if (node.kind->name == "loop") {
      work = work_of(*node.bodies[0]);
      work *= graph::Count(*graph::find_attribute<std::int64_t>(node.attributes, "trips"));
    } else if (node.kind->name == "branch") {
      const ops::Work sides[] = {work_of(*node.bodies[0]), work_of(*node.bodies[1])};
      work = sides[sides[1].operations() > sides[0].operations() ? 1 : 0];
    } else if (primitive.work != nullptr) {
      work = primitive.work(graph::NodeView(graph, node), {});
    }
    sum += work;
  }
  return sum;
}

inline std::vector<std::vector<Exact>> evaluate(const Model& model,
                                                const std::vector<std::vector<Exact>>& inputs) {
  std::map<graph::Value, ops::Tensor<Exact>> given;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const graph::Value v = model.graph.inputs()[i];
    given[v] = {model.graph.type(v), inputs[i]};
  }
  const auto outputs = ops::evaluate_graph<Exact>(model.graph, given, {});
  EXPECT_TRUE(outputs) << to_string(outputs.error());
  std::vector<std::vector<Exact>> all;
  for (const auto& output : *outputs) all.push_back(output.data);
  return all;
}

/// "2 mul, 2 add, 2 products": what is not zero.
inline std::string to_text(const ops::Work& work) {
  std::string text;
  const std::pair<std::string_view, graph::Count> counters[] = {
      {"mul", work.mul},         {"add", work.add},         {"div", work.div},
      {"special", work.special}, {"compare", work.compare}, {"products", work.products}};
  for (const auto& [name, count] : counters) {
    if (count == graph::Count(0)) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", units::to_digits(count), name);
  }
  return text;
}

/// A loop that doubles x as long as a condition on its count holds.
struct LoopText {
  std::string_view start = "s32[] constant(0)";
  std::string_view step = "s32[] add(i, one)";
  std::string_view bound = "s32[] constant(6)";
  std::string_view condition = "pred[] compare(i, n), direction=LT";
  std::string_view attributes = "";
};

inline std::string loop_text(const LoopText& text) {
  return program(fmt::format("x = f32[4] parameter(0)\ni = {}\nt = (s32[], f32[4]) tuple(i, x)\n"
                             "w = (s32[], f32[4]) while(t), condition=goes_on, body=trip{}\n"
                             "ROOT y = f32[4] get-tuple-element(w), index=1",
                             text.start, text.attributes),
                 fmt::format(R"(shifted {{
  p = s32[] parameter(0)
  q = s32[] constant(1)
  ROOT r = s32[] subtract(p, q)
}}
goes_on {{
  t = (s32[], f32[4]) parameter(0)
  i = s32[] get-tuple-element(t), index=0
  n = {}
  ROOT p = {}
}}
trip {{
  t = (s32[], f32[4]) parameter(0)
  i = s32[] get-tuple-element(t), index=0
  x = f32[4] get-tuple-element(t), index=1
  one = s32[] constant(1)
  two = s32[] constant(2)
  j = {}
  y = f32[4] add(x, x)
  ROOT r = (s32[], f32[4]) tuple(j, y)
}})",
                             text.bound, text.condition, text.step));
}

}  // namespace pfsday::hlo
