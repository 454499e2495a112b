// Operators that nobody but the user knows: the types of their outputs and their work, as formulas
// in the sizes of their inputs. The file format is described in docs/custom-operators.md.
//
//   const CustomOperators operators = TRY(parse_custom_operators(toml));
//   const CustomOperator* found = operators.find("com.example", "Warp");   // null if it is not
//   there const CustomFigures figures = TRY(work_out(*found, site));
//
// Which model format a node comes from does not matter: an importer fills an OperatorSite.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/literal.h"
#include "importers/formula.h"

namespace pfsday::importers {

/// What a primitive `custom` holds of one piece of work; see ops.md.
inline constexpr std::string_view custom_counters[] = {"mul",     "add",     "div",
                                                       "special", "compare", "macs"};

struct CustomWork {
  /// By counter; absent ones are 0. `macs` are multiply-adds, beside what mul and add say.
  std::map<std::string, Formula, std::less<>> counters = {};
};

struct CustomOutput {
  std::optional<graph::ElementType> element = {};
  std::optional<std::size_t> like =
      {};  ///< the input whose type it has, where nothing else is said
  std::optional<std::vector<Formula>> shape = {};
};

struct CustomOperator {
  std::string domain = {};
  std::string op = {};
  /// Names of the sizes of each input: "_" for any, a number for just that; "..." first, for any
  /// number of leading axes.
  std::vector<std::vector<std::string>> inputs = {};
  std::map<std::string, Formula, std::less<>> let = {};
  std::vector<CustomOutput> outputs = {};
  CustomWork work = {};
  std::vector<CustomWork> gradient = {};  ///< of the adjoint of each input
};

struct CustomOperators {
  std::string file = {};  ///< its name, for messages
  std::vector<CustomOperator> operators = {};

  /// Null if there is none.
  const CustomOperator* find(std::string_view domain, std::string_view op) const;
};

/// Errors: Code::formula_invalid, and those of base/toml.h, at their line.
Result<CustomOperators> parse_custom_operators(std::string_view toml);

/// What an importer knows of a node.
struct OperatorSite {
  std::vector<std::optional<graph::TensorType>> inputs = {};  ///< none where it is left out
  /// An integer attribute of the node.
  std::function<std::optional<std::int64_t>(std::string_view name)> attribute = {};
  /// The contents of an input; null where they are not known.
  std::function<const graph::Literal*(std::size_t input)> contents = {};
};

/// Counters in the order of the attributes of the primitive `custom`: mul, add, div, special,
/// compare, products. Those of the gradient of each input follow each other.
struct CustomFigures {
  graph::TensorTypes outputs = {};
  graph::Axes work = {};
  graph::Axes gradient = {};
};

/// Errors: Code::formula_invalid where a formula has no value, or one that is no count;
/// Code::shapes_disagree where an input does not fit its names; Code::value_unknown where contents
/// are not known.
Result<CustomFigures> work_out(const CustomOperator& op, const OperatorSite& site);

}  // namespace pfsday::importers
