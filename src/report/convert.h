// One quantity in every unit of its dimension, or one rate of growth in every form, with the
// arithmetic.
//
//   const Conversion c = TRY(report::convert("1.2e6 pfs-days"));
//   // c.values: 1.0368e26 FLOP, 5.184e25 MAC, 1.2e6 pfs-days
//   report::convert("10x a year")   // 10 x/year, 1 OOM/year, 109.95 days to double, ...
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
  /// What a duration means as the time in which something doubles.
  std::vector<Converted> as_doubling_time = {};
  std::vector<std::string> explanation =
      {};  ///< the definitions used, then one formula for each value
};

/// A rate of growth (trend/growth.h) converts to x/year, OOM/year and the days and months in which
/// it doubles, and so does a duration where `to` is a rate of growth.
/// Converts to the unit `to`, or to all the usual units of the dimension. A plain number is read as
/// operations, and the explanation says so; MACs are operations, two each.
///   errors  Code::quantity_malformed: not understood, or `to` measures something else
Result<Conversion> convert(std::string_view quantity, std::optional<std::string_view> to = {});

}  // namespace pfsday::report
