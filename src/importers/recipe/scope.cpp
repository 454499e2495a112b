#include "importers/recipe/scope.h"

#include <fmt/format.h>

#include "base/text.h"

namespace pfsday::recipe {
namespace {

using importers::Formula;
using importers::Int128;
using importers::Ratio;

class Names : public importers::FormulaScope {
 public:
  Names(const Scope& scope, const Sizes& sizes) : scope_(&scope), sizes_(&sizes) {}

  Result<Ratio> value_of(std::string_view name) override {
    if (const auto found = scope_->parameters.find(name); found != scope_->parameters.end()) {
      if (const auto* number = std::get_if<std::int64_t>(&found->second.data)) {
        return Ratio{*number, 1};
      }
      if (const auto* flag = std::get_if<bool>(&found->second.data)) return Ratio{*flag ? 1 : 0, 1};
      return fail(Code::recipe_invalid, fmt::format("\"{}\" stands for no number", name));
    }
    const auto found = sizes_->find(name);
    if (found != sizes_->end()) return Ratio{found->second, 1};
    return unknown(name);
  }

  Result<Ratio> call(std::string_view function, std::span<const Ratio> /*arguments*/) override {
    return fail(Code::recipe_invalid, fmt::format("no function is called \"{}\"", function),
                "there are ceil, floor, min and max");
  }

 private:
  std::unexpected<Error> unknown(std::string_view name) const {
    std::vector<std::string_view> known;
    for (const auto& [parameter, value] : scope_->parameters) known.emplace_back(parameter);
    for (const auto& [size, value] : *sizes_) known.emplace_back(size);
    const std::string_view near = nearest(name, known);
    return fail(Code::recipe_invalid,
                fmt::format("\"{}\" is neither a parameter of the block nor a size", name),
                near.empty() ? "a block lists its \"parameters\", a recipe its \"sizes\""
                             : fmt::format("did you mean \"{}\"?", near));
  }

  const Scope* scope_;
  const Sizes* sizes_;
};

/// The sign of left - right.
Result<int> compared(std::string_view left, std::string_view right, const Scope& scope,
                     const Sizes& sizes) {
  const Ratio difference = TRY(evaluate(fmt::format("({}) - ({})", left, right), scope, sizes));
  return difference.numerator < 0 ? -1 : difference.numerator > 0 ? 1 : 0;
}

}  // namespace

Result<Ratio> evaluate(std::string_view text, const Scope& scope, const Sizes& sizes) {
  Names names(scope, sizes);
  return TRY(Formula::parse(text)).evaluate(names);
}

Result<bool> holds(std::string_view text, const Scope& scope, const Sizes& sizes) {
  constexpr struct {
    std::string_view sign;
    bool less, equal, more;
  } comparisons[] = {{"==", false, true, false}, {"!=", true, false, true},
                     {"<=", true, true, false},  {">=", false, true, true},
                     {"<", true, false, false},  {">", false, false, true}};
  for (const auto& comparison : comparisons) {
    const std::size_t at = text.find(comparison.sign);
    if (at == std::string_view::npos) continue;
    const int sign = TRY(compared(trim(text.substr(0, at)),
                                  trim(text.substr(at + comparison.sign.size())), scope, sizes));
    return sign < 0 ? comparison.less : sign > 0 ? comparison.more : comparison.equal;
  }
  return TRY(evaluate(text, scope, sizes)).numerator != 0;
}

}  // namespace pfsday::recipe
