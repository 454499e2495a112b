// The types of XLA: arrays, and tuples of them.
//
//   f32[96,3,224,224]{3,2,1,0}     (s32[], (bf16[2,4], token[]))
//
// Layouts and tilings are skipped. A size that is bounded, <=8, is taken as its bound.
#pragma once

#include <deque>
#include <vector>

#include "graph/type.h"
#include "importers/hlo/cursor.h"
#include "importers/hlo/text_table.h"

namespace pfsday::hlo {

struct Type {
  enum class Kind : std::uint8_t {
    array,
    tuple,
    none,  ///< a token or something opaque: no data
  };
  Kind kind = Kind::none;
  graph::TensorType array = {};
  std::vector<Type> elements = {};  ///< of a tuple
  std::size_t leaves = 0;           ///< arrays in it, those of its elements included
  std::size_t first = 0;            ///< of an element: arrays before it in its tuple
  bool is_bounded = false;          ///< an array with a size that is only bounded
  bool is_open = false;             ///< a size of it, or of an element, is not known
};

/// Errors: Code::model_malformed, type_unsupported, limit_exceeded, model_truncated, with the line.
Result<Type> parse_type(Cursor& in);

/// The types of a program: one that has been written before is not read again.
class TypeTable {
 public:
  /// Errors: as parse_type. The type stays where it is.
  Result<const Type*> read(Cursor& in);

 private:
  std::deque<Type> types_;
  TextTable known_;
};

/// Behind a type, without a look at what it says.
Result<void> skip_type(Cursor& in);

/// As XLA writes it: "f32", "pred". None for token and opaque, and for what is unknown.
std::optional<graph::ElementType> find_element_type(std::string_view name);

/// The arrays in a type, in order.
void append_arrays(const Type& type, graph::TensorTypes& arrays);

/// "f32[2,3]", "(f32[2], s32[])".
std::string to_string(const Type& type);

}  // namespace pfsday::hlo
