#include "estimate/factor.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "base/text.h"

namespace pfsday::estimate {
namespace {

constexpr int operations_per_parameter(Passes passes) { return passes == Passes::training ? 6 : 2; }

}  // namespace

double product(std::span<const Factor> factors) {
  double result = 1;
  for (const Factor& factor : factors) result *= std::pow(factor.value.mid(), factor.power);
  return result;
}

std::string to_text(std::span<const Factor> factors) {
  std::vector<std::string> parts;
  for (const Factor& factor : factors) {
    const std::string power = factor.power == 1 ? "" : fmt::format("^{}", factor.power);
    parts.push_back(fmt::format("{}{} {}", to_text(factor.value), power, factor.name));
  }
  return join(parts, " x ");
}

std::vector<Factor> per_parameter(Uncertain parameters, Passes passes) {
  return {{.name = "operations per parameter and token", .value = operations_per_parameter(passes)},
          {.name = "parameters", .value = std::move(parameters)}};
}

std::string per_parameter_note(Passes passes) {
  return fmt::format(
      "{} operations per parameter and token{}: attention over the context and embeddings are left "
      "out",
      operations_per_parameter(passes), passes == Passes::forward ? ", forward only" : "");
}

}  // namespace pfsday::estimate
