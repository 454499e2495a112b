// What the lowering of an XLA operation sees, and the table of them all.
//
//   Result<Values> lower_transpose(const Node& node, Builder& b) {
//     return Values{b.transpose(TRY(node.operand(0)), TRY(node.axes("dimensions")))};
//   }
//
// A lowering returns the arrays of the result in order, tuples laid flat. What does not fit may be
// left to the Builder, which remembers the fault. A lowering that returns Code::value_unknown or
// Code::type_unsupported says that it cannot tell what the instruction does: it is then kept as
// uncounted, with the reason.
#pragma once

#include "importers/hlo/attributes.h"
#include "importers/hlo/module.h"
#include "ops/builder.h"

namespace pfsday::hlo {

using graph::Count;
using graph::ElementType;
using graph::Literal;
using graph::Pass;
using graph::Shape;
using graph::TensorType;
using graph::TensorTypes;
using graph::to_string;
using graph::Value;
using graph::Values;
using ops::Builder;

class Scope;

/// An instruction whose operands are values of the graph.
class Node {
 public:
  Node(Scope& scope, const Instruction& instruction, const std::vector<Values>& values)
      : scope_(&scope), instruction_(&instruction), values_(&values) {}

  Scope& scope() const { return *scope_; }
  const Instruction& instruction() const { return *instruction_; }
  std::string_view op() const { return instruction_->op; }

  std::size_t operand_count() const { return instruction_->operands.size(); }
  /// The instruction that operand i is.
  const Instruction& source(std::size_t i) const;
  /// All arrays of operand i. Errors: Code::input_missing.
  Result<const Values*> arrays(std::size_t i) const;
  /// Its only array. Errors: Code::input_missing, type_unsupported.
  Result<Value> operand(std::size_t i) const;
  /// The arrays of all operands.
  Values all_arrays() const;

  /// The type that the text gives the result.
  const Type& type() const { return *instruction_->type; }
  TensorTypes result_types() const;
  /// Of a result that is one array. Errors: Code::type_unsupported; dimension_unbound where the
  /// text leaves a size open.
  Result<TensorType> result_type() const;
  /// The same, of a result whose sizes nobody needs.
  Result<ElementType> result_element() const;

  bool has(std::string_view attribute) const { return !text(attribute).empty(); }
  std::string_view text(std::string_view attribute) const { return instruction_->find(attribute); }
  /// Errors: Code::attribute_invalid, also where the attribute is missing.
  Result<Axes> axes(std::string_view attribute) const;
  /// The same, each in 0..rank-1 and distinct; none where the attribute is missing.
  Result<Axes> axes_below(std::string_view attribute, std::int64_t rank) const;
  Result<std::int64_t> integer(std::string_view attribute, std::int64_t fallback) const;
  Result<bool> flag(std::string_view attribute, bool fallback) const;
  /// The computation that the attribute names. Errors: Code::attribute_invalid.
  Result<const Computation*> computation(std::string_view attribute) const;

 private:
  Scope* scope_;
  const Instruction* instruction_;
  const std::vector<Values>* values_;  ///< by instruction
};

struct Lowering {
  std::string_view op;
  Result<Values> (*lower)(const Node& node, Builder& b) = nullptr;
  /// Works on each element: also on tensors, where the text has scalars.
  bool is_elementwise = false;
  /// The operands tell the sizes of the result: the text may leave them open.
  bool infers_sizes = false;
};

struct LoweringFamily {
  std::span<const Lowering> lowerings;
};

/// All families, in the order of the list in CMake.
std::span<const LoweringFamily* const> hlo_lowering_families();

/// Null if there is none.
const Lowering* find_lowering(std::string_view op);

// What several lowerings share.

/// Code::dimension_unbound, of a result with an open size.
std::unexpected<Error> open_sizes();

/// A tensor of that type that these values give by movement alone, in a way that only a run tells.
Value moved(const Values& from, const TensorType& type, std::string_view op, Builder& b);

/// Work per element of a tensor of that type.
struct WorkEach {
  std::int64_t mul = 0, add = 0, div = 0, special = 0, compare = 0, products = 0;
};
/// An operation of that work times `times`. Errors: Code::count_overflow.
Result<Values> stated(const Values& from, const TensorTypes& types, std::string_view op,
                      const WorkEach& work, Count times, Builder& b);

/// 0..rank-1 without those axes.
Axes other_axes(std::int64_t rank, const Axes& axes);
/// The axis i of the result is the axis permutation[i] of x; x itself where that changes nothing.
Value permuted(Value x, const Axes& permutation, Builder& b);

}  // namespace pfsday::hlo
