// Reading fields out of a line of a log.
//
//   find_number("tps: 4,376  tflops: 253.41", "tps:")   // 4376
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "telemetry/log.h"

namespace pfsday::telemetry {

/// The finite number behind the first `key` that begins a word, with or without commas between
/// thousands; of "490.0/495.2" the first.
std::optional<double> find_number(std::string_view line, std::string_view key);

/// A number of at least zero and at most 1e15, whole.
std::optional<std::int64_t> find_whole(std::string_view line, std::string_view key);

/// The word behind the key; empty if there is none.
std::string_view find_word(std::string_view line, std::string_view key);

/// The same text without the sequences that color it on a terminal.
std::string without_colors(std::string_view line);

/// The first "YYYY-MM-DD hh:mm:ss" or "YYYY/MM/DD hh:mm:ss.fff" of the line, in seconds.
std::optional<double> find_clock(std::string_view line);

/// 3 of "[rank3]: ..." and of "3: ...", as torchrun and srun begin the lines of a rank.
std::optional<std::int64_t> find_rank(std::string_view line);

/// Calls `use` with each line and its number, from 1; a carriage return ends a line, too.
void for_each_line(std::string_view text,
                   const std::function<void(std::string_view line, std::size_t number)>& use);

/// One framework's lines.
struct LineFormat {
  LogFormat format;
  std::string_view name;
  bool (*is_step)(std::string_view line);
  /// None where the line lacks what a step needs.
  std::optional<LoggedStep> (*parse)(std::string_view line);
};

extern const LineFormat megatron, torchtitan, maxtext;

}  // namespace pfsday::telemetry
