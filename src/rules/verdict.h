// On which side of a line a figure is, compared exactly, with its interval and a margin.
//
//   const Verdict verdict = judge(figure, {line, line}, Comparator::greater, Exact(3, 10));
//
// The decision rule: the figure is as low as the lesser of its interval's lower end and
// (1 - margin) x its middle, and as high as the greater of the upper end and (1 + margin) x its
// middle. Above: the low end crosses the line; below: the high end does not; else it straddles. The
// EU's guidelines ask for a margin of 30 % of the reported figure and do not say how a band across
// the line is treated; this rule is ours. Without interval and margin nothing straddles.
// A figure that lacks a part is a lower bound: above if what is there crosses the line, else
// unknown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/exact.h"
#include "rules/pack.h"

namespace pfsday::rules {

enum class Verdict { below, straddles, above, unknown };
std::string_view to_string(Verdict verdict);

/// An amount of operations; low <= mid <= high, all the same where no interval is stated.
struct Figure {
  Exact low = {};
  Exact mid = {};
  Exact high = {};
  std::vector<std::string> missing = {};  ///< parts that the run file does not state
};

struct Band {
  Exact low = {};
  Exact high = {};
};
/// What the figure may be. `margin` is a share of the middle, at least 0 and below 1.
Band band_of(const Figure& figure, const Exact& margin);

/// `line`: from where to where the line may be; both the same but for a share of an amount that has
/// an interval itself.
Verdict judge(const Figure& figure, const Band& line, Comparator comparator, const Exact& margin);

}  // namespace pfsday::rules
