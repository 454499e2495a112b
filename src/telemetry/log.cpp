#include "telemetry/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "telemetry/line.h"

namespace pfsday::telemetry {
namespace {

constexpr std::array<const LineFormat*, 3> formats = {&megatron, &torchtitan, &maxtext};

/// What one framework wrote.
struct Found {
  TrainingLog log = {};
  std::optional<std::int64_t> rank = {};  ///< whose lines are kept: the first that is named
};

void take(std::string_view line, std::size_t number, const LineFormat& format, Found& found) {
  const auto rank = find_rank(line);
  if (rank && !found.rank) found.rank = rank;
  if (rank && rank != found.rank) {
    ++found.log.other_ranks;
    return;
  }
  auto step = format.parse(line);
  if (!step) {
    ++found.log.cut_off;
    return;
  }
  step->line = number;
  if (const auto clock = find_clock(line)) step->clock = static_cast<std::int64_t>(*clock);
  found.log.steps.push_back(std::move(*step));
}

std::size_t step_lines(const Found& found) {
  return found.log.steps.size() + found.log.cut_off + found.log.other_ranks;
}

}  // namespace

std::string_view to_string(LogFormat format) {
  return (*std::ranges::find(formats, format, &LineFormat::format))->name;
}

Result<TrainingLog> read_log(std::string_view text) {
  std::array<Found, formats.size()> all = {};
  std::optional<double> step_teraflops;
  std::size_t lines = 0;
  for_each_line(text, [&](std::string_view raw, std::size_t number) {
    lines = number;
    const std::string line = without_colors(raw);
    if (const auto total = find_number(line, "Total TFLOPs:")) step_teraflops = total;
    for (std::size_t i = 0; i < formats.size(); ++i) {
      if (!formats[i]->is_step(line)) continue;
      take(line, number, *formats[i], all[i]);
      break;
    }
  });
  auto* const most = std::ranges::max_element(all, {}, step_lines);
  TrainingLog& log = most->log;
  if (step_lines(*most) == 0) {
    return fail(Code::format_unknown, "no line is one that a training framework prints for a step",
                "Megatron-LM (with --log-throughput), torchtitan and MaxText are read");
  }
  if (log.steps.empty()) {
    return fail(
        Code::log_without_steps,
        "every line that a training framework prints for a step is cut off before its figures",
        "the time of a step, or its tokens per second, is needed");
  }
  log.format = formats[static_cast<std::size_t>(most - all.begin())]->format;
  log.lines = lines;
  if (log.format == LogFormat::maxtext && step_teraflops && *step_teraflops > 0) {
    log.step_operations = *step_teraflops * 1e12;
  }
  for (const Found& found : all) {
    if (&found != &*most) log.other_formats += step_lines(found);
  }
  return std::move(log);
}

}  // namespace pfsday::telemetry
