// One system of a trend: when it was published and the compute that trained it.
#pragma once

#include <string>

#include "units/date.h"

namespace pfsday::trend {

struct Point {
  std::string id = {};
  std::string name = {};
  units::Date date = {};  ///< of publication
  double flop = 0;        ///< operations, more than 0
  bool implied = false;   ///< no source prints the figure; `note` says what implies it
  std::string note = {};
};

}  // namespace pfsday::trend
