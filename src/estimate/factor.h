// Products of named factors, with their arithmetic as text.
//
//   const std::vector<Factor> factors = {{.name = "chips", .value = 2}, {.name = "days", .value
//   = 5.5}}; to_text(factors)   // "2 chips x 5.5 days"
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "estimate/purpose.h"
#include "uncertainty/uncertain.h"

namespace pfsday::estimate {

using uncertainty::to_text;
using uncertainty::Uncertain;

/// One factor of a product: value^power. Values of one name (`value.name`) are one variable.
struct Factor {
  std::string name = {};
  Uncertain value = {};
  double power = 1;
  std::string note = {};
};

/// Of the values, or their medians.
double product(std::span<const Factor> factors);
/// "2 chips x 5.5 days x 86,400 seconds per day".
std::string to_text(std::span<const Factor> factors);

/// Operations per parameter and token: 6 of training (2 forward, 4 backward), 2 of a forward pass.
std::vector<Factor> per_parameter(Uncertain parameters, Passes passes = Passes::training);
/// What that leaves out.
std::string per_parameter_note(Passes passes = Passes::training);

}  // namespace pfsday::estimate
