#include "chart/data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>

#include "units/date.h"

namespace pfsday::chart {
namespace {

/// A cell in quotes where its text needs them.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

/// To 12 digits: more are noise of the conversion between units.
std::string amount(double value) { return fmt::format("{:.12g}", value); }

struct Row {
  std::string kind = {};
  std::string style = {};
  std::string name = {};
  std::string date = {};
  std::string until = {};
  std::string value = {};
  std::string to = {};
  std::string low = {};
  std::string high = {};
  std::string group = {};
  PointNotes notes = {};
};

class Csv {
 public:
  void add(const Row& row) {
    fmt::format_to(std::back_inserter(text_), "{},{},{},{},{},{},{},{},{},{},{},{}\n", row.kind,
                   row.style, cell(row.name), row.date, row.until, row.value, row.to, row.low,
                   row.high, cell(row.group), cell(row.notes.method), cell(row.notes.source));
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_ = "kind,style,name,date,until,value,to,low,high,group,method,source\n";
};

/// An era may have no beginning or no end.
std::string date_or_open(double x) { return std::isfinite(x) ? date_text(x) : ""; }

double height_at(const Line& line, double x) { return std::pow(10, line.height + line.slope * x); }

std::string name_of(LineStyle style) {
  constexpr std::string_view names[] = {"main",     "second",    "ruler", "quantile",
                                        "forecast", "threshold", "date"};
  return std::string(names[std::to_underlying(style)]);
}

std::string name_of(BandStyle style) {
  constexpr std::string_view names[] = {"interval", "fan", "core", "date"};
  return std::string(names[std::to_underlying(style)]);
}

Row row_of(const Point& point, const Chart& chart) {
  Row row{.kind = "point",
          .style = point.style == PointStyle::solid ? "solid" : "hollow",
          .name = point.label,
          .date = date_text(point.x),
          .value = amount(point.y),
          .group = point.group ? chart.groups.at(*point.group) : "",
          .notes = point.notes};
  if (point.interval) {
    row.low = amount(point.interval->low);
    row.high = amount(point.interval->high);
  }
  return row;
}

Row row_of(const Line& line) {
  return {.kind = "line",
          .style = name_of(line.style),
          .name = line.label,
          .date = date_text(line.from),
          .until = date_text(line.to),
          .value = amount(height_at(line, line.from)),
          .to = amount(height_at(line, line.to))};
}

Row row_of(const BandEdge& edge, const Band& band) {
  return {.kind = "band",
          .style = name_of(band.style),
          .name = band.label,
          .date = date_text(edge.x),
          .low = amount(edge.low),
          .high = amount(edge.high)};
}

Row row_of(const DateLine& date) {
  Row row{.kind = "date", .name = date.label, .date = date_text(date.x)};
  if (date.low < date.high) {
    row.low = date_text(date.low);
    row.high = date_text(date.high);
  }
  return row;
}

}  // namespace

std::string date_text(double x) {
  constexpr int days_to_2020 = 18262;  // from 1970
  return units::to_string({days_to_2020 + static_cast<int>(std::lround(365.25 * x))});
}

std::string to_csv(const Chart& chart) {
  Csv csv;
  for (const Point& point : chart.points) csv.add(row_of(point, chart));
  for (const Line& line : chart.lines) csv.add(row_of(line));
  for (const Band& band : chart.bands) {
    for (const BandEdge& edge : band.edges) csv.add(row_of(edge, band));
  }
  for (const Era& era : chart.eras) {
    csv.add({.kind = "era",
             .name = era.label,
             .date = date_or_open(era.from),
             .until = date_or_open(era.to)});
  }
  for (const Threshold& threshold : chart.thresholds) {
    csv.add({.kind = "threshold", .name = threshold.label, .value = amount(threshold.y)});
  }
  for (const DateLine& date : chart.dates) csv.add(row_of(date));
  return std::move(csv).text();
}

}  // namespace pfsday::chart
