#include "rules/verdict.h"

#include <algorithm>

namespace pfsday::rules {
namespace {

bool crosses(const Exact& value, const Exact& line, Comparator comparator) {
  return comparator == Comparator::greater ? value > line : value >= line;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::below:
      return "below";
    case Verdict::straddles:
      return "straddles";
    case Verdict::above:
      return "above";
    case Verdict::unknown:
      return "unknown";
  }
  return {};
}

Band band_of(const Figure& figure, const Exact& margin) {
  return {std::min(figure.low, Exact(figure.mid * (1 - margin))),
          std::max(figure.high, Exact(figure.mid * (1 + margin)))};
}

Verdict judge(const Figure& figure, const Band& line, Comparator comparator, const Exact& margin) {
  const Band band = band_of(figure, margin);
  if (crosses(band.low, line.high, comparator)) return Verdict::above;
  if (!figure.missing.empty()) return Verdict::unknown;
  return crosses(band.high, line.low, comparator) ? Verdict::straddles : Verdict::below;
}

}  // namespace pfsday::rules
