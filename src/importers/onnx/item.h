// What a name in an ONNX graph stands for: a tensor, or something that holds tensors.
#pragma once

#include <vector>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

struct Item {
  enum class Kind : std::uint8_t {
    tensor,
    absent,         ///< an input that is left out, or an empty optional
    sequence,       ///< of the elements
    open_sequence,  ///< of an unknown number of elements, for which `value` stands
  };
  Kind kind = Kind::absent;
  Value value = {};
  bool is_initializer = false;  ///< the file holds it as a tensor
  std::vector<Item> elements = {};

  static Item of(Value v, bool is_initializer = false) {
    return {.kind = v ? Kind::tensor : Kind::absent,
            .value = v,
            .is_initializer = is_initializer,
            .elements = {}};
  }
  bool is_tensor() const { return kind == Kind::tensor; }
  bool is_sequence() const { return kind == Kind::sequence || kind == Kind::open_sequence; }
};
using Items = std::vector<Item>;

/// An item of the graph around a body, as the body sees it.
Item capture(Builder& body, const Item& outside);

/// All tensors in an item, in order.
void append_values(const Item& item, Values& values);

}  // namespace pfsday::onnx
