// Small models written node by node, and evaluated on numbers that depend only on the names of
// their inputs: so two programs that compute the same can be compared.
//
//   Program p(23);
//   const std::string y = p("Relu", {p.input("x", {2, 3})});
//   expect_equal(p.run({y}), other.run({z}));
#pragma once

#include <gtest/gtest.h>

#include <random>

#include "importers/importer.h"
#include "importers/onnx/model_writer.h"
#include "ops/evaluation.h"

namespace pfsday::onnx {

using graph::Axes;
using graph::ElementType;
using graph::Exact;
using graph::Shape;
using graph::TensorType;
using graph::Value;
using ops::Tensor;

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

constexpr char microsoft[] = "com.microsoft";

/// A model under construction: its inputs have fixed numbers, drawn from their names.
class Program {
 public:
  explicit Program(std::int64_t opset) : model_(opset) { model_.opset("com.microsoft", 1); }

  std::string input(const std::string& name, const Shape& shape) {
    const TensorType type{ElementType::f64, shape};
    std::mt19937_64 random(std::hash<std::string>{}(name));
    std::vector<Exact> values(static_cast<std::size_t>(type.elements().value()));
    for (Exact& x : values) x = std::uniform_real_distribution<double>(-2, 2)(random);
    model_.input(name, type);
    given_[name] = {type, values};
    return name;
  }
  std::string constant(const TensorType& type, const std::vector<Exact>& values) {
    model_.initializer(next("c"), {type, values});
    return last_;
  }
  std::string number(Exact value) { return constant({ElementType::f64, {}}, {value}); }
  std::string integers(const Axes& values) {
    return constant({ElementType::i64, {std::ssize(values)}}, {values.begin(), values.end()});
  }

  std::vector<std::string> node(const std::string& op, const std::vector<std::string>& inputs,
                                const Attributes& attributes, std::size_t outputs,
                                const std::string& domain = "") {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < outputs; ++i) names.push_back(next("v"));
    model_.node(
        {.op = op, .inputs = inputs, .outputs = names, .attributes = attributes, .domain = domain});
    return names;
  }
  std::string operator()(const std::string& op, const std::vector<std::string>& inputs,
                         const Attributes& attributes = {}) {
    return node(op, inputs, attributes, 1)[0];
  }

  /// The file that gives these values.
  std::string bytes(const std::vector<std::string>& outputs) {
    for (const std::string& output : outputs) model_.output(output);
    return model_.bytes();
  }
  /// What the named values are.
  std::vector<Tensor<Exact>> run(const std::vector<std::string>& outputs) {
    const std::string file = bytes(outputs);
    const auto model = importers::read_model(std::as_bytes(std::span(file)), {});
    if (!model) ADD_FAILURE() << to_string(model.error());
    std::map<Value, Tensor<Exact>> given;
    for (const Value v : model->graph.inputs()) given[v] = given_.at(model->graph.info(v).name);
    const auto values = ops::evaluate_graph<Exact>(model->graph, given, {});
    if (!values) ADD_FAILURE() << to_string(values.error());
    return values ? *values : std::vector<Tensor<Exact>>{};
  }

 private:
  std::string next(const std::string& prefix) { return last_ = prefix + std::to_string(++count_); }

  ModelWriter model_;
  std::map<std::string, Tensor<Exact>> given_;
  std::string last_;
  int count_ = 0;
};

inline void expect_equal(const std::vector<Tensor<Exact>>& actual,
                         const std::vector<Tensor<Exact>>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) {
    SCOPED_TRACE("output " + std::to_string(i));
    ASSERT_EQ(actual[i].type, expected[i].type);
    for (std::size_t k = 0; k < actual[i].data.size(); ++k) {
      ASSERT_NEAR(static_cast<double>(actual[i].data[k]), static_cast<double>(expected[i].data[k]),
                  1e-9)
          << "element " << k;
    }
  }
}

}  // namespace pfsday::onnx
