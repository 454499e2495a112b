#include "chart/svg.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <numbers>

#include "base/text.h"

namespace pfsday::chart {
namespace {

// Okabe and Ito's blue and vermilion stay apart for every kind of color vision, and in gray.
constexpr std::string_view ink = "#1c2128";
constexpr std::string_view muted = "#57606a";
constexpr std::string_view faint = "#e5e8eb";
constexpr std::string_view blue = "#0072b2";
constexpr std::string_view vermilion = "#c14a00";
constexpr std::string_view gray = "#7d8590";

/// Pixels with at most two digits after the point, so that files stay small.
std::string px(double value) {
  const double rounded = std::round(value * 100) / 100;
  return fmt::format("{}", rounded == 0 ? 0.0 : rounded);
}

struct Stroke {
  std::string_view color;
  double width;
  std::string_view dashes = "";
};

Stroke stroke_of(LineStyle style) {
  switch (style) {
    case LineStyle::main:
      return {vermilion, 2};
    case LineStyle::second:
      return {vermilion, 1.5, "7 5"};
    case LineStyle::ruler:
      return {gray, 1.25, "1.5 4"};
  }
  return {};
}

Stroke stroke_of(const LineMark& line) {
  switch (line.role) {
    case LineRole::grid:
      return {faint, 1};
    case LineRole::minor_tick:
      return {gray, 1};
    case LineRole::axis:
      return {muted, 1};
    case LineRole::leader:
      return {gray, 0.8};
    case LineRole::fitted:
      return stroke_of(line.style);
  }
  return {};
}

std::string_view color_of(const TextMark& text) {
  if (text.role == TextRole::line) return stroke_of(text.line).color == gray ? muted : vermilion;
  const bool strong = text.role == TextRole::title || text.role == TextRole::point;
  return strong ? ink : muted;
}

std::string_view name_of(Anchor anchor) {
  return anchor == Anchor::start ? "start" : anchor == Anchor::middle ? "middle" : "end";
}

class Writer {
 public:
  std::string finish() && { return std::move(out_); }

  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  void line(const LineMark& mark) {
    const Stroke stroke = stroke_of(mark);
    const auto [from, to] = mark.segment;
    add("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"{}\"",
        px(from.x), px(from.y), px(to.x), px(to.y), stroke.color, stroke.width);
    if (!stroke.dashes.empty()) add(" stroke-dasharray=\"{}\"", stroke.dashes);
    add("{}/>\n", mark.role == LineRole::fitted ? " stroke-linecap=\"round\"" : "");
  }

  void point(const PointMark& mark) {
    const bool solid = mark.style == PointStyle::solid;
    add("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"{}\">",
        px(mark.center.x), px(mark.center.y), px(mark.radius), solid ? blue : "#fff",
        solid ? "#fff" : blue, px(solid ? mark.radius / 5 : mark.radius / 2.25));
    add("<title>{}</title></circle>\n", escape_xml(mark.name));
  }

  void text(const TextMark& mark) {
    const Font font = font_of(mark.role);
    add("<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"", px(mark.at.x), px(mark.at.y),
        font.size, color_of(mark));
    if (font.weight != 400) add(" font-weight=\"{}\"", font.weight);
    if (mark.anchor != Anchor::start) add(" text-anchor=\"{}\"", name_of(mark.anchor));
    if (mark.angle != 0) {
      add(" transform=\"rotate({} {} {})\"", px(mark.angle * 180 / std::numbers::pi), px(mark.at.x),
          px(mark.at.y));
    }
    add(">{}</text>\n", escape_xml(mark.text));
  }

 private:
  std::string out_;
};

bool is_in_plot(const LineMark& line) {
  return line.role == LineRole::fitted || line.role == LineRole::leader;
}
bool is_in_plot(const TextMark& text) {
  return text.role == TextRole::point || text.role == TextRole::line;
}

void write_head(const Layout& layout, Writer& out) {
  out.add(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\" role=\"img\" aria-labelledby=\"title desc\" "
      "font-family=\"Inter, Helvetica Neue, Arial, sans-serif\">\n",
      px(layout.width), px(layout.height));
  out.add("<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n", escape_xml(layout.title),
          escape_xml(layout.description));
  const auto [center, half, angle] = layout.plot;
  out.add("<clipPath id=\"plot\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>\n",
          px(center.x - half.x), px(center.y - half.y), px(2 * half.x), px(2 * half.y));
  out.add("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
}

/// Axes below, then the lines, the points and their labels, which have a white edge.
void write_plot(const Layout& layout, Writer& out) {
  out.add("<g clip-path=\"url(#plot)\">\n");
  for (const LineMark& line : layout.lines) {
    if (is_in_plot(line)) out.line(line);
  }
  for (const PointMark& point : layout.points) out.point(point);
  out.add(
      "</g>\n<g paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"3.5\" "
      "stroke-linejoin=\"round\">\n");
  for (const TextMark& text : layout.texts) {
    if (is_in_plot(text)) out.text(text);
  }
  out.add("</g>\n");
}

std::string_view entity_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    default:
      return {};
  }
}

}  // namespace

std::string escape_xml(std::string_view text) {
  const std::string valid = to_valid_utf8(text);
  std::string out;
  for (std::string_view rest = valid; !rest.empty();) {
    const char c = rest.front();
    const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n';
    const bool no_character = rest.starts_with("\uFFFE") || rest.starts_with("\uFFFF");
    const std::string_view entity = entity_of(c);
    if (control || no_character) {
      out += "\uFFFD";
    } else if (entity.empty()) {
      out += c;
    } else {
      out += entity;
    }
    rest.remove_prefix(no_character ? 3 : 1);
  }
  return out;
}

std::string to_svg(const Layout& layout) {
  Writer out;
  write_head(layout, out);
  for (const LineMark& line : layout.lines) {
    if (!is_in_plot(line)) out.line(line);
  }
  for (const TextMark& text : layout.texts) {
    if (!is_in_plot(text)) out.text(text);
  }
  write_plot(layout, out);
  out.add("</svg>\n");
  return std::move(out).finish();
}

}  // namespace pfsday::chart
