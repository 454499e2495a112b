// Proofs of the rules of every primitive, on random samples of each.
#include <gtest/gtest.h>

#include <map>

#include "count/proof.h"
#include "graph/text.h"
#include "ops/verify.h"
#include "property/checks.h"

namespace pfsday::ops {
namespace {

constexpr std::size_t samples_of_each = 200;

const graph::Kind* find_kind(std::string_view name) {
  const Primitive* primitive = find_primitive(name);
  return primitive != nullptr ? &primitive->kind : nullptr;
}

const PrimitiveSample* find_sample(std::string_view primitive) {
  for (const SampleFamily* family : sample_families()) {
    for (const PrimitiveSample& sample : family->samples) {
      if (sample.primitive == primitive) return &sample;
    }
  }
  return nullptr;
}

/// One test of this suite for each primitive.
class Primitives : public testing::TestWithParam<const Primitive*> {
 public:
  static void TearDownTestSuite() { checks.print("primitives"); }

 protected:
  /// Calls prove(sample) until it fails or all samples are through.
  template <class Prove>
  void for_each_sample(Prove&& prove) {
    const PrimitiveSample* sample = find_sample(GetParam()->kind.name);
    ASSERT_NE(sample, nullptr) << GetParam()->kind.name << " has no sample in src/ops/defs";
    Rng rng(2018);
    for (std::size_t i = 0; i < samples_of_each && !HasFailure(); ++i) {
      const Sample made = sample->make(sample->primitive, rng);
      ASSERT_FALSE(made.graph.outputs().empty()) << "sample " << i << " is no graph";
      checks.sample(std::string(sample->primitive), i);
      prove(made);
    }
  }

  static inline Checks checks;
};

TEST_P(Primitives, SampleVerifies) {
  for_each_sample([](const Sample& sample) { checks.expect(types_hold(sample)); });
}

/// Primitives without an evaluation that could prove their rules, and why.
const std::map<std::string_view, std::string_view> without_evaluation = {
    {"custom", "its work is what the user states"},
    {"gradient_of", "counting replaces it by what it stands for"},
    {"uncounted", "nobody knows what it does"},
};

TEST_P(Primitives, EvaluationDoesTheWorkOfTheRule) {
  const auto excuse = without_evaluation.find(GetParam()->kind.name);
  if (excuse != without_evaluation.end()) GTEST_SKIP() << excuse->second;
  for_each_sample([](const Sample& sample) {
    for (const Rules& rules : all_rules) checks.expect(work_holds(sample, rules));
  });
}

/// Primitives of floating-point results that no gradient passes, and why.
const std::map<std::string_view, std::string_view> without_gradient = {
    {"attention_gradient", "a second derivative of attention is not needed"},
    {"decision_trees", "a step: zero wherever it is defined"},
    {"window_max_gradient", "a second derivative of pooling is not needed"},
    {"reduce_product_gradient", "a second derivative of a product is not needed"},
    {"floor", "a step: zero wherever it is defined"},
    {"ceil", "a step: zero wherever it is defined"},
    {"round", "a step: zero wherever it is defined"},
    {"sign", "a step: zero wherever it is defined"},
    {"iota", "has no inputs"},
    {"random", "has no inputs"},
    {"random_normal", "has no inputs"},
    {"stop_gradient", "stops it by definition"},
};

/// Primitives whose gradient is not their derivative, by convention, and why.
const std::map<std::string_view, std::string_view> straight_through = {
    {"quantize_round", "passes a gradient as if nothing were rounded"},
};

TEST_P(Primitives, GradientAgreesWithFiniteDifferences) {
  const Primitive& primitive = *GetParam();
  const auto excuse = without_evaluation.find(primitive.kind.name);
  if (excuse != without_evaluation.end()) GTEST_SKIP() << excuse->second;
  const bool is_excused = without_gradient.contains(primitive.kind.name);
  for_each_sample([&](const Sample& sample) {
    const bool is_real = graph::is_real(sample.graph.type(sample.graph.outputs()[0]).element);
    ASSERT_TRUE(!is_real || passes_gradient(primitive) != is_excused);
    if (!is_real || is_excused) return;
    for (const Rules& rules : all_rules) {
      if (!straight_through.contains(primitive.kind.name)) {
        checks.expect(count::gradient_holds(sample, rules));
      }
      checks.expect(count::gradient_work_holds(sample, rules));
    }
  });
}

TEST_P(Primitives, TextRoundTrips) {
  for_each_sample([](const Sample& sample) {
    const std::string text = graph::to_string(sample.graph);
    const auto parsed = graph::parse_graph(text, find_kind);
    ASSERT_TRUE(parsed) << to_string(parsed.error()) << "\n" << text;
    EXPECT_EQ(graph::to_string(*parsed), text);
    EXPECT_TRUE(verify(*parsed)) << text;
  });
}

std::vector<const Primitive*> all_primitives() {
  std::vector<const Primitive*> all;
  for (const PrimitiveFamily* family : families()) {
    for (const Primitive& primitive : family->primitives) all.push_back(&primitive);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Each, Primitives, testing::ValuesIn(all_primitives()),
                         [](const auto& test) { return std::string(test.param->kind.name); });

}  // namespace
}  // namespace pfsday::ops
