// Where an operation comes from: the names in loc(...), which may stand for others.
//
//   %0 = stablehlo.add %a, %b : tensor<4xf32> loc(#loc3)
//   #loc3 = loc("jit(step)/jvp(Net)/layers/add"(#loc1))
#pragma once

#include <string_view>
#include <unordered_map>

namespace pfsday::stablehlo {

class Locations {
 public:
  /// A line #name = value of the text.
  void add(std::string_view alias, std::string_view value) { aliases_.emplace(alias, value); }

  /// The name in quotes that loc(VALUE) leads to, without the quotes; empty if there is none, or
  /// only a file.
  std::string_view name_of(std::string_view value) const;

 private:
  std::string_view name_of(std::string_view value, int depth) const;

  std::unordered_map<std::string_view, std::string_view> aliases_;
};

}  // namespace pfsday::stablehlo
