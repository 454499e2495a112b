// What the texts of attributes say.
//
//   parse_axes("{0,2}")                                  // {0, 2}
//   parse_window("{size=3x3 pad=1_1x0_1 lhs_dilate=2x2}", 2)
//   parse_dimension_labels("bf01_oi01->bf01")
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/type.h"

namespace pfsday::hlo {

using graph::Axes;

/// Whole numbers between the braces, or without braces the one that stands there.
/// Errors: Code::attribute_invalid, as of all below.
Result<Axes> parse_axes(std::string_view text);
Result<std::int64_t> parse_integer(std::string_view text);
Result<bool> parse_flag(std::string_view text);

/// A window along each axis that it slides over.
struct WindowText {
  Axes size, strides, pads_low, pads_high, lhs_dilations, rhs_dilations;
  std::vector<bool> reversed;
};
/// rank: the axes that there are where the text names none.
Result<WindowText> parse_window(std::string_view text, std::size_t rank);

/// Where the axes of the operands and the result of a convolution stand.
struct ConvolutionAxes {
  std::int64_t lhs_batch = 0, lhs_feature = 0;
  std::int64_t rhs_input = 0, rhs_output = 0;
  std::int64_t result_batch = 0, result_feature = 0;
  Axes lhs_spatial, rhs_spatial, result_spatial;
};
Result<ConvolutionAxes> parse_dimension_labels(std::string_view text);

struct SliceText {
  Axes starts, limits, strides;
};
/// {[0:4], [2:8:2]}
Result<SliceText> parse_slice(std::string_view text);

struct PaddingText {
  Axes low, high, interior;
};
/// 1_2x0_0_1
Result<PaddingText> parse_padding(std::string_view text);

/// The names between the braces, or the one without.
std::vector<std::string_view> parse_names(std::string_view text);

/// Without the quotes around it.
std::string_view unquoted(std::string_view text);

}  // namespace pfsday::hlo
