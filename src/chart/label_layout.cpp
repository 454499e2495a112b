#include "chart/label_layout.h"

#include "base/stable_order.h"
#include "chart/label_choice.h"
#include "chart/label_places.h"
#include "chart/obstacles.h"
#include "chart/text_marks.h"

namespace pfsday::chart {
namespace {

void add_segments(const std::vector<Vec>& path, std::vector<Segment>& segments) {
  for (std::size_t i = 1; i < path.size(); ++i) segments.push_back({path[i - 1], path[i]});
}

/// The point of a path that is nearest to `at`.
Vec nearest_on(const std::vector<Vec>& path, Vec at) {
  Vec best = path.front();
  for (std::size_t i = 1; i < path.size(); ++i) {
    const Vec near = nearest_point(box_around({path[i - 1], path[i]}, 0), at);
    if (length(near - at) < length(best - at)) best = near;
  }
  return best;
}

/// What labels must keep clear of: points, texts in the plot, lines and whiskers.
Obstacles obstacles_of(const Layout& layout) {
  std::vector<Disc> discs;
  std::vector<Segment> segments;
  std::vector<Box> boxes;
  for (const CurveMark& curve : layout.curves) add_segments(curve.path, segments);
  for (const PointMark& point : layout.points) {
    discs.push_back({point.center, point.radius});
    if (point.whisker) segments.push_back(*point.whisker);
  }
  for (const TextMark& text : layout.texts) {
    if (text.role == TextRole::era) boxes.push_back(text.box);
  }
  return {layout.plot.box(), std::move(discs), segments, std::move(boxes)};
}

/// The labels that are tried, those of curves first, which have fewer places.
struct Labels {
  std::vector<CurveMark*> curves = {};
  std::vector<PointMark*> points = {};
  std::vector<WantedLabel> wanted = {};
};

std::vector<LabelPlace> places_for(const CurveMark& curve, const TextMeasure& measure,
                                   const Obstacles& obstacles) {
  const Vec half = half_extent(curve.text, font_of(TextRole::line), measure);
  if (curve.style != LineStyle::date) return places_along(curve.path, half, obstacles);
  return places_beside({curve.path[0], curve.path[1]}, half, obstacles);
}

/// The points whose labels are tried: all of few; of many the first by priority, as many as leave
/// the plot readable.
std::vector<std::size_t> points_to_label(const Chart& chart, const Layout& layout) {
  constexpr double room = 9000;  // square pixels of the plot for each label
  auto order =
      stable_order(chart.points.size(), [&](std::size_t i) { return -chart.points[i].priority; });
  if (order.size() <= few_points) return order;
  const Vec half = layout.plot.box().half;
  const auto most = static_cast<std::size_t>(4 * half.x * half.y / room);
  if (order.size() > most) order.resize(most);
  return order;
}

Labels collect(const Chart& chart, const Obstacles& obstacles, const TextMeasure& measure,
               Layout& layout) {
  Labels all;
  for (CurveMark& curve : layout.curves) {
    if (curve.text.empty()) continue;
    all.curves.push_back(&curve);
    all.wanted.push_back({.places = places_for(curve, measure, obstacles)});
  }
  const bool few = layout.points.size() <= few_points;
  for (const std::size_t i : points_to_label(chart, layout)) {
    PointMark& point = layout.points[i];
    if (point.name.empty()) continue;
    const Vec half = half_extent(point.name, font_of(TextRole::point), measure);
    all.points.push_back(&point);
    all.wanted.push_back({.places = places_around(i, half, obstacles, few ? 180 : 80)});
    if (!few) all.wanted.back().missing_cost = 11;  // a long leader through the crowd is worse
  }
  return all;
}

}  // namespace

void add_labels(const Chart& chart, const TextMeasure& measure, Layout& layout) {
  const Labels all = collect(chart, obstacles_of(layout), measure, layout);
  const auto chosen = choose_places(all.wanted);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!chosen[i]) continue;
    const LabelPlace& place = all.wanted[i].places[*chosen[i]];
    if (i < all.curves.size()) {
      CurveMark& curve = *all.curves[i];
      curve.label = text_in(place.box, curve.text, TextRole::line);
      curve.label->line = curve.style;
      curve.leader = place.leader;
      curve.anchor = place.leader ? place.leader->from : nearest_on(curve.path, place.box.center);
    } else {
      PointMark& point = *all.points[i - all.curves.size()];
      point.label = text_in(place.box, point.name, TextRole::point);
      point.leader = place.leader;
    }
  }
  for (const PointMark& point : layout.points) {
    layout.unlabeled += !point.name.empty() && !point.label ? 1 : 0;
  }
}

}  // namespace pfsday::chart
