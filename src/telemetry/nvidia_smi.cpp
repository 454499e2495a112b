#include "telemetry/nvidia_smi.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "telemetry/line.h"

namespace pfsday::telemetry {
namespace {

using Cells = std::vector<std::string_view>;

Cells cells_of(std::string_view line) {
  Cells cells = split(line, ',');
  for (std::string_view& cell : cells) cell = trim(cell);
  return cells;
}

/// The column of a name, with or without its unit: "utilization.gpu [%]".
std::optional<std::size_t> find_column(const Cells& heading, std::string_view name) {
  for (std::size_t i = 0; i < heading.size(); ++i) {
    if (trim(heading[i].substr(0, heading[i].find('['))) == name) return i;
  }
  return std::nullopt;
}

struct Columns {
  std::size_t width = 0;
  std::optional<std::size_t> busy, time, clock, name, device;
};

Columns columns_of(const Cells& heading) {
  Columns columns{.width = heading.size(),
                  .busy = find_column(heading, "utilization.gpu"),
                  .time = find_column(heading, "timestamp"),
                  .clock = find_column(heading, "clocks.current.sm"),
                  .name = find_column(heading, "name"),
                  .device = find_column(heading, "uuid")};
  if (!columns.clock) columns.clock = find_column(heading, "clocks.sm");
  if (!columns.device) columns.device = find_column(heading, "index");
  return columns;
}

std::optional<double> number_at(const Cells& cells, std::optional<std::size_t> column) {
  return column ? find_number(cells[*column], "") : std::nullopt;
}

/// Sums up the samples of a log.
class Reader {
 public:
  explicit Reader(const Cells& heading) : columns_(columns_of(heading)), heading_(heading) {}

  bool has_busy() const { return columns_.busy.has_value(); }

  void add(const Cells& cells) {
    if (cells == heading_) return;  // of the next file, where logs were joined
    if (cells.size() != columns_.width) {
      ++log_.cut_off;
      return;
    }
    const auto percent = number_at(cells, columns_.busy);
    if (!percent || *percent < 0 || *percent > 100) {
      ++log_.without;
      return;
    }
    ++log_.samples;
    sum_ += *percent / 100;
    if (columns_.device) devices_.emplace(cells[*columns_.device]);
    if (columns_.name) names_.emplace(cells[*columns_.name]);
    if (const auto clock = number_at(cells, columns_.clock)) {
      log_.clock_mhz = std::max(log_.clock_mhz.value_or(0), *clock);
    }
    if (columns_.time) add_time(find_clock(cells[*columns_.time]));
  }

  SmiLog finish() {
    log_.busy = sum_ / static_cast<double>(log_.samples);
    log_.devices = std::max<std::size_t>(1, devices_.size());
    log_.names.assign(names_.begin(), names_.end());
    if (first_ && *last_ > *first_) log_.seconds = *last_ - *first_;
    return std::move(log_);
  }
  const SmiLog& log() const { return log_; }

 private:
  void add_time(std::optional<double> time) {
    if (!time) return;
    first_ = std::min(first_.value_or(*time), *time);
    last_ = std::max(last_.value_or(*time), *time);
  }

  Columns columns_;
  Cells heading_;
  SmiLog log_;
  double sum_ = 0;
  std::set<std::string, std::less<>> devices_, names_;
  std::optional<double> first_, last_;
};

}  // namespace

bool is_nvidia_smi(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  return first.find(',') != std::string_view::npos &&
         find_column(cells_of(first), "utilization.gpu").has_value();
}

Result<SmiLog> read_nvidia_smi(std::string_view text) {
  std::optional<Reader> reader;
  for_each_line(text, [&](std::string_view line, std::size_t) {
    if (trim(line).empty()) return;
    if (reader) {
      reader->add(cells_of(line));
    } else {
      reader.emplace(cells_of(line));
    }
  });
  if (!reader || !reader->has_busy()) {
    return fail(Code::log_malformed, "the table has no column utilization.gpu");
  }
  if (reader->log().samples == 0) {
    return fail(Code::log_without_steps,
                fmt::format("no sample has a utilization.gpu: {} without it, {} cut off",
                            reader->log().without, reader->log().cut_off),
                "nvidia-smi has none for devices that are split (MIG); DCGM's "
                "PROF_PIPE_TENSOR_ACTIVE has");
  }
  return reader->finish();
}

}  // namespace pfsday::telemetry
