// The cases of libonnx-testdata: models with inputs and the outputs they must give.
//
//   for (const auto& folder : case_folders()) {
//     const Case c = read_case(folder);
//     importers::read_model(bytes_of(with_inputs_held(c, Held::steering)), c.options);
//   }
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "importers/importer.h"
#include "importers/onnx/lowering.h"
#include "ops/evaluation.h"

namespace pfsday::onnx {

/// The folders of all cases; empty where the data are not installed.
std::vector<std::filesystem::path> case_folders();
/// "node/test_abs"
std::string name_of_case(const std::filesystem::path& folder);

/// One folder of the data: a model and one set of inputs and outputs. The tensors of a sequence are
/// inputs of their own, as the importer names them, and its length is bound.
struct Case {
  struct Input {
    std::string name, tensor;
    ElementType element = ElementType::unknown;  ///< as the model declares it
  };
  std::string model;
  std::vector<Input> inputs;
  std::vector<std::string> outputs;
  std::vector<ElementType> output_elements;
  importers::ImportOptions options;
};
Case read_case(const std::filesystem::path& folder);

/// Which of those inputs are written as initializers, so that the importer knows their contents.
enum class Held : std::uint8_t {
  none,
  steering,  ///< integers and single numbers: they may steer shapes
  all,       ///< contents on which the size of an output may depend
};
std::string with_inputs_held(const Case& c, Held held_inputs);

Bytes bytes_of(const std::string& text);

/// None if the tensor's type is one that the evaluation does not know.
std::optional<ops::Tensor<graph::Exact>> decode(const TensorView& view);
/// declared: the element type that the model says; the data write bf16 as u16.
std::optional<ops::Tensor<graph::Exact>> decode(const std::string& bytes, ElementType declared);

}  // namespace pfsday::onnx
