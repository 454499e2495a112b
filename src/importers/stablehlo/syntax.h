// A program in the text form of MLIR, as StableHLO is written: functions of operations, which may
// hold regions of further operations.
//
//   func.func public @main(%arg0: tensor<2x3xf32>) -> tensor<2x3xf32> {
//     %0 = stablehlo.add %arg0, %arg0 : tensor<2x3xf32>
//     %1 = "stablehlo.sort"(%0) <{dimension = 1 : i64}> ({ ... }) : (tensor<2x3xf32>) -> ...
//     return %1 : tensor<2x3xf32>
//   }
//
// Both forms are read, the short one of each operation and the generic one in quotes, into the same
// structure. Everything views the text, which must outlive the program.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "importers/stablehlo/location.h"

namespace pfsday::stablehlo {

/// %name, or %name#index of an operation with several results.
struct Use {
  std::string_view name = {};
  std::uint32_t index = 0;
  std::size_t offset = 0;
};

struct Attribute {
  std::string_view name;   ///< empty: what stands without a name, such as [0:2] of a slice
  std::string_view value;  ///< without the type behind it, ": i64"
  std::string_view type = {};
};

struct Argument {
  std::string_view name;
  std::string_view type;
  std::string_view location = {};
};

struct Operation;

struct Region {
  std::vector<Argument> arguments = {};
  std::vector<Operation> operations;
};

struct Operation {
  std::size_t offset = 0;
  std::string_view name = {};    ///< "stablehlo.add"
  std::string_view result = {};  ///< its name; empty without one
  std::uint32_t result_count = 0;
  std::vector<Use> operands = {};
  std::vector<std::string_view> arguments = {};  ///< of a loop: names of what it carries
  std::string_view symbol = {};                  ///< @name
  std::vector<Attribute> attributes = {};
  std::vector<Region> regions = {};
  std::vector<std::string_view> operand_types = {};
  std::vector<std::string_view> result_types = {};
  std::string_view location = {};

  /// The value of an attribute by one of its names; empty if it has none of them.
  std::string_view find(std::string_view attribute, std::string_view other = {}) const;
  const Attribute* find_attribute(std::string_view attribute) const;
};

struct Function {
  std::size_t offset = 0;
  std::string_view name;
  bool is_private = false;
  std::uint32_t result_count = 0;
  Region body = {};
};

struct Program {
  std::string_view text;
  std::string_view name = {};              ///< of the module
  std::vector<Attribute> attributes = {};  ///< of the module
  std::vector<Function> functions = {};
  Locations locations = {};
};

/// Those in regions as well.
std::size_t count_operations(const Program& program);

/// Errors, with their line: Code::model_malformed, model_truncated, limit_exceeded.
Result<Program> parse_program(std::string_view text);

/// True for text that begins as a program does.
bool begins_as_program(std::string_view head);

}  // namespace pfsday::stablehlo
