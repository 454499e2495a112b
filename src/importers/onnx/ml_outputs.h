// What the operators of ai.onnx.ml share: the scores that they put out, and the labels of the best.
#pragma once

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

constexpr std::string_view ml_domain = "ai.onnx.ml";

/// Numbers in an attribute, as a vector of that type.
Result<Value> ml_reals(const OnnxNode& node, std::string_view attribute, const Shape& shape,
                       ElementType element, Builder& b);

/// The numbers of a tensor of any size. Errors: Code::type_unsupported if the file does not hold
/// them, or it has none.
Result<std::vector<double>> tensor_numbers(const TensorView& tensor);

/// How many numbers an attribute lists; none if the node does not have it.
std::size_t ml_count(const OnnxNode& node, std::string_view attribute);

/// So many texts, with that name. They have no numbers, so that all read as zero.
Value ml_texts(std::string_view name, std::size_t count, Builder& b);

/// scores [examples, targets] after the node's `post_transform`: none, a softmax, a logistic, or a
/// probit function. Errors: Code::attribute_invalid.
Result<Value> post_transform(const OnnxNode& node, Value scores, Builder& b);

/// Scores of two classes of which one is given [examples, 1]: for the first its complement, 1 less
/// the score, or its negative.
Value both_classes(Value score, bool is_probability, Builder& b);

/// How many labels a classifier names.
std::size_t label_count(const OnnxNode& node);

/// For each example the label whose score is the largest: targets - 1 compares. Labels are integers
/// or texts.
Result<Value> best_labels(const OnnxNode& node, Value scores, Builder& b);

}  // namespace pfsday::onnx
