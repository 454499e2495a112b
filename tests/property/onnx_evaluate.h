// Models that a test writes: imported, counted, evaluated.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "count/step.h"
#include "importers/importer.h"
#include "importers/onnx/model_writer.h"
#include "ops/evaluation.h"

namespace pfsday::onnx {

inline Result<graph::Graph> try_import(const ModelWriter& model) {
  // The bytes stay: literals of the graph view them.
  static std::vector<std::unique_ptr<std::string>> kept;
  kept.push_back(std::make_unique<std::string>(model.bytes()));
  auto read = importers::read_model(std::as_bytes(std::span(*kept.back())), {});
  if (!read) return fail(std::move(read).error());
  return std::move(read->graph);
}

inline graph::Graph import(const ModelWriter& model) {
  auto graph = try_import(model);
  if (graph) return *std::move(graph);
  ADD_FAILURE() << to_string(graph.error());
  return {};
}

inline count::Counts count_model(const ModelWriter& model, count::Step step) {
  const auto counts = count::count_step(import(model), {.step = step}, {});
  if (!counts) {
    ADD_FAILURE() << to_string(counts.error());
    return {};
  }
  EXPECT_TRUE(counts->complete());
  return *counts;
}

/// What each output of a model holds that holds all its operands itself.
inline std::vector<ops::Tensor<graph::Exact>> evaluate_all(const ModelWriter& model) {
  auto outputs = ops::evaluate_graph<graph::Exact>(import(model), {}, {});
  if (outputs) return *std::move(outputs);
  ADD_FAILURE() << to_string(outputs.error());
  return {{}};
}

inline std::vector<graph::Exact> evaluate(const ModelWriter& model) {
  return evaluate_all(model).front().data;
}

inline void expect_near(const std::vector<graph::Exact>& actual,
                        const std::vector<graph::Exact>& expected, double tolerance = 1e-5) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(actual[i]), static_cast<double>(expected[i]), tolerance)
        << "element " << i;
  }
}

}  // namespace pfsday::onnx
