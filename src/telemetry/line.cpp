#include "telemetry/line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace pfsday::telemetry {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// The text behind the first `key` that begins a word, without leading spaces.
std::string_view behind(std::string_view line, std::string_view key) {
  std::size_t at = line.find(key);
  while (at != std::string_view::npos && at > 0 &&
         (is_letter(line[at - 1]) || line[at - 1] == '/')) {
    at = line.find(key, at + 1);
  }
  if (at == std::string_view::npos) return {};
  std::string_view rest = line.substr(at + key.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

/// The longest number has 32 characters; a longer one is none.
std::optional<double> parse_number(std::string_view text) {
  std::array<char, 32> digits{};
  std::size_t size = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_part = is_digit(c) || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
    if (!is_part && c != ',') break;
    // A comma stands between digits; the one behind a number ends it.
    if (c == ',') {
      if (size == 0 || at + 1 >= text.size() || !is_digit(text[at + 1])) break;
      continue;
    }
    if (size == digits.size()) return std::nullopt;
    digits[size++] = c;
  }
  double value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + size, value);
  if (fault != std::errc{} || end == digits.data() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// `count` digits at `at`, as a number.
std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// The clock that begins at `at`, "YYYY-MM-DD hh:mm:ss".
std::optional<double> clock_at(std::string_view line, std::size_t at) {
  const auto year = digits_at(line, at, 4);
  const auto month = digits_at(line, at + 5, 2);
  const auto day = digits_at(line, at + 8, 2);
  const auto hour = digits_at(line, at + 11, 2);
  const auto minute = digits_at(line, at + 14, 2);
  const auto second = digits_at(line, at + 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (line[at + 13] != ':' || line[at + 16] != ':' || line[at + 4] != line[at + 7]) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  double fraction = 0;
  double place = 0.1;
  for (std::size_t i = at + 20; i < line.size() && is_digit(line[i]) && place > 1e-7; ++i) {
    if (line[at + 19] != '.' && line[at + 19] != ',') break;
    fraction += place * (line[i] - '0');
    place /= 10;
  }
  return static_cast<double>(days) * 86400 + *hour * 3600 + *minute * 60 + *second + fraction;
}

}  // namespace

std::optional<double> find_number(std::string_view line, std::string_view key) {
  return parse_number(behind(line, key));
}

std::optional<std::int64_t> find_whole(std::string_view line, std::string_view key) {
  const auto value = find_number(line, key);
  if (!value || *value < 0 || *value > 1e15 || *value != std::floor(*value)) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::string_view find_word(std::string_view line, std::string_view key) {
  const std::string_view rest = behind(line, key);
  return rest.substr(0, rest.find_first_of(" ,|\t"));
}

std::string without_colors(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1b') {
      text += line[i];
      continue;
    }
    if (i + 1 >= line.size() || line[i + 1] != '[') continue;
    ++i;  // parameters and intermediates, then one letter
    while (i + 1 < line.size() && (line[i + 1] < '@' || line[i + 1] > '~')) ++i;
    ++i;
  }
  return text;
}

std::optional<double> find_clock(std::string_view line) {
  constexpr std::size_t farthest = 64;  // a time stamp begins a line, behind a rank or a host
  for (std::size_t at = 0; at < std::min(line.size(), farthest); ++at) {
    if (!is_digit(line[at])) continue;
    if (const auto clock = clock_at(line, at)) return clock;
  }
  return std::nullopt;
}

std::optional<std::int64_t> find_rank(std::string_view line) {
  std::string_view rest = line;
  const bool is_torchrun = rest.starts_with("[rank");
  if (is_torchrun) rest.remove_prefix(5);
  const std::size_t size = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (size == 0 || size > 9) return std::nullopt;
  if (!rest.substr(size).starts_with(is_torchrun ? "]:" : ": ")) return std::nullopt;
  return digits_at(rest, 0, size);
}

void for_each_line(std::string_view text,
                   const std::function<void(std::string_view line, std::size_t number)>& use) {
  std::size_t number = 0;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    ++number;
    while (!line.empty()) {
      const std::string_view part = line.substr(0, line.find('\r'));
      line.remove_prefix(std::min(part.size() + 1, line.size()));
      if (!part.empty()) use(part, number);
    }
  }
}

}  // namespace pfsday::telemetry
