// Reads scalar arithmetic from the text of a computation: as a number, or as a carried value plus a
// number.
#pragma once

#include <unordered_map>

#include "importers/hlo/scope.h"

namespace pfsday::hlo {

/// One array of an instruction.
struct Form {
  enum class Kind : std::uint8_t { unknown, number, carried };
  Kind kind = Kind::unknown;
  std::size_t array = 0;  ///< of the carried values
  std::int64_t plus = 0;  ///< the number, or what is added to the carried value
  friend bool operator==(const Form&, const Form&) = default;
};
using Forms = std::vector<Form>;

/// a (direction) b, for integers.
struct Comparison {
  Form a, b;
  std::string_view direction = {};  ///< "LT"
  friend bool operator==(const Comparison&, const Comparison&) = default;
};

/// What is joined by `and`.
struct Conditions {
  std::vector<Comparison> comparisons = {};
  bool has_other = false;  ///< and something else
};

/// Reads one run of a computation, whose parameters have these forms.
class Linear {
 public:
  Linear(const Context& context, const Computation& computation, std::vector<Forms> parameters,
         int depth = 0);

  /// The arrays of an instruction.
  const Forms& forms(std::uint32_t instruction);
  /// The condition that an instruction is.
  Conditions conditions(std::uint32_t instruction);

 private:
  Forms read(const Instruction& instruction);
  Forms read_sum(const Instruction& instruction);
  Forms read_call(const Instruction& instruction);
  const Conditions& conditions(std::uint32_t instruction, int depth);
  Conditions read_conditions(const Instruction& instruction, int depth);
  Conditions read_and(const Instruction& instruction, int depth);
  const Computation* called(const Instruction& instruction) const;
  std::vector<Forms> operands(const Instruction& instruction);

  const Context* context_;
  const Computation* computation_;
  std::vector<Forms> parameters_;
  int depth_;
  std::unordered_map<std::uint32_t, Forms> known_;
  std::unordered_map<std::uint32_t, Conditions> known_conditions_;
};

}  // namespace pfsday::hlo
