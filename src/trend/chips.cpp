#include "trend/chips.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "hardware/chip.h"
#include "trend/cells.h"
#include "trend/columns.h"

namespace pfsday::trend {
namespace {

/// The bare headings that a figure goes by, separated by spaces.
constexpr std::string_view name_headings = "hardware hardwarename traininghardware name chip";
constexpr std::string_view date_headings = "releasedate released date";
constexpr std::string_view price_headings = "priceusd releasepriceusd price";
constexpr std::string_view power_headings = "tdpw tdp tdpwatts";
constexpr std::string_view memory_headings = "memorybytes memory";
constexpr std::string_view bandwidth_headings = "membw memorybandwidthbytes memorybandwidth";
constexpr std::array<std::string_view, chip_formats.size()> format_headings = {
    "fp64 fp64doubleprecisionperformanceflops",
    "fp32 fp32singleprecisionperformanceflops",
    "tf32 tf32tensorfloat32performanceflops",
    "fp16 fp16halfprecisionperformanceflops",
    "bf16",
    "tensorfp16 tensorfp16bf16performanceflops",
    "fp8 fp8performanceflops",
    "fp6",
    "fp4 fp4performanceflops",
    "int16 int16performanceops",
    "int8 int8performanceops",
    "int4 int4performanceops",
    "fp64vector",
    "fp32vector",
    "bf16vector",
    "fp16vector"};

/// A row by the bare headings of its table.
class Row {
 public:
  Row(std::span<const std::string> heading, const CsvRow& row) : heading_(heading), row_(row) {}

  std::string_view text(std::string_view headings) const {
    const auto column = find(headings);
    return column ? trim(row_.cells[*column]) : std::string_view();
  }
  std::optional<double> number(std::string_view headings) const {
    std::string_view cell = text(headings);
    if (cell.starts_with('$')) cell.remove_prefix(1);
    return find_number(cell);
  }

 private:
  std::optional<std::size_t> find(std::string_view headings) const {
    for (const std::string_view usual : split(headings, ' ')) {
      const auto found = std::ranges::find(heading_, usual);
      if (found != heading_.end()) return static_cast<std::size_t>(found - heading_.begin());
    }
    return std::nullopt;
  }

  std::span<const std::string> heading_;
  const CsvRow& row_;
};

Result<Chip> to_chip(const Row& row) {
  Chip chip{.name = on_one_line(row.text(name_headings))};
  if (const std::string_view date = row.text(date_headings); !date.empty()) {
    chip.released = TRY(parse_cell_date(date)).date;
  }
  chip.dollars = row.number(price_headings);
  chip.watts = row.number(power_headings);
  chip.memory_bytes = row.number(memory_headings);
  chip.bytes_per_second = row.number(bandwidth_headings);
  for (std::size_t i = 0; i < chip_formats.size(); ++i) {
    chip.peaks.at(i) = row.number(format_headings.at(i));
  }
  return chip;
}

std::optional<double> value_of(const std::optional<hardware::Figure>& figure) {
  return figure ? std::optional(figure->value) : std::nullopt;
}

/// Some figure of a chip over the dates of their release.
class Figures {
 public:
  Figures(std::span<const Chip> chips, const ChipSelection& selection, const FitOptions& options)
      : options_(options) {
    for (const Chip& chip : chips) {
      const bool out =
          !chip.released || (selection.from && *chip.released < *selection.from) ||
          (selection.to && *chip.released > *selection.to) ||
          std::ranges::find(selection.leave_out, chip.name) != selection.leave_out.end();
      if (!out) chips_.push_back(&chip);
    }
  }

  /// `figure` gives the optional amount of a chip.
  template <class Figure>
  void add(std::string_view what, std::string_view per, Figure figure) {
    std::vector<Point> points;
    for (const Chip* chip : chips_) {
      const std::optional<double> value = figure(*chip);
      if (!value) continue;
      points.push_back(
          {.id = chip->name, .name = chip->name, .date = *chip->released, .value = *value});
    }
    if (points.empty()) return;
    ChipTrend trend{.what = std::string(what), .per = std::string(per), .n = points.size()};
    if (auto fit = fit_exponential(points, options_)) trend.fit = std::move(*fit);
    trends_.push_back(std::move(trend));
  }

  std::vector<ChipTrend> take() { return std::move(trends_); }

 private:
  const FitOptions& options_;
  std::vector<const Chip*> chips_;
  std::vector<ChipTrend> trends_;
};

std::optional<double> ratio(std::optional<double> above, std::optional<double> below) {
  return above && below ? std::optional(*above / *below) : std::nullopt;
}

Result<void> check_names(std::span<const Chip> chips, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (std::ranges::find(chips, name, &Chip::name) != chips.end()) continue;
    std::vector<std::string_view> known;
    for (const Chip& chip : chips) known.push_back(chip.name);
    const std::string_view near = nearest(name, known);
    return fail(Code::usage, fmt::format("no chip is called \"{}\"", name),
                near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
  }
  return {};
}

}  // namespace

std::optional<double> Chip::peak(std::string_view format) const {
  const auto found = std::ranges::find(chip_formats, format);
  if (found == chip_formats.end()) return std::nullopt;
  return peaks.at(static_cast<std::size_t>(found - chip_formats.begin()));
}

Result<ChipTable> read_chips(std::string_view csv) {
  CsvTable table = TRY(read_csv(csv));
  std::vector<std::string> heading;
  for (const std::string& text : table.heading) heading.push_back(bare_heading(text));
  const auto usual = split(name_headings, ' ');
  if (std::ranges::find_first_of(heading, usual) == heading.end()) {
    return fail(Code::column_missing, "no column has a usual heading of a chip's name",
                "call one \"hardware\"; the columns are: " + join(table.heading, ", "));
  }
  ChipTable result{.faulty = std::move(table.faulty)};
  for (const CsvRow& row : table.rows) {
    auto chip = to_chip(Row(heading, row));
    if (chip) {
      result.chips.push_back(std::move(*chip));
    } else {
      result.faulty.push_back({row.line, std::move(chip.error().what)});
    }
  }
  std::ranges::sort(result.faulty, {}, &CsvFault::line);
  return result;
}

std::vector<Chip> catalogue_chips() {
  std::vector<Chip> chips;
  for (const hardware::Chip& of : hardware::chips()) {
    Chip chip{.name = std::string(of.name),
              .released = of.released.date,
              .dollars = value_of(of.price_dollars),
              .watts = value_of(of.tdp_watts),
              .bytes_per_second = value_of(of.bandwidth)};
    if (of.memory) chip.memory_bytes = of.memory->bytes;
    for (const hardware::Peak& peak : of.peaks) {
      const auto format = std::ranges::find(chip_formats, peak.format);
      if (format == chip_formats.end()) continue;
      chip.peaks.at(static_cast<std::size_t>(format - chip_formats.begin())) =
          peak.operations_per_second;
    }
    chips.push_back(std::move(chip));
  }
  return chips;
}

std::optional<double> training_peak(const Chip& chip) {
  struct Choice {
    std::string_view format;
    std::string_view chips;  ///< only those whose name contains it
  };
  constexpr Choice choices[] = {
      {"tensor-fp16", ""}, {"tf32", ""}, {"fp16", "TPU"}, {"fp32", ""}, {"int8", "TPU v1"}};
  for (const auto& [format, chips] : choices) {
    if (!chip.name.contains(chips)) continue;
    if (const auto peak = chip.peak(format)) return peak;
  }
  return std::nullopt;
}

Result<std::vector<ChipTrend>> chip_trends(std::span<const Chip> chips,
                                           const ChipSelection& selection,
                                           const FitOptions& options) {
  TRY(check_names(chips, selection.leave_out));
  Figures figures(chips, selection, options);
  for (const std::string_view format : chip_formats) {
    figures.add(format, "", [&](const Chip& chip) { return chip.peak(format); });
    figures.add(format, "dollar",
                [&](const Chip& chip) { return ratio(chip.peak(format), chip.dollars); });
    figures.add(format, "watt",
                [&](const Chip& chip) { return ratio(chip.peak(format), chip.watts); });
  }
  figures.add("price", "", [](const Chip& chip) { return chip.dollars; });
  figures.add("power", "", [](const Chip& chip) { return chip.watts; });
  figures.add("memory", "", [](const Chip& chip) { return chip.memory_bytes; });
  figures.add("memory bandwidth", "", [](const Chip& chip) { return chip.bytes_per_second; });
  return figures.take();
}

}  // namespace pfsday::trend
