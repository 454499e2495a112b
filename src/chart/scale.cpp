#include "chart/scale.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "units/date.h"

namespace pfsday::chart {
namespace {

constexpr int max_labels = 12;

/// The first of a month on the axis.
double on_axis(int year, unsigned month) {
  const std::chrono::sys_days day = std::chrono::year{year} / std::chrono::month{month} / 1;
  return units::years_since_2020({static_cast<int>(day.time_since_epoch().count())});
}

/// The least of 1, 2, 5, 10, 20, 50, ... that leaves at most max_labels steps over `span`.
int step_for(double span) {
  for (int decade = 1;; decade *= 10) {
    for (const int factor : {1, 2, 5}) {
      if (span <= max_labels * decade * factor) return decade * factor;
    }
  }
}

std::string superscript(int exponent) {
  constexpr std::string_view digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "⁻" : "";
  for (const char digit : std::to_string(std::abs(exponent))) text += digits[digit - '0'];
  return text;
}

std::string with_commas(std::string digits) {
  for (std::size_t place = digits.size(); place > 3;) digits.insert(place -= 3, ",");
  return digits;
}

/// 1, 2 or 5 times a power of ten, so that a span has 4 to 10 steps.
double amount_step(double span) {
  const double decade = std::pow(10, std::floor(std::log10(span)));
  const double share = span / decade;
  return decade * (share < 2 ? 0.2 : share < 4 ? 0.5 : 1);
}

std::string plain_power(int exponent) {
  if (exponent < 0) return fmt::format("{:.{}f}", std::pow(10.0, exponent), -exponent);
  return with_commas("1" + std::string(static_cast<std::size_t>(exponent), '0'));
}

}  // namespace

Range padded_dates(double low, double high) {
  const double room = std::max(0.03 * (high - low), 0.2);
  const double step = high - low <= 30 ? 0.5 : 1;
  return {step * std::floor((low - room) / step), step * std::ceil((high + room) / step)};
}

std::vector<Tick> date_ticks(const Range& years) {
  std::vector<Tick> ticks;
  const auto add = [&](double value, std::string label) {
    if (value >= years.low && value <= years.high) ticks.push_back({value, std::move(label)});
  };
  const double span = years.high - years.low;
  const int step = step_for(span);
  const int first = static_cast<int>(std::floor((2019 + years.low) / step)) * step;
  for (int year = first; on_axis(year, 1) <= years.high; year += step) {
    add(on_axis(year, 1), std::to_string(year));
    if (span <= 10) add(on_axis(year, 7), {});
  }
  return ticks;
}

Range padded_decades(double low, double high) {
  constexpr double room = 0.25;
  return {std::floor(std::log10(low) - room), std::ceil(std::log10(high) + room)};
}

std::vector<Tick> decade_ticks(const Range& decades) {
  const bool plain = decades.low >= -5 && decades.high <= 6;
  const int low = static_cast<int>(std::ceil(decades.low));
  const int high = static_cast<int>(std::floor(decades.high));
  const int step = step_for(high - low);
  std::vector<Tick> ticks;
  for (int decade = low; decade <= high; ++decade) {
    Tick tick{.value = static_cast<double>(decade)};
    if (decade % step == 0) tick.label = plain ? plain_power(decade) : "10" + superscript(decade);
    ticks.push_back(std::move(tick));
  }
  return ticks;
}

Range padded_amounts(double low, double high) {
  const double top = std::max(high, std::numeric_limits<double>::min());
  const double bottom = std::min(low, 0.0);
  const double step = amount_step(top - bottom);
  return {step * std::floor(bottom / step), step * std::ceil(1.02 * top / step)};
}

std::vector<Tick> amount_ticks(const Range& amounts) {
  const double step = amount_step(amounts.high - amounts.low);
  std::vector<Tick> ticks;
  const double first = std::ceil(amounts.low / step), last = std::floor(amounts.high / step + 1e-9);
  for (double i = first; i <= last; ++i) ticks.push_back({i * step, amount_text(i * step)});
  return ticks;
}

std::string amount_text(double amount) {
  const double size = std::abs(amount);
  if (size == 0) return "0";
  if (size >= 1e6 || size < 1e-4) {
    const int exponent = static_cast<int>(std::floor(std::log10(size) + 1e-12));
    return fmt::format("{:.4g}×10{}", amount / std::pow(10, exponent), superscript(exponent));
  }
  if (size < 1000) return fmt::format("{:.4g}", amount);
  return (amount < 0 ? "-" : "") + with_commas(fmt::format("{:.0f}", size));
}

}  // namespace pfsday::chart
