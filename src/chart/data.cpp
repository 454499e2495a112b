#include "chart/data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

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
  std::string name = {};
  std::string date = {};
  std::string until = {};
  std::string value = {};
  std::string to = {};
  std::optional<Interval> interval = {};
  std::string group = {};
  PointNotes notes = {};
};

class Csv {
 public:
  void add(const Row& row) {
    fmt::format_to(std::back_inserter(text_), "{},{},{},{},{},{},{},{},{},{},{}\n", row.kind,
                   cell(row.name), row.date, row.until, row.value, row.to,
                   row.interval ? amount(row.interval->low) : "",
                   row.interval ? amount(row.interval->high) : "", cell(row.group),
                   cell(row.notes.method), cell(row.notes.source));
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_ = "kind,name,date,until,value,to,low,high,group,method,source\n";
};

/// An era may have no beginning or no end.
std::string date_or_open(double x) { return std::isfinite(x) ? date_text(x) : ""; }

double height_at(const Line& line, double x) { return std::pow(10, line.height + line.slope * x); }

}  // namespace

std::string date_text(double x) {
  constexpr int days_to_2020 = 18262;  // from 1970
  return units::to_string({days_to_2020 + static_cast<int>(std::lround(365.25 * x))});
}

std::string to_csv(const Chart& chart) {
  Csv csv;
  for (const Point& point : chart.points) {
    csv.add({.kind = "point",
             .name = point.label,
             .date = date_text(point.x),
             .value = amount(point.y),
             .interval = point.interval,
             .group = point.group ? chart.groups.at(*point.group) : "",
             .notes = point.notes});
  }
  for (const Line& line : chart.lines) {
    csv.add({.kind = "line",
             .name = line.label,
             .date = date_text(line.from),
             .until = date_text(line.to),
             .value = amount(height_at(line, line.from)),
             .to = amount(height_at(line, line.to))});
  }
  for (const Band& band : chart.bands) {
    for (const BandEdge& edge : band.edges) {
      csv.add({.kind = "band",
               .name = band.label,
               .date = date_text(edge.x),
               .interval = Interval{edge.low, edge.high}});
    }
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
  return std::move(csv).text();
}

}  // namespace pfsday::chart
