#include "trend/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "base/text.h"

namespace pfsday::trend {
namespace {

constexpr int days_of_origin = 18262;  // 2020-01-01
constexpr int days_of_a_century = 36525;

double years_of_365_days(units::Date date) { return (date.days - days_of_origin) / 365.0; }

/// y + (m - 1) / 12 + (d - 1) / `year`.
double decimal_year(units::Date date, double year) {
  const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(date.days))};
  return int{day.year()} + (unsigned{day.month()} - 1) / 12.0 + (unsigned{day.day()} - 1) / year;
}

double decimal_year_365(units::Date date) { return decimal_year(date, 365); }
double decimal_year_tropical(units::Date date) { return decimal_year(date, 365.242374); }

constexpr DateConvention conventions[] = {
    {.name = "days-365.25",
     .text = "years since 2020-01-01, days / 365.25",
     .used_by = "pfsday",
     .years = units::years_since_2020},
    {.name = "days-365",
     .text = "years since 2020-01-01, days / 365",
     .used_by = "Epoch AI 2024",
     .years = years_of_365_days},
    {.name = "30-day-months",
     .text = "years since 2020-01-01, days / 365; months of 30 days",
     .used_by = "Sevilla et al. 2022",
     .years = years_of_365_days,
     .months_per_year = 365.0 / 30},
    {.name = "decimal-year",
     .text = "decimal years, y + (m - 1) / 12 + (d - 1) / 365",
     .used_by = "Cottier et al. 2024; Our World in Data",
     .years = decimal_year_365},
    {.name = "decimal-year-tropical",
     .text = "decimal years, y + (m - 1) / 12 + (d - 1) / 365.242374",
     .used_by = "Epoch AI 2024-11",
     .years = decimal_year_tropical},
};

}  // namespace

std::span<const DateConvention> date_conventions() { return conventions; }

std::optional<units::Date> date_at(const DateConvention& axis, double years) {
  constexpr double rounding = 1e-9;
  int low = days_of_origin - days_of_a_century, high = days_of_origin + days_of_a_century;
  if (!(years >= axis.years({low}) && years <= axis.years({high}))) return std::nullopt;
  while (low < high) {
    const int middle = low + (high - low) / 2;
    if (axis.years({middle}) < years - rounding) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return units::Date{low};
}

Result<const DateConvention*> find_convention(std::string_view name) {
  const auto found = std::ranges::find(conventions, name, &DateConvention::name);
  if (found != std::end(conventions)) return found;
  std::vector<std::string> names;
  for (const DateConvention& convention : conventions) names.emplace_back(convention.name);
  return fail(Code::usage, fmt::format("there is no date convention \"{}\"", name),
              "they are: " + join(names, ", "));
}

}  // namespace pfsday::trend
