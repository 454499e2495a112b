#include "trend/row_errors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "stats/distributions.h"

namespace pfsday::trend {
namespace {

std::optional<double> factor_of(const Point& point, const KnownWithin& known) {
  const auto word =
      std::ranges::find(known.by_confidence, point.confidence, &ConfidenceFactor::confidence);
  return word != known.by_confidence.end() ? std::optional(word->factor) : known.factor;
}

std::string text_of(const std::optional<double>& bound, std::string_view otherwise) {
  return bound ? fmt::format("{:g}", *bound) : std::string(otherwise);
}

/// What is wrong with the bounds that the row states; empty where nothing is.
std::string fault_of(const Point& point) {
  const bool holds = point.low.value_or(point.value) <= point.value &&
                     point.value <= point.high.value_or(point.value);
  const bool is_wide = !(point.low && point.high && *point.low == *point.high);
  if (holds && is_wide) return {};
  return fmt::format("{}: the interval {} to {} {} {:g}", point.id, text_of(point.low, "open"),
                     text_of(point.high, "open"), holds ? "is no wider than" : "does not hold",
                     point.value);
}

std::unexpected<Error> unknown(std::span<const Point> points, const Point& first,
                               const KnownWithin& known) {
  const auto count = std::ranges::count_if(points, [&](const Point& point) {
    return !(point.low && point.high) && !factor_of(point, known);
  });
  std::string hint = "say how well such figures are known: --known-within 3";
  if (!first.confidence.empty()) {
    hint += fmt::format(", or by their confidence: --known-within \"{}=3\"", first.confidence);
  }
  return fail(Code::usage,
              fmt::format("{} of {} systems state no interval, \"{}\" first", count, points.size(),
                          first.id),
              std::move(hint));
}

}  // namespace

Result<void> check_words(std::span<const System> systems, const KnownWithin& known) {
  for (const ConfidenceFactor& word : known.by_confidence) {
    if (std::ranges::find(systems, word.confidence, &System::confidence) != systems.end()) continue;
    std::set<std::string_view> words;
    for (const System& system : systems) words.insert(system.confidence);
    words.erase("");
    return fail(Code::usage, fmt::format("no system has the confidence \"{}\"", word.confidence),
                words.empty() ? "the source has no words of confidence"
                              : fmt::format("the words are: {}", fmt::join(words, ", ")));
  }
  return {};
}

Result<RowErrors> errors_of(std::span<const Point> points, const KnownWithin& known) {
  RowErrors errors;
  for (const Point& point : points) {
    std::string fault = fault_of(point);
    const auto low = fault.empty() ? point.low : std::nullopt;
    const auto high = fault.empty() ? point.high : std::nullopt;
    if (!fault.empty()) errors.unusable.push_back(std::move(fault));
    const auto factor = factor_of(point, known);
    if (!(low && high) && !factor) return unknown(points, point, known);
    const double reach = factor ? std::log10(*factor) : 0;
    errors.bounds.push_back({low ? std::log10(*low / point.value) : -reach,
                             high ? std::log10(*high / point.value) : reach});
    const int sides = (low ? 1 : 0) + (high ? 1 : 0);
    ++(sides == 2 ? errors.stated : sides == 1 ? errors.half_stated : errors.assumed);
  }
  return errors;
}

double standard_deviation(const stats::Interval& bounds) {
  return (bounds.high - bounds.low) / (2 * stats::normal_quantile((1 + row_interval_level) / 2));
}

}  // namespace pfsday::trend
