// What a layer of a recipe can refer to: the parameters of the block around it, sizes by name, and
// what holds for all layers that do not say otherwise.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/toml.h"
#include "importers/formula.h"

namespace pfsday::recipe {

/// What layers have that do not say otherwise.
struct Defaults {
  std::optional<bool> bias = {};  ///< not stated: where no normalization follows
  std::string norm = "none";      ///< of convolutions
  std::string activation = "relu";
  std::optional<TomlValue> pad = {};
  std::vector<std::string> order = {"conv", "norm", "activation"};
};

struct Scope {
  /// Numbers, words and flags.
  std::map<std::string, TomlValue, std::less<>> parameters = {};
  Defaults defaults = {};
};

/// The values that formulas of a layer may name: `channels` and `steps` of what goes into it beside
/// parameters and sizes.
using Sizes = std::map<std::string, std::int64_t, std::less<>>;

/// The value of a formula. Errors: Code::formula_invalid; Code::recipe_invalid where it names what
/// is not there, or what is no number.
Result<importers::Ratio> evaluate(std::string_view text, const Scope& scope, const Sizes& sizes);

/// Whether a condition holds: two formulas with ==, !=, <, <=, > or >= between them, or one that is
/// not zero. Errors: as `evaluate`.
Result<bool> holds(std::string_view text, const Scope& scope, const Sizes& sizes);

}  // namespace pfsday::recipe
