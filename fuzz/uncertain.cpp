// What reads as an amount has ascending quantiles in the range of numbers, and what is written of
// it reads back as the same.

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "uncertainty/parse.h"

namespace {

using namespace pfsday;
using uncertainty::Uncertain;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_quantiles(const Uncertain& amount) {
  double last = 0;
  for (const double probability : {0.05, 0.5, 0.95}) {
    const double value = quantile(amount.distribution, probability);
    require(std::isfinite(value) && value >= last);
    last = value;
  }
  require(amount.mid() > 0);
}

/// "(1 to 10)" without its brackets; a rounded amount is written as "1 +- 0.5", which is not read.
void check_text(const Uncertain& amount) {
  if (amount.distribution.shape == uncertainty::Shape::uniform) return;
  std::string text = to_text(amount);
  if (!amount.is_exact()) text = text.substr(1, text.size() - 2);
  const auto again = uncertainty::parse_uncertain(text, units::Dimension::number, 1);
  require(again && again->distribution == amount.distribution);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto amount = uncertainty::parse_uncertain(text, units::Dimension::number, 1);
  if (!amount) return 0;
  check_quantiles(*amount);
  check_text(*amount);
  return 0;
}
