// Walks the text of MLIR: what HLO's text has as well, and brackets with < and >.
#pragma once

#include "importers/hlo/cursor.h"

namespace pfsday::stablehlo {

class Scanner : public hlo::Cursor {
 public:
  using Cursor::Cursor;

  /// A type: tensor<2x3xf32>, !stablehlo.token, complex<f32>, tuple<...>, (a, b) -> c.
  Result<std::string_view> type();
  /// The value of an attribute in braces: up to a comma or what closes them.
  Result<std::string_view> value_in_braces();
  /// The value of an attribute that stands by itself: pieces such as [0] x [1],
  /// dense<0>, array<i64: 1>.
  Result<std::string_view> value_alone();
  /// @name, without the @ and quotes.
  Result<std::string_view> symbol();
  /// What stands in the quotes that open here, with them.
  Result<std::string_view> string();
  /// A name of MLIR, which may hold a $; without the % before it.
  Result<std::string_view> identifier(std::string_view of);

  /// Behind the < ... > that opens here; whatever stands in quotes or other brackets inside.
  Result<void> skip_angles();

 private:
  void move_to(std::size_t at) { static_cast<Cursor&>(*this) = Cursor(text(), at); }
  Result<bool> skip_piece();
  Result<bool> skip_next_piece();
};

}  // namespace pfsday::stablehlo
