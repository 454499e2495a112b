#include "units/date.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

namespace pfsday::units {
namespace {

constexpr int ordinal_of_1970 = 719163;
constexpr int ordinal_of_2020 = 737425;

/// A number written with all of these digits and nothing else.
std::optional<int> find_digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = 10 * value + (c - '0');
  }
  return value;
}

}  // namespace

Result<Date> parse_date(std::string_view text) {
  const auto malformed = [&](std::string_view why) {
    return fail(Code::date_malformed, fmt::format("\"{}\" {}", text, why));
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') {
    return malformed("is not written YYYY-MM-DD");
  }
  const auto year = find_digits(text.substr(0, 4));
  const auto month = find_digits(text.substr(5, 2));
  const auto day = find_digits(text.substr(8, 2));
  if (!year || !month || !day) return malformed("is not written YYYY-MM-DD");
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok() || *year == 0) return malformed("is not in the calendar");
  return Date{static_cast<int>(std::chrono::sys_days(date).time_since_epoch().count())};
}

std::string to_string(Date date) {
  const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(date.days))};
  return fmt::format("{:04}-{:02}-{:02}", int{day.year()}, unsigned{day.month()},
                     unsigned{day.day()});
}

double years_since_2020(Date date) {
  return (date.days + ordinal_of_1970 - ordinal_of_2020) / 365.25;
}

}  // namespace pfsday::units
