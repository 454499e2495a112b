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

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
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

/// Whether the attribute names computations that its instruction calls.
bool is_calling(std::string_view attribute);

struct Instruction {
  std::string_view name;
  std::string_view op;
  const Type* type = nullptr;
  std::span<const std::uint32_t> operands = {};  ///< of the same computation, before it
  /// Of a constant its contents, of a parameter its number.
  std::string_view contents = {};
  std::span<const AttributeText> attributes = {};
  std::size_t offset = 0;    ///< where it begins in the text
  std::uint32_t number = 0;  ///< of all in the module

  /// Empty if it does not have it.
  std::string_view find(std::string_view attribute) const;
};

struct Computation {
  std::string_view name;
  std::span<const Instruction> instructions = {};
  std::uint32_t root = 0;
  /// By number, the instruction that is this parameter.
  std::vector<std::uint32_t> parameters = {};
  std::size_t offset = 0;

  const Instruction& root_instruction() const { return instructions[root]; }
};

/// Short lists, one behind the other, that stay where they are.
template <class T>
class Pool {
 public:
  std::span<const T> keep(std::span<const T> list) {
    if (list.size() > room_.size()) {
      const std::size_t size = std::max(list.size(), block_size);
      blocks_.push_back(std::make_unique<T[]>(size));
      room_ = {blocks_.back().get(), size};
    }
    std::ranges::copy(list, room_.begin());
    const std::span<const T> kept = room_.first(list.size());
    room_ = room_.subspan(list.size());
    return kept;
  }

 private:
  static constexpr std::size_t block_size = 4096;
  std::vector<std::unique_ptr<T[]>> blocks_;
  std::span<T> room_;
};

struct Module {
  std::string_view text;
  std::string_view name = {};
  std::vector<AttributeText> attributes = {};
  std::deque<Computation> computations = {};
  std::size_t entry = 0;                       ///< index into computations
  std::vector<Instruction> instructions = {};  ///< of all computations, one behind the other
  Pool<std::uint32_t> operands = {};           ///< of instructions
  Pool<AttributeText> their_attributes = {};
  TypeTable types = {};
  TextTable names = {};                     ///< of the computations, by name their index
  std::deque<std::string> made_names = {};  ///< of those that the text gives none

  std::string_view find(std::string_view attribute) const;
  /// Null if there is none of that name.
  const Computation* find_computation(std::string_view computation) const {
    const auto index = names.find(computation);
    return index ? &computations[*index] : nullptr;
  }
};

}  // namespace pfsday::hlo
