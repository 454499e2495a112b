#include "importers/onnx/recognition.h"

#include <gmock/gmock.h>

namespace pfsday::onnx {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A file of one node whose inputs, but for the first, are initializers.
struct OneNode {
  std::string_view op;
  Names inputs = {}, outputs = {"y"};
  std::int64_t opset = 13;
  std::string_view attribute = {};  ///< an integer of 1
  std::string_view domain = {}, name = {};

  Recognition recognition() const {
    ModelView model;
    model.opsets.push_back({.domain = "", .version = opset});
    NodeView node{.op = op, .domain = domain, .name = name, .inputs = inputs, .outputs = outputs};
    if (!attribute.empty()) {
      node.attributes.push_back(
          {.name = attribute, .kind = AttributeView::Kind::integer, .integer = 1});
    }
    for (const std::string_view input : inputs) model.graph.initializers.push_back({.name = input});
    model.graph.nodes.push_back(node);
    return recognize(model, {});
  }
};

TEST(Recognition, WhatShowsAnExportForInference) {
  const OneNode shows[] = {
      {.op = "Conv", .inputs = {"x", "onnx::Conv_193", "onnx::Conv_194"}},
      {.op = "Conv", .inputs = {"x", "497", "498"}},
      {.op = "Conv", .inputs = {"x", "conv1_weights_fused_bn", "conv1_bias_fused_bn"}},
      {.op = "BatchNormalization", .opset = 15},
      {.op = "BatchNormalization", .opset = 9},
      {.op = "BatchNormalization", .opset = 6, .attribute = "is_test"},
      {.op = "Dropout", .inputs = {"x"}, .opset = 9},
      {.op = "Dropout", .inputs = {"x", "ratio"}, .opset = 13},
      {.op = "Identity", .inputs = {"x"}, .name = "/encoder/dropout/Identity"},
  };
  for (const OneNode& one : shows) {
    const Recognition found = one.recognition();
    EXPECT_THAT(found.inference, HasSubstr("export for inference")) << one.op << " " << one.opset;
    EXPECT_THAT(found.training, IsEmpty());
  }
}

TEST(Recognition, WhatShowsNothing) {
  const OneNode shows_nothing[] = {
      {.op = "Conv", .inputs = {"x", "conv1.weight", "conv1.bias"}},
      {.op = "Conv", .inputs = {"x", "Parameter87", "23"}},  // an addition became the bias
      {.op = "Conv", .inputs = {"x", "onnx::Conv_193"}},
      {.op = "BatchNormalization", .opset = 15, .attribute = "training_mode"},
      {.op = "BatchNormalization", .outputs = {"y", "mean", "variance"}, .opset = 9},
      {.op = "BatchNormalization", .opset = 6},
      {.op = "Dropout", .inputs = {"x", "ratio", "training"}, .opset = 13},
      {.op = "Dropout", .inputs = {"x"}, .opset = 6},
      {.op = "Identity", .inputs = {"x"}, .name = "/encoder/Identity"},
  };
  for (const OneNode& one : shows_nothing) {
    EXPECT_THAT(one.recognition().inference, IsEmpty()) << one.op << " " << one.opset;
  }
}

TEST(Recognition, WhatShowsATrainingStep) {
  const OneNode shows[] = {
      {.op = "Adam", .domain = "ai.onnx.preview.training"},
      {.op = "Gradient", .domain = "ai.onnx.preview.training"},
      {.op = "ConvGrad", .domain = "com.microsoft"},
      {.op = "SoftmaxGrad_13", .domain = "com.microsoft"},
      {.op = "AdamWOptimizer", .domain = "com.microsoft"},
  };
  for (const OneNode& one : shows) EXPECT_EQ(one.recognition().training, one.op);
  EXPECT_THAT((OneNode{.op = "GridSample"}).recognition().training, IsEmpty());
  EXPECT_THAT((OneNode{.op = "MyGrad", .domain = "com.example"}).recognition().training, IsEmpty());
}

TEST(Recognition, TrainingInfoIsSaid) {
  constexpr std::byte field[] = {std::byte{0xa2}, std::byte{0x01}, std::byte{0x00}};
  EXPECT_THAT(recognize({}, field).training, HasSubstr("TrainingInfoProto"));
  EXPECT_THAT(recognize({}, std::span(field).first(1)).training, IsEmpty());
}

}  // namespace
}  // namespace pfsday::onnx
