#include "chart/svg.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <numbers>
#include <utility>

#include "chart/look.h"
#include "chart/xml.h"

namespace pfsday::chart {
namespace {

/// Pixels with at most two digits after the point, so that files stay small.
std::string px(double value) {
  const double rounded = std::round(value * 100) / 100;
  return fmt::format("{}", rounded == 0 ? 0.0 : rounded);
}

std::string_view name_of(Anchor anchor) {
  return anchor == Anchor::start ? "start" : anchor == Anchor::middle ? "middle" : "end";
}

/// A shape about the origin that covers as much as a circle of that radius: a square, a triangle, a
/// diamond and a triangle on its tip for the groups after the first.
std::string shape_path(std::size_t group, double r) {
  switch (group % max_groups) {
    case 1:
      return fmt::format("M{0} {0}H{1}V{1}H{0}Z", px(-0.9 * r), px(0.9 * r));
    case 2:
      return fmt::format("M0 {}L{} {}H{}Z", px(-1.3 * r), px(1.2 * r), px(0.85 * r), px(-1.2 * r));
    case 3:
      return fmt::format("M0 {0}L{1} 0L0 {1}L{0} 0Z", px(-1.25 * r), px(1.25 * r));
    default:
      return fmt::format("M0 {}L{} {}H{}Z", px(1.3 * r), px(1.2 * r), px(-0.85 * r), px(-1.2 * r));
  }
}

class Writer {
 public:
  explicit Writer(const Theme& theme) : theme_(theme) {}
  std::string finish() && { return std::move(out_); }

  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  void head(const Layout& layout);
  void line(const LineMark& mark);
  void shade(const Box& box);
  void band(const BandMark& mark);
  void curve(const CurveMark& mark);
  void curve_label(const CurveMark& mark);
  void point(const PointMark& mark, std::size_t index);
  void key(const KeyMark& mark);
  void text(const TextMark& mark, Vec origin = {});

 private:
  void path(std::span<const Vec> points);
  void leader(const Segment& segment, Vec origin);
  void whisker(const Segment& segment, Vec origin, std::string_view color);
  void marker(std::optional<std::size_t> group, double radius, bool solid, std::string_view color);

  const Theme& theme_;
  std::string out_;
};

void Writer::head(const Layout& layout) {
  const auto& [x, y, scale] = layout.plot;
  constexpr double edge = 5;  // points on the axes are whole
  add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\" role=\"img\" aria-labelledby=\"title desc\" "
      "font-family=\"Inter, Helvetica Neue, Arial, sans-serif\" data-plot=\"{2} {3} {4} {5}\" "
      "data-x=\"{6} {7}\" data-y=\"{8} {9}\" data-scale=\"{10}\" "
      "data-other=\"{11}\">\n",
      px(layout.width), px(layout.height), px(x.start), px(y.end), px(x.end), px(y.start),
      x.values.low, x.values.high, y.values.low, y.values.high,
      scale == YScale::log ? "log" : "linear", layout.other_per_unit);
  add("<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n", escape_xml(layout.title),
      escape_xml(layout.description));
  add("<clipPath id=\"plot\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>\n",
      px(x.start - edge), px(y.end - edge), px(x.end - x.start + 2 * edge),
      px(y.start - y.end + 2 * edge));
  add("<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>\n", theme_.background);
}

void Writer::line(const LineMark& mark) {
  const Stroke stroke = stroke_of(mark.role, theme_);
  const auto [from, to] = mark.segment;
  add("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
      px(from.x), px(from.y), px(to.x), px(to.y), stroke.color, stroke.width);
}

void Writer::shade(const Box& box) {
  add("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
      px(box.center.x - box.half.x), px(box.center.y - box.half.y), px(2 * box.half.x),
      px(2 * box.half.y), theme_.shade);
}

void Writer::path(std::span<const Vec> points) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    add("{}{} {}", i == 0 ? 'M' : 'L', px(points[i].x), px(points[i].y));
  }
}

void Writer::band(const BandMark& mark) {
  add("<path d=\"");
  path(mark.outline);
  const auto [color, strength] = fill_of(mark.style, theme_);
  add("Z\" fill=\"{}\" fill-opacity=\"{}\"/>\n", color, strength);
}

void Writer::curve(const CurveMark& mark) {
  const Stroke stroke = stroke_of(mark.style, theme_);
  add("<path d=\"");
  path(mark.path);
  add("\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" vector-effect=\"non-scaling-stroke\" "
      "stroke-linecap=\"round\"",
      stroke.color, stroke.width);
  if (!stroke.dashes.empty()) add(" stroke-dasharray=\"{}\"", stroke.dashes);
  add("/>\n");
}

/// A label stands in a group whose origin is the point that it names.
void Writer::curve_label(const CurveMark& mark) {
  if (!mark.label) return;
  const Vec origin = mark.anchor;
  add("<g class=\"tag\" transform=\"translate({} {})\"", px(origin.x), px(origin.y));
  if (mark.path.size() == 2) {
    const auto [from, to] = std::pair(mark.path[0], mark.path[1]);
    add(" data-line=\"{} {} {} {}\"", px(from.x), px(from.y), px(to.x), px(to.y));
  }
  add(">");
  if (mark.leader) leader(*mark.leader, origin);
  text(*mark.label, origin);
  add("</g>\n");
}

void Writer::leader(const Segment& segment, Vec origin) {
  const Vec from = segment.from - origin, to = segment.to - origin;
  add("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"0.8\"/>",
      px(from.x), px(from.y), px(to.x), px(to.y), theme_.ruler);
}

void Writer::whisker(const Segment& segment, Vec origin, std::string_view color) {
  const double low = segment.from.y - origin.y, high = segment.to.y - origin.y;
  add("<path class=\"whisker\" d=\"M-3 {0}H3M0 {0}V{1}M-3 {1}H3\" fill=\"none\" stroke=\"{2}\" "
      "stroke-opacity=\"0.5\" vector-effect=\"non-scaling-stroke\"/>",
      px(low), px(high), color);
}

void Writer::marker(std::optional<std::size_t> group, double radius, bool solid,
                    std::string_view color) {
  const std::string_view edge = theme_.background;
  if (group.value_or(0) % max_groups == 0) {
    add("<circle r=\"{}\"", px(radius));
  } else {
    add("<path d=\"{}\"", shape_path(*group, radius));
  }
  add(" fill=\"{}\" stroke=\"{}\" stroke-width=\"{}\"/>", solid ? color : edge,
      solid ? edge : color, px(solid ? radius / 5 : radius / 2.25));
}

void Writer::point(const PointMark& mark, std::size_t index) {
  const std::string_view color = color_of(mark.group, mark.muted, theme_);
  add("<g class=\"point\" data-index=\"{}\" transform=\"translate({} {})\"><title>{}</title>",
      index, px(mark.center.x), px(mark.center.y), escape_xml(mark.name));
  if (mark.whisker) whisker(*mark.whisker, mark.center, color);
  marker(mark.group, mark.radius, mark.style == PointStyle::solid, color);
  if (mark.leader) leader(*mark.leader, mark.center);
  if (mark.label) text(*mark.label, mark.center);
  add("</g>\n");
}

void Writer::key(const KeyMark& mark) {
  if (mark.band) {
    const auto [color, strength] = key_fill_of(*mark.band, theme_);
    add("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" fill-opacity=\"{}\"/>\n",
        px(mark.box.center.x - mark.box.half.x), px(mark.box.center.y - mark.box.half.y),
        px(2 * mark.box.half.x), px(2 * mark.box.half.y), color, px(strength));
    return;
  }
  add("<g transform=\"translate({} {})\">", px(mark.box.center.x), px(mark.box.center.y));
  marker(mark.group, 4.5, true, color_of(mark.group, true, theme_));
  add("</g>\n");
}

void Writer::text(const TextMark& mark, Vec origin) {
  const Font font = font_of(mark.role);
  const Vec at = mark.at - origin;
  const bool in_plot = mark.role == TextRole::point || mark.role == TextRole::line;
  add("<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"", px(at.x), px(at.y), font.size,
      color_of(mark, theme_));
  if (in_plot) {
    add(" paint-order=\"stroke\" stroke=\"{}\" stroke-width=\"3.5\" stroke-linejoin=\"round\"",
        theme_.background);
  }
  if (mark.role == TextRole::note) add(" class=\"note\"");
  if (font.weight != 400) add(" font-weight=\"{}\"", font.weight);
  if (mark.anchor != Anchor::start) add(" text-anchor=\"{}\"", name_of(mark.anchor));
  if (mark.angle != 0) {
    add(" transform=\"rotate({} {} {})\"", px(mark.angle * 180 / std::numbers::pi), px(at.x),
        px(at.y));
  }
  add(">{}</text>{}", escape_xml(mark.text), in_plot ? "" : "\n");
}

/// Shades of eras, then the ticks on them.
void write_background(const Layout& layout, Writer& out) {
  out.add("<g clip-path=\"url(#plot)\"><g class=\"world\">\n");
  for (const Box& shade : layout.shades) out.shade(shade);
  out.add("</g></g>\n<g class=\"ticks\">\n");
  for (const LineMark& line : layout.lines) {
    if (line.role != LineRole::axis) out.line(line);
  }
  for (const TextMark& text : layout.texts) {
    if (text.role == TextRole::tick) out.text(text);
  }
  out.add("</g>\n");
  for (const LineMark& line : layout.lines) {
    if (line.role == LineRole::axis) out.line(line);
  }
  for (const KeyMark& key : layout.keys) out.key(key);
  for (const TextMark& text : layout.texts) {
    if (text.role != TextRole::tick && text.role != TextRole::era) out.text(text);
  }
}

void write_curves(const Layout& layout, Writer& out) {
  out.add("<g class=\"world\">\n");
  for (const CurveMark& curve : layout.curves) out.curve(curve);
  out.add("</g>\n");
}

/// Bands, lines and points, and their labels, which have an edge of the background's color.
void write_plot(const Layout& layout, Writer& out) {
  out.add("<g clip-path=\"url(#plot)\">\n<g class=\"world\">\n");
  for (const BandMark& band : layout.bands) out.band(band);
  out.add("</g>\n");
  const bool many = layout.points.size() > few_points;  // these would hide the lines
  if (!many) write_curves(layout, out);
  for (const TextMark& text : layout.texts) {
    if (text.role != TextRole::era) continue;
    out.add("<g class=\"tag\" transform=\"translate({} {})\">", px(text.at.x), px(text.at.y));
    out.text(text, text.at);
    out.add("</g>\n");
  }
  for (const CurveMark& curve : layout.curves) out.curve_label(curve);
  for (const bool muted : {true, false}) {  // the highlighted ones on top
    for (std::size_t i = 0; i < layout.points.size(); ++i) {
      if (layout.points[i].muted == muted) out.point(layout.points[i], i);
    }
  }
  if (many) write_curves(layout, out);
  out.add("</g>\n");
}

}  // namespace

std::string to_svg(const Layout& layout, const Theme& theme) {
  Writer out(theme);
  out.head(layout);
  write_background(layout, out);
  write_plot(layout, out);
  out.add("</svg>\n");
  return std::move(out).finish();
}

}  // namespace pfsday::chart
