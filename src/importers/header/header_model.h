// From the tensors that a header lists to a Model: a lower bound of what one token costs.
//
// Each linear weight becomes one product with one row. What lies between the weights, and every
// weight that is no linear one, becomes a node that is not counted, so that the result is a lower
// bound and says so. All inputs of the products depend on the embeddings, where there are any: then
// a training step needs the gradient of each of them.
#pragma once

#include "importers/header/weight_use.h"

namespace pfsday::importers {

struct HeaderTensor {
  Tensor listed = {};
  /// The type that stands for it in the graph; where there is none of its width, a wider one.
  graph::ElementType element = graph::ElementType::unknown;
};

struct Header {
  std::string format;
  std::vector<HeaderTensor> tensors = {};
  /// Of a mixture whose expert weights have the experts as their first axis: how many of them one
  /// token goes through.
  std::optional<std::int64_t> experts_used = {};
  std::vector<std::string> notes = {};
};

/// Bounds on a tensor, so that sums and products of a few sizes fit 64 bits.
/// Errors: Code::limit_exceeded.
Result<void> check_header_shape(const graph::Shape& shape);

Model model_of_header(Header header);

}  // namespace pfsday::importers
