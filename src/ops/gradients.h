// Where the derivative rule of a primitive puts the adjoints of its inputs.
#pragma once

#include <vector>

#include "ops/builder.h"

namespace pfsday::ops {

class Gradients {
 public:
  /// needed: for each input, whether anybody wants its adjoint.
  Gradients(Builder& builder, std::vector<bool> needed)
      : builder_(&builder), needed_(std::move(needed)), adjoints_(needed_.size()) {}

  bool needs(std::size_t input) const { return needed_[input]; }
  /// The adjoint that reaches input i through this node; called at most once for each.
  void add(std::size_t input, Value adjoint) { adjoints_[input] = adjoint; }

  Builder& graph() { return *builder_; }
  Value adjoint(std::size_t input) const { return adjoints_[input]; }

 private:
  Builder* builder_;
  std::vector<bool> needed_;
  std::vector<Value> adjoints_;
};

}  // namespace pfsday::ops
