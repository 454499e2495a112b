// From the bytes of a model file to its count, within one process: nodes per second of generated
// networks, which should not depend on their size.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "count/count.h"
#include "hlo_program.h"
#include "importers/importer.h"
#include "importers/onnx/model_writer.h"

namespace {

using pfsday::graph::ElementType;
using pfsday::onnx::ModelWriter;

constexpr std::int64_t width = 64;

/// Layers of three nodes, a product with a weight of its own, a bias and an activation.
std::string network(std::int64_t nodes) {
  ModelWriter model(17);
  model.input("x0", {ElementType::f32, {8, width}});
  model.initializer("bias", {{ElementType::f32, {width}}});
  std::string x = "x0";
  for (std::int64_t i = 0; i < nodes / 3; ++i) {
    const std::string layer = fmt::format("layer{}", i);
    model.initializer(layer + "/weight", {{ElementType::f32, {width, width}}});
    model.node({.op = "MatMul", .inputs = {x, layer + "/weight"}, .outputs = {layer + "/product"}});
    model.node({.op = "Add", .inputs = {layer + "/product", "bias"}, .outputs = {layer + "/sum"}});
    model.node({.op = "Relu", .inputs = {layer + "/sum"}, .outputs = {layer + "/relu"}});
    x = layer + "/relu";
  }
  model.output(x);
  return model.bytes();
}

void import_and_count(benchmark::State& state, const std::string& file, std::int64_t nodes) {
  for (auto _ : state) {
    const auto model = pfsday::importers::read_model(std::as_bytes(std::span(file)), {});
    if (!model) return state.SkipWithError("did not import");
    const auto counts = pfsday::count::count_graph(model->graph, {});
    if (!counts || !counts->complete()) return state.SkipWithError("did not count");
  }
  state.counters["nodes_per_s"] =
      benchmark::Counter(static_cast<double>(nodes), benchmark::Counter::kIsIterationInvariantRate);
}

void onnx(benchmark::State& state) {
  import_and_count(state, network(state.range(0)), state.range(0) / 3 * 3);
}

void hlo(benchmark::State& state) {
  const std::string file = pfsday::bench::HloProgram(static_cast<int>(state.range(0) / 13)).text();
  import_and_count(state, file, state.range(0) / 13 * 13);
}

BENCHMARK(onnx)->Arg(1'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(hlo)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
