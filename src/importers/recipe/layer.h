// One layer of a recipe: reads its keys. A size may be a number or a formula of parameters and
// sizes, a word may name a parameter that stands for one.
//
//   const std::int64_t filters = TRY(in.size("conv"));
//   const bool bias = TRY(in.flag_or("bias", true));
//
// Faults, at the place of the value: recipe_invalid, formula_invalid, and those of base/toml.h.
#pragma once

#include "importers/recipe/scope.h"
#include "ops/builder.h"

namespace pfsday::recipe {

using graph::Axes;
using graph::Shape;
using graph::to_string;
using graph::Value;
using graph::Values;

constexpr std::int64_t largest_size = std::int64_t{1} << 31U;

class Layer {
 public:
  /// All must outlive it.
  Layer(TomlReader& in, const Scope& scope, const Sizes& sizes)
      : in_(&in), scope_(&scope), sizes_(&sizes) {}

  const Scope& scope() const { return *scope_; }
  const Sizes& sizes() const { return *sizes_; }
  TomlReader& toml() { return *in_; }
  const Place& place() const { return in_->place(); }
  bool has(std::string_view key) { return in_->has(key); }

  Result<std::int64_t> size(std::string_view key);
  Result<std::int64_t> size_or(std::string_view key, std::int64_t otherwise,
                               std::int64_t least = 1);
  /// One size or a list of them; empty if the key is absent.
  Result<Axes> sizes_of(std::string_view key, std::int64_t least = 1);
  /// One size for all axes, or a list of one for each.
  Result<Axes> axes_or(std::string_view key, std::size_t axes, std::int64_t otherwise,
                       std::int64_t least = 1);
  Result<bool> flag_or(std::string_view key, bool otherwise);
  Result<std::string> word_or(std::string_view key, std::string_view otherwise);
  /// The word, which must be one of those.
  Result<std::string> choice_or(std::string_view key, std::string_view otherwise,
                                std::span<const std::string_view> words);
  /// `pad`, of the layer or of all; null if nothing is said.
  const TomlValue* find_pad();
  Result<std::int64_t> to_size(std::string_view key, const TomlValue& value, std::int64_t least);
  /// Lists of layers: [[{...}], [{...}, {...}]].
  Result<std::vector<std::vector<const TomlTable*>>> branches(std::string_view key);

  std::unexpected<Error> invalid(std::string what, std::string hint = {}) const {
    return fail_at(in_->place(), Code::recipe_invalid, std::move(what), std::move(hint));
  }
  Result<void> finish() const { return in_->finish(); }

 private:
  /// What the parameter that the value names stands for, or the value itself.
  const TomlValue& resolved(const TomlValue& value) const;

  TomlReader* in_;
  const Scope* scope_;
  const Sizes* sizes_;
};

constexpr std::size_t most_names = 128;  ///< of constants and sizes, of parameters of a block

/// Letters, digits, spaces, _ and -, at most 64 of them.
bool is_name(std::string_view text);

/// `known` as a list for a hint: "a", "b" or "c".
std::string one_of(std::span<const std::string_view> known);

/// What `layers` and blocks say for all layers within.
Result<Defaults> read_defaults(Layer& in, Defaults around);

}  // namespace pfsday::recipe
