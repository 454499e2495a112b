// An amount that may not be known exactly, as somebody wrote it.
//
//   Uncertain passes = 3;                           // exact
//   Uncertain share = TRY(parse_uncertain("0.3 to 0.5", Dimension::number, 1));
//   share.mid()                                     // 0.3873
//   share.name = "utilization";                     // two amounts of one name are one variable
#pragma once

#include <string>

#include "uncertainty/distribution.h"

namespace pfsday::uncertainty {

struct Uncertain {
  Uncertain() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a number is an amount that is known exactly
  Uncertain(double value) : distribution(exactly(value)) {}

  Distribution distribution = {};
  std::string text = {};  ///< unless exact: how it is written, in the unit of the value
  std::string name = {};  ///< of the variable it stands for; empty: a variable of its own

  bool is_exact() const { return distribution.shape == Shape::exact; }
  /// The median; of an exact amount, its value.
  double mid() const { return value_at(distribution, 0); }
};

/// The shortest text that reads back as the same value: "750,000,000", "1.58e12", "0.33".
std::string to_text(double value);

/// As to_text of a number; else "(0.3 to 0.5)", "(1,500 +- 50)", "(1e25 +- 30%)".
std::string to_text(const Uncertain& amount);

}  // namespace pfsday::uncertainty
