#include "cli/plot_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "trend/published_eras.h"
#include "trend/ruler.h"
#include "units/quantity.h"

namespace pfsday::cli {
namespace {

/// "1e25=EU line": the text before the first '=', and that after it.
std::pair<std::string_view, std::string_view> cut_at_equals(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return {text, {}};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// An amount of the quantity that is drawn.
Result<report::NamedAmount> parse_threshold(std::string_view text, trend::Quantity quantity) {
  const auto [amount, name] = cut_at_equals(text);
  const auto dimension = quantity == trend::Quantity::compute ? units::Dimension::operations
                                                              : units::Dimension::number;
  const double value = TRY(units::parse_as(amount, dimension, 1));
  if (value > 0) return report::NamedAmount{.name = std::string(name), .amount = value};
  return fail(Code::usage, fmt::format("a threshold of \"{}\" cannot be drawn", amount),
              "write an amount above 0: --threshold 1e25");
}

Result<report::NamedSpan> parse_era(std::string_view text) {
  const auto [dates, name] = cut_at_equals(text);
  const auto dots = dates.find("..");
  if (dots == std::string_view::npos || name.empty()) {
    return fail(Code::usage, fmt::format("\"{}\" is no era", text),
                "write --era 2012-01-01..2014-01-01=\"few chips\"");
  }
  const units::Date from = TRY(units::parse_date(dates.substr(0, dots)));
  const units::Date to = TRY(units::parse_date(dates.substr(dots + 2)));
  if (from < to) return report::NamedSpan{.name = std::string(name), .from = from, .to = to};
  return fail(Code::usage, fmt::format("the era \"{}\" ends before it begins", name));
}

/// A plain number of which `fits` is true.
template <class Fits>
Result<double> parse_number(std::string_view option, std::string_view text, std::string_view hint,
                            Fits fits) {
  const auto value = units::parse_as(text, units::Dimension::number, 1);
  if (value && fits(*value)) return *value;
  return fail(Code::usage, fmt::format("{} \"{}\" is out of range", option, text),
              std::string(hint));
}

Result<void> read_eras(const Args& args, report::PlotOptions& options) {
  if (const auto name = args.value("--eras")) {
    const trend::PublishedEras published = TRY(trend::find_published_eras(*name));
    for (const trend::PublishedEra& era : published.eras) {
      options.eras.push_back({era.name, era.from, era.to});
    }
  }
  for (const std::string& text : args.all("--era")) options.eras.push_back(TRY(parse_era(text)));
  return {};
}

/// The name of a ruler, or months; 0 for none.
Result<report::PlotRuler> parse_ruler(std::string_view text) {
  if (const trend::Ruler* ruler = trend::find_ruler(text)) {
    const bool is_moore = ruler->name.starts_with("moore-");
    return report::PlotRuler{ruler->doubling_months, is_moore ? "" : std::string(ruler->text)};
  }
  const double months =
      TRY(parse_number("--ruler", text, "write months or a name of `pfsday fit --rulers`",
                       [](double value) { return value >= 0; }));
  return report::PlotRuler{.months = months};
}

Result<void> read_rulers(const Args& args, report::PlotOptions& options) {
  if (args.all("--ruler").empty()) return {};
  options.rulers.emplace();
  for (const std::string& text : args.all("--ruler")) {
    report::PlotRuler ruler = TRY(parse_ruler(text));
    if (ruler.months > 0) options.rulers->push_back(std::move(ruler));
  }
  return {};
}

Result<void> read_size(const Args& args, report::PlotOptions& options) {
  const auto text = args.value("--size");
  if (!text) return {};
  const auto cross = std::min(text->find('x'), text->size());
  const auto pixels = [](std::string_view side) {
    return units::parse_as(side, units::Dimension::number, 1).value_or(0);
  };
  options.width = pixels(text->substr(0, cross));
  options.height = pixels(text->substr(std::min(cross + 1, text->size())));
  const auto [least, most] = std::minmax(options.width, options.height);
  if (least < 480 || most > 4800) {
    return fail(Code::usage, fmt::format("--size \"{}\" is out of range", *text),
                "write 480 to 4800 pixels each way: --size 1280x900");
  }
  return {};
}

Result<void> read_repeated(const Args& args, trend::Quantity quantity,
                           report::PlotOptions& options) {
  for (const std::string& text : args.all("--threshold")) {
    options.thresholds.push_back(TRY(parse_threshold(text, quantity)));
  }
  for (const std::string& text : args.all("--split")) {
    options.splits.push_back(TRY(units::parse_date(text)));
  }
  for (const std::string& text : args.all("--quantile")) {
    options.quantiles.push_back(
        TRY(parse_number("--quantile", text, "write a share between 0 and 1: --quantile 0.9",
                         [](double value) { return value > 0 && value < 1; })));
  }
  return {};
}

}  // namespace

Result<report::PlotOptions> plot_options(const Args& args, trend::Quantity quantity) {
  report::PlotOptions options;
  if (args.choice("--scale") == "linear") options.scale = chart::YScale::linear;
  options.highlight = {args.all("--highlight").begin(), args.all("--highlight").end()};
  options.band = !args.flag("--no-band");
  if (const auto title = args.value("--title")) options.title = *title;
  TRY(read_eras(args, options));
  TRY(read_repeated(args, quantity, options));
  TRY(read_rulers(args, options));
  TRY(read_size(args, options));
  if (const auto text = args.value("--whiskers")) {
    options.whiskers.emplace();
    if (*text != "stated") {
      options.whiskers->factor =
          TRY(parse_number("--whiskers", *text, "write a factor above 1: --whiskers 2; or stated",
                           [](double value) { return value > 1; }));
    }
  }
  if (const auto date = args.value("--forecast")) {
    options.forecast_to = TRY(units::parse_date(*date));
  }
  return options;
}

}  // namespace pfsday::cli
