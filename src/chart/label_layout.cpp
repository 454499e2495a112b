#include "chart/label_layout.h"

#include "chart/labels.h"
#include "chart/text_marks.h"

namespace pfsday::chart {
namespace {

void add_segments(const std::vector<Vec>& path, std::vector<Segment>& segments) {
  for (std::size_t i = 1; i < path.size(); ++i) segments.push_back({path[i - 1], path[i]});
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
  std::vector<std::vector<LabelPlace>> places = {};
};

Labels collect(const Chart& chart, const Obstacles& obstacles, const TextMeasure& measure,
               Layout& layout) {
  Labels all;
  for (CurveMark& curve : layout.curves) {
    if (curve.text.empty()) continue;
    const Vec half = half_extent(curve.text, font_of(TextRole::line), measure);
    all.curves.push_back(&curve);
    all.places.push_back(places_along(curve.path, half, obstacles));
  }
  const bool few = layout.points.size() <= few_points;
  for (std::size_t i = 0; i < layout.points.size(); ++i) {
    PointMark& point = layout.points[i];
    if (point.name.empty() || !(few || chart.points[i].important)) continue;
    const Vec half = half_extent(point.name, font_of(TextRole::point), measure);
    all.points.push_back(&point);
    all.places.push_back(places_around(i, half, obstacles, few ? 180 : 80));
  }
  return all;
}

}  // namespace

void add_labels(const Chart& chart, const TextMeasure& measure, Layout& layout) {
  const Labels all = collect(chart, obstacles_of(layout), measure, layout);
  const auto chosen = choose_places(all.places);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (!chosen[i]) continue;
    const LabelPlace& place = all.places[i][*chosen[i]];
    if (i < all.curves.size()) {
      CurveMark& curve = *all.curves[i];
      curve.label = text_in(place.box, curve.text, TextRole::line);
      curve.label->line = curve.style;
      curve.leader = place.leader;
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
