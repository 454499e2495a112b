// The lowerings reproduce the expected outputs of libonnx-testdata: every case all of whose
// operators are lowered is imported and evaluated on the reference evaluation. Rules and loops have
// one author, these values have another.
#include "onnx_testdata.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <set>

#include "count/expand_gradients.h"
#include "ops/coverage.h"

namespace pfsday::onnx {
namespace {

using graph::Exact;
using ops::Tensor;

struct Exception {
  std::string_view name;
  std::string_view reason;
};

/// At most so many cases may be excused.
constexpr std::size_t exception_limit = 45;

/// Operators that no case has, and why; other tests compare their values with their definition.
constexpr Exception without_cases[] = {
    {"BlackmanWindow", "computed with 3.1415 for pi"},
    {"HammingWindow", "computed with 3.1415 for pi"},
    {"HannWindow", "computed with 3.1415 for pi"},
    {"RoiAlign", "rounded to 4 digits after the point"},
    {"AffineGrid", "newer than the data, or not in them"},
    {"Col2Im", "newer than the data, or not in them"},
    {"DeformConv", "newer than the data, or not in them"},
    {"MaxRoiPool", "newer than the data, or not in them"},
    {"Affine", "experimental"},
    {"Attention", "newer than the data"},
    {"Bernoulli", "other random numbers"},
    {"BitwiseAnd", "newer than the data"},
    {"BitwiseNot", "newer than the data"},
    {"BitwiseOr", "newer than the data"},
    {"BitwiseXor", "newer than the data"},
    {"CenterCropPad", "newer than the data"},
    {"ConstantFill", "experimental"},
    {"Crop", "experimental"},
    {"Gelu", "newer than the data"},
    {"GivenTensorFill", "experimental"},
    {"GlobalLpPool", "not in the data"},
    {"GroupNormalization", "newer than the data"},
    {"ImageScaler", "experimental"},
    {"LpNormalization", "not in the data"},
    {"LpPool", "not in the data"},
    {"Mish", "newer than the data"},
    {"Multinomial", "not in the data"},
    {"ParametricSoftplus", "experimental"},
    {"RMSNormalization", "newer than the data"},
    {"RandomNormal", "not in the data"},
    {"RandomNormalLike", "not in the data"},
    {"RandomUniform", "not in the data"},
    {"RandomUniformLike", "not in the data"},
    {"RotaryEmbedding", "newer than the data"},
    {"Scale", "experimental"},
    {"ScaledTanh", "experimental"},
    {"SimplifiedLayerNormalization", "no standard operator"},
    {"RegexFullMatch", "newer than the data"},
    {"StringConcat", "newer than the data"},
    {"StringNormalizer", "a text is no number"},
    {"StringSplit", "newer than the data"},
    {"Swish", "newer than the data"},
};

#ifdef __OPTIMIZE__
constexpr bool is_optimized = true;
#else
constexpr bool is_optimized = false;
#endif

/// Evaluates 68 million multiply-adds: over a minute where the build is not optimized.
constexpr std::string_view slow_case = "pytorch-operator/test_operator_conv";

/// What the model computes from the inputs of the case. Errors say why it cannot be told.
Result<std::vector<Tensor<Exact>>> evaluate(const std::string& bytes, const Case& c) {
  const ModelView view = TRY(read_model_view(bytes_of(bytes)));
  auto model = TRY(importers::read_model(bytes_of(bytes), c.options));
  model.graph = TRY(count::expand_gradients(std::move(model.graph)));
  if (const graph::Node* node = ops::find_uncounted(model.graph)) {
    return fail(Code::value_unknown,
                *graph::find_attribute<std::string>(node->attributes, "reason"));
  }
  std::map<std::string_view, Tensor<Exact>> contents;
  for (const Case::Input& input : c.inputs) {
    if (auto tensor = decode(input.tensor, input.element)) {
      contents.emplace(input.name, *std::move(tensor));
    }
  }
  for (const auto& held : view.graph.initializers) {
    if (auto tensor = decode(held)) contents.emplace(held.name, *std::move(tensor));
  }
  std::map<Value, Tensor<Exact>> given;
  const auto give = [&](Value v) {
    const auto found = contents.find(model.graph.info(v).name);
    if (found != contents.end()) given.emplace(v, found->second);
  };
  for (const Value v : model.graph.inputs()) give(v);
  for (const Value v : model.graph.tensors()) {
    if (!model.graph.info(v).literal) give(v);
  }
  return ops::evaluate_graph<Exact>(model.graph, given, {});
}

/// Relative 1e-3 for half precision (1e-2 for bf16, which the data cut off), else 1e-4, beside an
/// absolute 1e-6; integers are exact.
bool agrees(Exact actual, Exact expected, ElementType element) {
  if (std::isnan(expected)) return std::isnan(actual);
  if (std::isinf(expected) || !graph::is_real(element)) return actual == expected;
  const Exact half = element == ElementType::bf16 ? 1e-2L : 1e-3L;
  const Exact relative = graph::bits_of(element) == 16 ? half : 1e-4L;
  return std::fabs(actual - expected) <= 1e-6L + relative * std::fabs(expected);
}

/// Empty if they agree.
std::string difference(const Tensor<Exact>& actual, const Tensor<Exact>& expected) {
  if (actual.type != expected.type) {
    return to_string(actual.type) + " instead of " + to_string(expected.type);
  }
  for (std::size_t i = 0; i < actual.data.size(); ++i) {
    if (agrees(actual.data[i], expected.data[i], expected.type.element)) continue;
    return "element " + std::to_string(i) + " is " + std::to_string(actual.data[i]) +
           " instead of " + std::to_string(expected.data[i]);
  }
  return {};
}

/// Empty if the case is reproduced where these inputs are known to the importer.
std::string fault_of(const Case& c, Held held) {
  const auto outputs = evaluate(with_inputs_held(c, held), c);
  if (!outputs) return to_string(outputs.error());
  if (outputs->size() != c.outputs.size()) return "another number of outputs";
  for (std::size_t i = 0; i < outputs->size(); ++i) {
    const auto expected = decode(c.outputs[i], c.output_elements[i]);
    if (!expected) return "an output that has no numbers";
    if (auto what = difference((*outputs)[i], *expected); !what.empty()) return what;
  }
  return {};
}

/// Empty if the case is reproduced; else what is different.
std::string fault_of(const Case& c) {
  std::string fault;
  for (const Held held : {Held::none, Held::steering, Held::all}) {
    fault = fault_of(c, held);
    if (fault.empty()) return fault;
  }
  return fault;
}

/// The lowerings of the nodes outside bodies.
std::set<const Lowering*> lowerings_of(const ModelView& view) {
  std::map<std::string_view, std::int64_t> opsets;
  for (const auto& import : view.opsets) opsets[import.domain] = import.version;
  std::set<const Lowering*> lowerings;
  for (const auto& node : view.graph.nodes) {
    const Lowering* lowering = find_lowering(node.domain, node.op, opsets[node.domain]);
    if (lowering != nullptr) lowerings.insert(lowering);
  }
  return lowerings;
}

/// Name of a case to the reason why it is not reproduced.
std::map<std::string, std::string> read_exceptions() {
  std::map<std::string, std::string> exceptions;
  std::ifstream in(PFSDAY_TESTDATA_EXCEPTIONS);
  for (std::string line; std::getline(in, line);) {
    const std::size_t gap = line.find("  ");
    if (!line.starts_with('#') && gap != std::string::npos) {
      exceptions[line.substr(0, gap)] = line.substr(gap + 2);
    }
  }
  return exceptions;
}

const Exception* find_exception(std::span<const Exception> table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Exception::name);
  return found == table.end() ? nullptr : &*found;
}

class OnnxTestdata : public testing::Test {
 protected:
  void SetUp() override {
    if (case_folders().empty()) GTEST_SKIP() << "libonnx-testdata is not installed";
  }

  void check(const std::filesystem::path& folder) {
    const std::string name = name_of_case(folder);
    const Case c = read_case(folder);
    const auto view = read_model_view(bytes_of(c.model));
    ASSERT_TRUE(view) << name << ": " << to_string(view.error());
    if (c.outputs.empty()) return;
    ++cases_;
    const std::string fault = fault_of(c);
    if (exceptions_.contains(name)) {
      ++excused_;
      EXPECT_FALSE(fault.empty()) << name << " is reproduced: it is no exception";
      return;
    }
    EXPECT_TRUE(fault.empty()) << name << ": " << fault;
    if (!fault.empty()) return;
    ++reproduced_;
    checked_.merge(lowerings_of(*view));
  }

  const std::map<std::string, std::string> exceptions_ = read_exceptions();
  std::size_t cases_ = 0, reproduced_ = 0, excused_ = 0;
  std::set<const Lowering*> checked_;
};

TEST_F(OnnxTestdata, OutputsAreReproduced) {
  for (const auto& folder : case_folders()) {
    if (name_of_case(folder) != slow_case) check(folder);
  }
  std::cout << "checked: " << reproduced_ << " of " << cases_
            << " cases of libonnx-testdata reproduced, by " << checked_.size() << " lowerings\n";
  EXPECT_EQ(excused_, exceptions_.size()) << "an exception names no case";
  EXPECT_LE(exceptions_.size(), exception_limit);
  for (const LoweringFamily* family : lowering_families()) {
    for (const Lowering& lowering : family->lowerings) {
      const bool has_data =
          lowering.domain.empty() || lowering.domain == "ai.onnx.preview.training";
      const bool is_excused = !has_data || find_exception(without_cases, lowering.op) != nullptr;
      EXPECT_NE(checked_.contains(&lowering), is_excused)
          << lowering.op << " since operator set " << lowering.since
          << (is_excused ? " has a case after all" : " is checked by no case");
    }
  }
}

TEST_F(OnnxTestdata, TextsAreMovement) {
  std::size_t models = 0;
  for (const auto& folder : case_folders()) {
    const std::string name = name_of_case(folder);
    const auto excused = exceptions_.find(name);
    if (excused == exceptions_.end() || !excused->second.starts_with("a text")) continue;
    const Case c = read_case(folder);
    const auto model = importers::read_model(bytes_of(c.model), c.options);
    ASSERT_TRUE(model) << name << ": " << to_string(model.error());
    EXPECT_EQ(ops::find_uncounted(model->graph), nullptr) << name;
    ++models;
  }
  EXPECT_EQ(models, 18U);
}

TEST_F(OnnxTestdata, SlowOutputsAreReproduced) {
  if (!is_optimized) GTEST_SKIP() << "takes over a minute without optimization: preset release";
  for (const auto& folder : case_folders()) {
    if (name_of_case(folder) == slow_case) check(folder);
  }
  EXPECT_EQ(reproduced_, 1U);
}

}  // namespace
}  // namespace pfsday::onnx
