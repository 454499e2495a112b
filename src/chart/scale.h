// Axes: from values to pixels, and where their ticks are.
//
//   const Range years = padded_dates(-7.5, -2.1);
//   const Scale x{.values = years, .start = 80, .end = 940};
//   for (const Tick& tick : date_ticks(years)) draw(x.at(tick.value), tick.label);
#pragma once

#include <string>
#include <vector>

namespace pfsday::chart {

struct Range {
  double low = 0;
  double high = 1;
};

/// Linear from values to pixels; `end` may lie before `start`, as on a y axis that grows upward.
struct Scale {
  Range values = {};
  double start = 0;
  double end = 1;

  double at(double value) const {
    return start + (end - start) * (value - values.low) / (values.high - values.low);
  }
};

struct Tick {
  double value = 0;
  std::string label = {};  ///< empty for a minor tick
};

/// Bounds of a date axis (years since 2020) around [low, high]: some room on both sides, ending at
/// half-years for short ranges and years for long ones.
Range padded_dates(double low, double high);

/// A tick on January 1 of each year, or of every 2nd, 5th, 10th ... of a long range; minor ticks
/// on July 1 where each year has its label and there are at most ten.
std::vector<Tick> date_ticks(const Range& years);

/// Bounds of a log axis (powers of ten) around [low, high], at whole decades.
Range padded_decades(double low, double high);

/// A tick at each decade of the range, labeled so that about a dozen labels remain. Labels are
/// plain from 0.00001 to 1,000,000 where the whole axis lies between those, else 10 with an
/// exponent.
std::vector<Tick> decade_ticks(const Range& decades);

/// Bounds of a linear axis around [low, high], at whole steps of its ticks. From 0 where no amount
/// is below it.
Range padded_amounts(double low, double high);

/// A labeled tick at each whole step of 1, 2 or 5 times a power of ten, half a dozen of them.
std::vector<Tick> amount_ticks(const Range& amounts);

/// "1,200", "0.02"; "3×10²⁶" where that is shorter to read.
std::string amount_text(double amount);

}  // namespace pfsday::chart
