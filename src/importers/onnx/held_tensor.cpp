#include "importers/onnx/held_tensor.h"

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

/// Integers of at most 32 bits may be quantized weights, or biases.
bool may_be_weight(const graph::TensorType& type) {
  if (graph::is_real(type.element)) return true;
  const bool is_narrow = graph::is_integer(type.element) && graph::bits_of(type.element) <= 32;
  return is_narrow && type.elements() > Count(1);
}

}  // namespace

Result<graph::Value> add_held_tensor(std::string_view name, const TensorView& tensor,
                                     ops::Builder& b) {
  TRY(check_limits(tensor.type));
  auto literal = TRY(read_values(tensor));
  const bool folds = literal && !may_be_weight(tensor.type);
  if (folds) return b.constant(*std::move(literal));
  return b.held_tensor(tensor.message.data(), std::string(name), tensor.type, std::move(literal));
}

}  // namespace pfsday::onnx
