// A number that counts the arithmetic done to it: the proof that a work rule is right.
//
//   Tally::Scope scope;
//   const Tally c = Tally(2) * Tally(3) + Tally(1);
//   scope.work()   // mul 1, add 1
//
// Reference evaluations are templates on their scalar. On Exact the functions below are plain
// arithmetic; on Tally each counts itself.
#pragma once

#include <cmath>

#include "graph/literal.h"
#include "ops/work.h"

namespace pfsday::ops {

using graph::Exact;

class Tally {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a plain number is a number
  Tally(Exact value = 0) : value_(value) {}
  Exact value() const { return value_; }

  /// Collects the work of this thread while it lives; the innermost one collects.
  class Scope {
   public:
    Scope() : outer_(current()) { current() = this; }
    ~Scope() { current() = outer_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    const Work& work() const { return work_; }

   private:
    friend class Tally;
    static Scope*& current() {
      thread_local Scope* scope = nullptr;
      return scope;
    }
    Work work_;
    Scope* outer_;
  };

  static void count(Count Work::* counter) {
    if (Scope* scope = Scope::current()) scope->work_.*counter += 1;
  }

 private:
  Exact value_;
};

inline Exact value_of(Exact x) { return x; }
inline Exact value_of(const Tally& x) { return x.value(); }

/// Counts one operation of the kind if the scalar is a Tally.
template <class Scalar>
void count_one(Count Work::* counter) {
  if constexpr (std::is_same_v<Scalar, Tally>) Tally::count(counter);
}

template <class Scalar>
Scalar add(const Scalar& a, const Scalar& b) {
  count_one<Scalar>(&Work::add);
  return value_of(a) + value_of(b);
}
template <class Scalar>
Scalar subtract(const Scalar& a, const Scalar& b) {
  count_one<Scalar>(&Work::add);
  return value_of(a) - value_of(b);
}
template <class Scalar>
Scalar multiply(const Scalar& a, const Scalar& b) {
  count_one<Scalar>(&Work::mul);
  return value_of(a) * value_of(b);
}
template <class Scalar>
Scalar divide(const Scalar& a, const Scalar& b) {
  count_one<Scalar>(&Work::div);
  return value_of(a) / value_of(b);
}
/// The larger of two: one compare.
template <class Scalar>
Scalar larger(const Scalar& a, const Scalar& b) {
  count_one<Scalar>(&Work::compare);
  return value_of(a) < value_of(b) ? b : a;
}
/// The smaller of two: one compare.
template <class Scalar>
Scalar smaller(const Scalar& a, const Scalar& b) {
  count_one<Scalar>(&Work::compare);
  return value_of(b) < value_of(a) ? b : a;
}
/// acc + a * b, as products do it; counts as one multiply-add.
template <class Scalar>
Scalar multiply_add(const Scalar& accumulator, const Scalar& a, const Scalar& b) {
  count_one<Scalar>(&Work::products);
  return add(accumulator, multiply(a, b));
}

}  // namespace pfsday::ops
