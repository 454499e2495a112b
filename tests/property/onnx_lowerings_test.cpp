// Proofs of every ONNX lowering, on random nodes of each, imported from the bytes of a file.
#include <gtest/gtest.h>

#include <set>

#include "count/proof.h"
#include "importers/importer.h"
#include "importers/onnx/sample.h"
#include "ops/coverage.h"
#include "property/checks.h"

namespace pfsday::onnx {
namespace {

constexpr std::size_t samples_of_each = 100;

/// "MatMul", or "com.microsoft.FusedMatMul" where it is no standard operator.
std::string full_name(std::string_view domain, std::string_view op) {
  return domain.empty() ? std::string(op) : std::string(domain) + "." + std::string(op);
}

const LoweringSample* find_sample(std::string_view name) {
  for (const LoweringSampleFamily* family : lowering_samples()) {
    for (const LoweringSample& sample : family->samples) {
      if (full_name(sample.domain, sample.op) == name) return &sample;
    }
  }
  return nullptr;
}

/// The same graph, value by value, with its buffers as constants: no gradient is asked of them.
graph::Graph with_constant_buffers(const graph::Graph& graph) {
  return ops::copy_graph(graph, [](graph::Graph& copy, const graph::ValueInfo& root) {
    if (root.source == graph::Source::input) {
      copy.add_input(root.name, root.type);
    } else if (root.is_parameter) {
      copy.mark_parameter(copy.add_tensor(root.name, root.type, root.contents()));
    } else {
      copy.add_constant(*root.literal);
    }
  });
}

/// The graph of the node and what its operands hold. The bytes must outlive it.
Result<ops::Sample> import(const NodeSample& sample, const std::string& bytes) {
  const auto model = TRY(importers::read_model(std::as_bytes(std::span(bytes)), {}));
  ops::Sample imported{.graph = with_constant_buffers(model.graph), .given = {}};
  const auto give = [&](Value v) {
    for (const Operand& operand : sample.operands) {
      if (operand.name != imported.graph.info(v).name) continue;
      imported.given[v] = {operand.tensor.type, operand.tensor.values};
    }
  };
  for (const Value v : imported.graph.inputs()) give(v);
  for (const Value v : imported.graph.tensors()) {
    const auto& literal = imported.graph.info(v).literal;
    if (literal) imported.given[v] = {literal->type(), literal->values()};
    give(v);
  }
  return imported;
}

/// Operators through which no gradient goes, and why.
const std::map<std::string_view, std::string_view> without_gradient = {
    {"ai.onnx.ml.Binarizer", "a step: zero wherever it is defined"},
    {"ai.onnx.ml.SVMClassifier", "votes are steps"},
    {"ai.onnx.ml.TreeEnsemble", "a step: zero wherever it is defined"},
    {"ai.onnx.ml.TreeEnsembleClassifier", "a step: zero wherever it is defined"},
    {"ai.onnx.ml.TreeEnsembleRegressor", "a step: zero wherever it is defined"},
    {"Bernoulli", "a step: zero wherever it is defined"},
    {"Ceil", "a step: zero wherever it is defined"},
    {"Constant", "has no inputs"},
    {"ConstantOfShape", "of integers"},
    {"EyeLike", "only the shape of its input counts"},
    {"Floor", "a step: zero wherever it is defined"},
    {"Hardmax", "a step: zero wherever it is defined"},
    {"RandomNormalLike", "only the shape of its input counts"},
    {"RandomUniformLike", "only the shape of its input counts"},
    {"Round", "a step: zero wherever it is defined"},
    {"Sign", "a step: zero wherever it is defined"},
    {"com.microsoft.DynamicQuantizeMatMul", "passes the rounding as if there were none"},
    {"com.microsoft.Range", "steers what it gives"},
};

bool has_trainable(const graph::Graph& graph) {
  const auto is_real = [&](Value v) { return graph::is_real(graph.type(v).element); };
  return std::ranges::any_of(graph.inputs(), is_real) ||
         std::ranges::any_of(graph.tensors(), is_real);
}

/// The first output, where a gradient goes to no other: running statistics, masks.
void keep_differentiable_outputs(std::string_view op, graph::Graph& graph) {
  if (op != "BatchNormalization" && op != "Dropout") return;
  graph.set_outputs({graph.outputs()[0]});
}

/// One test of this suite for each lowered operator.
class OnnxLowerings : public testing::TestWithParam<std::string> {
 public:
  static void TearDownTestSuite() { checks.print("operators"); }

 protected:
  /// Calls prove(sample) until it fails or all samples are through.
  template <class Prove>
  void for_each_sample(Prove&& prove) {
    const LoweringSample* sample = find_sample(GetParam());
    ASSERT_NE(sample, nullptr) << GetParam() << " has no sample in src/importers/onnx";
    Rng rng(2018);
    for (std::size_t i = 0; i < samples_of_each && !HasFailure(); ++i) {
      NodeDraw draw(rng);
      const NodeSample made = sample->make(sample->op, draw);
      reached_.insert(
          find_lowering(sample->domain, sample->op, sample->domain.empty() ? made.opset : 1));
      const std::string bytes = made.bytes();
      const auto imported = import(made, bytes);
      ASSERT_TRUE(imported) << "sample " << i << ": " << to_string(imported.error());
      ASSERT_FALSE(ops::has_uncounted(imported->graph)) << "sample " << i << " is uncounted";
      checks.sample(GetParam(), i);
      prove(*imported);
    }
  }

  std::set<const Lowering*> reached_;
  static inline Checks checks;
};

TEST_P(OnnxLowerings, EvaluationDoesTheWorkOfTheRules) {
  for_each_sample([](const ops::Sample& sample) {
    checks.expect(ops::types_hold(sample));
    for (const ops::Rules& rules : ops::all_rules) checks.expect(ops::work_holds(sample, rules));
  });
}

TEST_P(OnnxLowerings, GradientsAgreeWithDifferences) {
  const auto excused = without_gradient.find(GetParam());
  if (excused != without_gradient.end()) GTEST_SKIP() << "no gradient: " << excused->second;
  for_each_sample([](ops::Sample sample) {
    keep_differentiable_outputs(GetParam(), sample.graph);
    if (!has_trainable(sample.graph)) return;
    checks.expect(count::gradient_holds(sample, {}));
    for (const ops::Rules& rules : ops::all_rules) {
      checks.expect(count::gradient_work_holds(sample, rules));
    }
  });
}

TEST_P(OnnxLowerings, SamplesReachEveryVersion) {
  for_each_sample([](const ops::Sample&) {});
  for (const LoweringFamily* family : lowering_families()) {
    for (const Lowering& lowering : family->lowerings) {
      if (full_name(lowering.domain, lowering.op) != GetParam()) continue;
      EXPECT_TRUE(reached_.contains(&lowering)) << "since operator set " << lowering.since;
    }
  }
}

std::vector<std::string> all_operators() {
  std::set<std::string> all;
  for (const LoweringFamily* family : lowering_families()) {
    for (const Lowering& lowering : family->lowerings) {
      all.insert(full_name(lowering.domain, lowering.op));
    }
  }
  return {all.begin(), all.end()};
}

INSTANTIATE_TEST_SUITE_P(Each, OnnxLowerings, testing::ValuesIn(all_operators()),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

}  // namespace
}  // namespace pfsday::onnx
