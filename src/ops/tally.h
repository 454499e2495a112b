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
  /// Whether products have been added to it.
  bool has_products() const { return has_products_; }
  void note_product() { has_products_ = true; }

  /// Collects the work of this thread while it lives; the innermost one collects.
  class Scope {
   public:
    /// Where first adds are spared, a product that begins a sum is no add.
    explicit Scope(bool spares_first_add = false)
        : outer_(current()), spares_first_add_(spares_first_add) {
      current() = this;
    }
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
    bool spares_first_add_;
  };

  static bool spares_first_add() {
    const Scope* scope = Scope::current();
    return scope != nullptr && scope->spares_first_add_;
  }

  static void count(Count Work::* counter) {
    if (Scope* scope = Scope::current()) scope->work_.*counter += 1;
  }

 private:
  Exact value_;
  bool has_products_ = false;
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
  if constexpr (std::is_same_v<Scalar, Tally>) {
    Tally::count(&Work::products);
    const bool is_spared = Tally::spares_first_add() && !accumulator.has_products();
    const Tally product = multiply(a, b);
    Tally sum =
        is_spared ? Tally(accumulator.value() + product.value()) : add(accumulator, product);
    sum.note_product();
    return sum;
  } else {
    return accumulator + a * b;
  }
}

}  // namespace pfsday::ops
