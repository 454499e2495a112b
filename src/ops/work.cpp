#include "ops/work.h"

namespace pfsday::ops {

Work& Work::operator+=(const Work& other) {
  mul += other.mul;
  add += other.add;
  div += other.div;
  special += other.special;
  compare += other.compare;
  products += other.products;
  return *this;
}

Work& Work::operator*=(Count times) {
  for (Count* counter : {&mul, &add, &div, &special, &compare, &products}) *counter *= times;
  return *this;
}

bool Work::overflowed() const {
  return (mul + add + div + special + compare + products).overflowed();
}

Work mul_adds(Count n) { return {.mul = n, .add = n, .products = n}; }

}  // namespace pfsday::ops
