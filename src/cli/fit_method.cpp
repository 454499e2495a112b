#include "cli/fit_method.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>

#include "cli/fit_options.h"
#include "cli/numbers.h"
#include "units/quantity.h"

namespace pfsday::cli {
namespace {

constexpr std::uint64_t most_resamples = 1'000'000;
constexpr std::string_view by_interval = "interval";

Result<double> parse_factor(std::string_view option, std::string_view text) {
  const auto factor = units::parse_as(text, units::Dimension::number, 1);
  if (factor && *factor >= 1) return *factor;
  return fail(Code::usage, fmt::format("{} \"{}\" is no factor of at least 1", option, text));
}

Result<void> read_known_within(const Args& args, bool uses_intervals, trend::FitOptions& fit) {
  for (const std::string& text : args.all("--known-within")) {
    const auto equals = text.rfind('=');
    const bool of_all = equals == std::string::npos;
    const double factor =
        TRY(parse_factor("--known-within", of_all ? text : text.substr(equals + 1)));
    if (of_all) {
      fit.known_within.factor = factor;
    } else {
      fit.known_within.by_confidence.push_back({text.substr(0, equals), factor});
    }
  }
  fit.weighted = args.choice("--weights") == by_interval;
  const bool used = fit.weighted || fit.interval.noise_by_row || uses_intervals;
  if (used || !args.flag("--known-within")) return {};
  return fail(Code::usage, "--known-within says how well a figure is known, and nothing asks",
              "add --weights interval or --noise interval");
}

Result<void> read_interval(const Args& args, trend::IntervalOptions& interval) {
  interval.method = TRY(trend::find_interval_method(args.choice("--interval")));
  const bool bootstrap = trend::is_bootstrap(interval.method);
  for (const std::string_view option : {"--noise", "--resamples", "--seed"}) {
    if (args.flag(option) && !bootstrap) {
      return fail(Code::usage, fmt::format("{} is for a bootstrap", option),
                  "add --interval percentile or --interval bca");
    }
  }
  if (const auto noise = args.value("--noise")) {
    interval.noise_by_row = *noise == by_interval;
    if (!interval.noise_by_row) interval.noise_factor = TRY(parse_factor("--noise", *noise));
  }
  if (const auto resamples = args.value("--resamples")) {
    interval.resamples = TRY(parse_whole(*resamples, 1, most_resamples));
  }
  if (const auto seed = args.value("--seed")) {
    interval.seed = TRY(parse_whole(*seed, 0, std::numeric_limits<std::int64_t>::max()));
  }
  return {};
}

Result<std::optional<trend::EraOptions>> read_eras(const Args& args) {
  const auto most = args.value("--breaks");
  if (!most) return std::nullopt;
  trend::EraOptions eras{.most = TRY(parse_whole(*most, 1, stats::most_breaks))};
  if (args.choice("--joint") == "jump") eras.joint = stats::Joint::jump;
  if (args.choice("--variance") == "per-era") eras.variance = stats::VarianceRule::per_segment;
  eras.by_month = args.choice("--break-places") == "months";
  if (const auto points = args.value("--least-points")) {
    eras.least_points = TRY(parse_whole(*points, 3, most_resamples));
  }
  if (const auto years = args.value("--least-years")) {
    eras.least_years = TRY(units::parse_as(*years, units::Dimension::number, 1));
  }
  if (const auto draws = args.value("--break-draws")) {
    eras.draws = TRY(parse_whole(*draws, 0, most_resamples));
  }
  return eras;
}

}  // namespace

Result<void> read_method(const Args& args, report::FitRequest& request, bool uses_intervals) {
  TRY(read_interval(args, request.options.interval));
  TRY(read_known_within(args, uses_intervals, request.options));
  request.eras = TRY(read_eras(args));
  if (request.table) {
    request.table->columns.low = find_text(args, "--low");
    request.table->columns.high = find_text(args, "--high");
  }
  for (const std::string_view option : {"--interval", "--breaks"}) {
    if (!request.options.weighted || !args.flag(option)) continue;
    return fail(Code::usage, fmt::format("{} is for least squares", option),
                "leave out --weights interval");
  }
  return {};
}

}  // namespace pfsday::cli
