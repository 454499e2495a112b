// One quantity in every unit of its dimension, with the arithmetic.
//
//   const Conversion c = TRY(report::convert("1.2e6 pfs-days"));
//   // c.values: 1.0368e26 FLOP, 5.184e25 MAC, 1.2e6 pfs-days
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pfsday::report {

struct Converted {
  double value = 0;
  std::string unit;
};

struct Conversion {
  std::string quantity;  ///< as it was written
  std::vector<Converted> values = {};
  std::vector<std::string> explanation =
      {};  ///< the definitions used, then one formula for each value
};

/// Converts to the unit `to`, or to all the usual units of the dimension. A plain number is read as
/// operations, and the explanation says so; MACs are operations, two each.
///   errors  Code::quantity_malformed: not understood, or `to` measures something else
Result<Conversion> convert(std::string_view quantity, std::optional<std::string_view> to = {});

}  // namespace pfsday::report
