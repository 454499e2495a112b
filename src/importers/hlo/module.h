// An XLA program as its text has it: computations made of instructions, in order.
//
//   HloModule jit_step, entry_computation_layout={...}, num_partitions=8
//
//   %add (a: f32[], b: f32[]) -> f32[] {
//     %a = f32[] parameter(0)
//     %b = f32[] parameter(1)
//     ROOT %sum = f32[] add(%a, %b)
//   }
//
//   ENTRY %main (x: f32[4]) -> f32[] { ... }
//
// Names and attributes view the text, which must outlive the module.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "importers/hlo/type.h"

namespace pfsday::hlo {

struct AttributeText {
  std::string_view name;
  std::string_view value;  ///< with its brackets or quotes
};

struct Instruction {
  std::string_view name;
  std::string_view op;
  Type type;
  std::vector<std::uint32_t> operands = {};  ///< instructions of the same computation, before it
  /// Of a constant its contents, of a parameter its number.
  std::string_view contents = {};
  std::vector<AttributeText> attributes = {};
  std::size_t offset = 0;  ///< where it begins in the text

  /// Empty if it does not have it.
  std::string_view find(std::string_view attribute) const;
};

struct Computation {
  std::string_view name;
  std::vector<Instruction> instructions = {};
  std::uint32_t root = 0;
  /// By number, the instruction that is this parameter.
  std::vector<std::uint32_t> parameters = {};
  std::size_t offset = 0;

  const Instruction& root_instruction() const { return instructions[root]; }
};

struct Module {
  std::string_view text;
  std::string_view name = {};
  std::vector<AttributeText> attributes = {};
  std::deque<Computation> computations = {};
  std::size_t entry = 0;                 ///< index into computations
  std::deque<std::string> written = {};  ///< text that views of it need

  std::string_view find(std::string_view attribute) const;
  /// Null if there is none of that name.
  const Computation* find_computation(std::string_view name) const;
};

}  // namespace pfsday::hlo
