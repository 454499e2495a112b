#include "chart/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

#include "base/sha256.h"
#include "chart/data.h"
#include "chart/page_files.h"
#include "chart/svg.h"
#include "chart/xml.h"
#include "units/print.h"

namespace pfsday::chart {
namespace {

std::string_view page_file(std::string_view path) {
  return std::ranges::find(page_files(), path, &EmbeddedFile::path)->contents;
}

/// The bytes that hexadecimal digits stand for, in base 64 (RFC 4648). A policy has hashes so.
std::string base64_of(std::string_view hexadecimal) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  unsigned bits = 0, count = 0;
  for (const char digit : hexadecimal) {
    bits = bits << 4U | static_cast<unsigned>(digits.find(digit));
    count += 4;
    if (count < 6) continue;
    count -= 6;
    text += alphabet[bits >> count & 63U];
  }
  if (count > 0) text += alphabet[bits << (6 - count) & 63U];
  text.resize((text.size() + 3) / 4 * 4, '=');
  return text;
}

std::string hash_of(std::string_view text) {
  return "'sha256-" + base64_of(sha256_of(std::as_bytes(std::span(text)))) + "'";
}

std::string style_of(const Theme& theme) {
  return fmt::format(
             ":root {{ color-scheme: {}; --background: {}; --ink: {}; --muted: {}; --grid: {}; "
             "--shade: {}; --ruler: {}; --accent: {}; }}\n",
             theme.name == "dark" ? "dark" : "light", theme.background, theme.ink, theme.muted,
             theme.grid, theme.shade, theme.ruler, theme.fitted) +
         std::string(page_file("page.css"));
}

struct Column {
  std::string heading = {};
  std::vector<std::string> cells = {};
  bool is_number = false;
};

std::string number(double amount) { return units::to_significant(amount); }

/// A column of one cell for each point, made by `cell`.
template <class Cell>
Column column(const Chart& chart, std::string heading, bool is_number, Cell cell) {
  Column made{.heading = std::move(heading), .is_number = is_number};
  for (const Point& point : chart.points) made.cells.push_back(cell(point));
  return made;
}

std::string interval_text(const Point& point) {
  if (!point.interval) return {};
  return number(point.interval->low) + " to " + number(point.interval->high);
}

/// What is known of the points; columns without any cell are left out.
std::vector<Column> columns_of(const Chart& chart) {
  std::vector<Column> columns;
  columns.push_back(column(chart, "System", false, [](const Point& p) { return p.label; }));
  columns.push_back(column(chart, "Date", false, [](const Point& p) { return date_text(p.x); }));
  columns.push_back(column(chart, chart.y.unit, true, [](const Point& p) { return number(p.y); }));
  if (const auto& other = chart.y.other) {
    columns.push_back(column(chart, other->unit, true,
                             [&](const Point& p) { return number(p.y * other->per_unit); }));
  }
  columns.push_back(column(chart, "Interval", true, interval_text));
  columns.push_back(column(chart, "Group", false, [&](const Point& p) {
    return p.group ? chart.groups.at(*p.group) : std::string();
  }));
  columns.push_back(column(chart, "Method", false, [](const Point& p) { return p.notes.method; }));
  columns.push_back(column(chart, "Source", false, [](const Point& p) { return p.notes.source; }));
  std::erase_if(columns, [](const Column& made) {
    return std::ranges::all_of(made.cells, [](const std::string& text) { return text.empty(); });
  });
  return columns;
}

std::string table_of(const Chart& chart) {
  const std::vector<Column> columns = columns_of(chart);
  std::string html = "<table>\n<thead><tr>";
  for (const Column& column : columns) {
    html += "<th scope=\"col\">" + escape_xml(column.heading) + "</th>";
  }
  html += "</tr></thead>\n<tbody>\n";
  for (std::size_t row = 0; row < chart.points.size(); ++row) {
    html += "<tr>";
    for (const Column& column : columns) {
      html += column.is_number ? "<td class=\"number\">" : "<td>";
      html += escape_xml(column.cells[row]) + "</td>";
    }
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table>\n";
}

constexpr std::string_view tools = R"(<div id="tools" role="toolbar" aria-label="Chart">
<button id="enlarge" type="button" aria-pressed="false">Enlarge</button>
<button id="closer" type="button" aria-label="Zoom in">+</button>
<button id="farther" type="button" aria-label="Zoom out">−</button>
<button id="whole" type="button">Whole chart</button>
<button id="copy-svg" type="button">Copy SVG</button>
<button id="copy-png" type="button">Copy PNG</button>
<button id="copy-csv" type="button">Copy CSV</button>
<span id="status" role="status"></span>
</div>
)";

constexpr std::string_view help =
    R"(<p class="help">Click the chart to enlarge it; then drag to move
and turn the wheel to zoom. Keys: <kbd>←</kbd> <kbd>→</kbd> by date, <kbd>↑</kbd> <kbd>↓</kbd> by value,
<kbd>+</kbd> <kbd>-</kbd> <kbd>0</kbd> zoom, <kbd>Esc</kbd> back.</p>
)";

}  // namespace

std::string to_html(const Chart& chart, const Layout& layout, const Theme& theme) {
  const std::string style = style_of(theme);
  const std::string_view script = page_file("page.js");
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {}; "
      "style-src {}; img-src blob:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n",
      hash_of(script), hash_of(style), escape_xml(chart.title), style);
  const auto add = [&](std::string_view text) { html += text; };
  add("<body>\n<main>\n<h1>" + escape_xml(chart.title) + "</h1>\n<figure id=\"figure\">\n");
  add(tools);
  add("<div id=\"stage\">\n" + to_svg(layout, theme) + "</div>\n");
  add("<div id=\"card\" aria-hidden=\"true\" hidden></div>\n</figure>\n");
  add(help);
  add(
      fmt::format("<details id=\"data\">\n<summary>Table of the {} points</summary>\n"
                  "<div id=\"rows\" tabindex=\"0\" role=\"region\" aria-label=\"Points\">\n",
                  chart.points.size()));
  add(table_of(chart) + "</div>\n</details>\n</main>\n");
  add("<pre id=\"csv\" hidden>\n" + escape_xml(to_csv(chart)) + "</pre>\n");
  add("<script>" + std::string(script) + "</script>\n</body>\n</html>\n");
  return html;
}

}  // namespace pfsday::chart
