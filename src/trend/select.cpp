#include "trend/select.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "base/text.h"

namespace pfsday::trend {
namespace {

bool is_called(const Point& point, std::string_view name) {
  return point.name == name || point.id == name;
}

Result<void> check_names(std::span<const Point> points, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (std::ranges::any_of(points, [&](const Point& p) { return is_called(p, name); })) continue;
    std::vector<std::string_view> known;
    for (const Point& point : points) known.push_back(point.name);
    const std::string_view near = nearest(name, known);
    return fail(Code::usage, fmt::format("no point is called \"{}\"", name),
                near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
  }
  return {};
}

}  // namespace

Result<std::vector<Point>> select(std::span<const Point> points, const Selection& selection) {
  TRY(check_names(points, selection.leave_out));
  std::vector<Point> selected;
  for (const Point& point : points) {
    if (selection.from && point.date < *selection.from) continue;
    if (selection.to && point.date > *selection.to) continue;
    const auto named = [&](const std::string& name) { return is_called(point, name); };
    if (std::ranges::any_of(selection.leave_out, named)) continue;
    selected.push_back(point);
  }
  return selected;
}

Window window_of(std::span<const Point> points) {
  assert(!points.empty());
  const auto [first, last] = std::ranges::minmax(points, {}, &Point::date);
  return {first.date, last.date};
}

}  // namespace pfsday::trend
