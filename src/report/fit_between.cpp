#include "report/fit_between.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>
#include <vector>

#include "base/text.h"

namespace pfsday::report {
namespace {

Result<const trend::System*> find_system(const std::vector<trend::System>& systems,
                                         std::string_view name) {
  const trend::System* found = nullptr;
  std::vector<std::string_view> known;
  for (const trend::System& system : systems) {
    known.push_back(system.name);
    if (system.id == name) return &system;
    if (system.name != name) continue;
    if (found != nullptr) {
      return fail(Code::usage, fmt::format("several systems are called \"{}\"", name),
                  fmt::format("name one by its id: \"{}\"", found->id));
    }
    found = &system;
  }
  if (found != nullptr) return found;
  const std::string_view near = nearest(name, known);
  return fail(Code::usage, fmt::format("no system is called \"{}\"", name),
              near.empty() ? "" : fmt::format("did you mean \"{}\"?", near));
}

Result<trend::Point> find_point(const std::vector<trend::System>& systems, std::string_view name,
                                trend::Quantity quantity) {
  const trend::System& system = *TRY(find_system(systems, name));
  const auto& amount = system.amount(quantity);
  if (amount && amount->bound == trend::Bound::none) return trend::point_of(system, quantity);
  return fail(Code::usage,
              fmt::format("{} has no figure of {}", system.name, trend::names_of(quantity).phrase));
}

}  // namespace

Result<Between> fit_between(const FitRequest& request, std::string_view a, std::string_view b) {
  const FitSource source = TRY(read_source(request));
  Between between{.title = source.title,
                  .vintage = source.vintage,
                  .quantity = request.quantity,
                  .axis = request.options.axis};
  between.first = TRY(find_point(source.systems, a, request.quantity));
  between.last = TRY(find_point(source.systems, b, request.quantity));
  if (between.first.date > between.last.date) std::swap(between.first, between.last);
  if (between.first.date == between.last.date) {
    return fail(Code::usage, fmt::format("{} and {} are of one date, {}", between.first.name,
                                         between.last.name, to_string(between.first.date)));
  }
  between.factor = between.last.value / between.first.value;
  between.years = between.axis->years(between.last.date) - between.axis->years(between.first.date);
  between.oom_per_year = std::log10(between.factor) / between.years;
  between.factor_per_year = std::pow(10, between.oom_per_year);
  between.doubling_months =
      trend::doubling_months_of(between.oom_per_year, between.axis->months_per_year);
  return between;
}

std::string to_json(const Between& between) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.between/1").member("title", between.title);
  json.member("vintage", between.vintage).member("y", trend::names_of(between.quantity).word);
  json.member("axis", between.axis->text).key("systems").begin_array();
  for (const trend::Point& point : {between.first, between.last}) {
    json.begin_object().member("name", point.name).member("date", units::to_string(point.date));
    json.member("value", point.value).member("implied", point.implied).end_object();
  }
  json.end_array().member("factor", between.factor).member("years", between.years);
  json.member("slope_oom_per_year", between.oom_per_year);
  json.member("factor_per_year", between.factor_per_year);
  json.member("doubling_months", between.doubling_months);
  return json.end_object().text();
}

}  // namespace pfsday::report
