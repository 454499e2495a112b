#include "ops/work.h"

#include "ops/primitive.h"

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

Work sums_of_products(Count n, Count sums, const Rules& rules) {
  Work work = mul_adds(n);
  if (rules.first_add == Rules::FirstAdd::spared) work.add -= sums;
  return work;
}

}  // namespace pfsday::ops
