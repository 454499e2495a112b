// Exact counters of what a node does: each add, multiply, ... is one operation, whatever its
// precision.
#pragma once

#include "units/count.h"

namespace pfsday::ops {

using units::Count;

struct Work {
  Count mul = {};
  Count add = {};
  Count div = {};
  Count special = {};   ///< exp, log, root, power, tanh, erf, sigmoid, a random number
  Count compare = {};   ///< compare, select, max, abs, rounding, logic
  Count products = {};  ///< multiply-adds of product-like primitives: also in mul and add

  Work& operator+=(const Work& other);
  Work& operator*=(Count times);
  friend Work operator+(Work a, const Work& b) { return a += b; }
  friend bool operator==(const Work&, const Work&) = default;

  /// Adds and multiplies: what the 2018 analysis counts.
  Count operations() const { return mul + add; }
  bool overflowed() const;
};

/// n multiply-adds of a product: the add into the zeroed accumulator counts, so adds equal muls.
Work mul_adds(Count n);

}  // namespace pfsday::ops
