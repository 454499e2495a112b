#include "report/estimate.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/estimate_items.h"
#include "report/uncertainty.h"
#include "units/date.h"
#include "units/print.h"
#include "units/quantity.h"

namespace pfsday::report {
namespace {

using estimate::Amount;
using estimate::Estimate;
using estimate::PrintedFigure;

constexpr std::string_view layers_label = "by layers";  ///< the count beside the stated one

std::string amount_line(std::string_view label, double operations, std::string_view more = "") {
  return fmt::format("{:<10} {:>9} FLOP  {:>9} pfs-days{}\n", label,
                     units::to_significant(operations),
                     units::to_significant(operations / units::operations_per_pfs_day), more);
}

std::string estimate_lines(std::string_view label, const Estimate& estimate,
                           const TextStyle& style) {
  return amount_line(label, estimate.operations.mid, estimate.complete ? "" : ", a lower bound") +
         interval_line(estimate) + indented(estimate.formula, 2, style.width);
}

/// "counting", "hardware time".
std::string_view words_for(std::string_view method) {
  if (method == "metered") return "meters";
  if (method == "reported") return "what is reported";
  if (method == "mixed") return "several methods";
  return method == "hardware" ? "hardware time" : method;
}

/// The total where it is none of the methods: of several, of meters or reports, or with parents.
const Estimate* total_apart(const estimate::Estimates& estimates) {
  const Estimate* const total = estimates.headline();
  const auto methods = estimates.methods();
  const bool is_method = std::ranges::any_of(methods, [&](const Estimate* one) {
    return total != nullptr && one->formula == total->formula;
  });
  return is_method ? nullptr : total;
}

/// How a source came to its figure.
std::string words_for_basis(std::string_view basis) {
  if (basis == "chart") return "read off a chart";
  if (basis == "stated") return "without its arithmetic";
  return fmt::format("by {}", words_for(basis));
}

std::string printed_text(const PrintedFigure& figure) {
  return amount_line("printed", figure.operations(),
                     fmt::format(", {}{}", figure.upper_bound ? "an upper bound, " : "",
                                 words_for_basis(figure.basis)));
}

std::string crosscheck_text(const estimate::Crosscheck& check, const TextStyle& style) {
  const std::string text = fmt::format(
      "crosscheck: {} within a factor of {}; ratio hardware / counting {}; the count implies a "
      "utilization of {}",
      to_string(check.verdict), units::to_significant(check.tolerance), amount_text(*check.ratio),
      amount_text(*check.implied_utilization));
  return indented(text, 0, style.width);
}

std::string list_text(std::string_view title, std::span<const std::string> entries,
                      const TextStyle& style) {
  if (entries.empty()) return {};
  std::string text = fmt::format("{}\n", title);
  for (const std::string& entry : entries) text += bullet(entry, 2, style.width);
  return text;
}

std::string title_text(const estimate::Run& run) {
  if (run.name.empty()) return {};
  if (!run.date) return fmt::format("{}\n", run.name);
  return fmt::format("{}, {}\n", run.name, units::to_string(*run.date));
}

void add_assumptions(std::string_view label, const Estimate& estimate,
                     std::vector<std::string>& all) {
  for (const std::string& text : estimate.assumptions) {
    all.push_back(fmt::format("{}: {}", label, text));
  }
}

std::vector<std::string> assumptions_of(const estimate::Estimates& estimates) {
  std::vector<std::string> all;
  for (const Estimate* estimate : estimates.methods()) {
    add_assumptions(estimate->method, *estimate, all);
  }
  if (estimates.stated_count && estimates.counted) {
    add_assumptions(layers_label, *estimates.counted, all);
  }
  if (const Estimate* total = total_apart(estimates)) add_assumptions("total", *total, all);
  return all;
}

std::vector<std::string> sources_of(const estimate::Run& run) {
  std::vector<std::string> all;
  for (const auto& source : run.sources) {
    all.push_back(fmt::format("{}: {}, {}", source.what, source.title, source.url));
  }
  return all;
}

std::string headline_text(const estimate::Estimates& estimates) {
  const Estimate* headline = estimates.headline();
  if (headline == nullptr) return "no estimate\n";
  const std::string view =
      estimates.view->id == estimate::default_view ? "" : fmt::format(", {}", estimates.view->id);
  return amount_line("headline", headline->operations.mid,
                     fmt::format(", by {}{}", words_for(headline->method), view)) +
         interval_line(*headline);
}

/// Of each method whose figure has an interval.
std::string uncertainties_text(const estimate::Estimates& estimates, const TextStyle& style) {
  std::string text;
  const auto add = [&](std::string_view label, const Estimate& estimate) {
    if (estimate.interval) text += uncertainty_text(label, *estimate.interval, style.width);
  };
  for (const Estimate* estimate : estimates.methods()) add(words_for(estimate->method), *estimate);
  if (estimates.stated_count && estimates.counted) add(layers_label, *estimates.counted);
  if (const Estimate* total = total_apart(estimates)) add("total", *total);
  return text;
}

std::string pfs_days_text(double operations) {
  return units::to_significant(operations / units::operations_per_pfs_day);
}

std::string pfs_days_cell(const Estimate* estimate) {
  return estimate == nullptr ? "-" : pfs_days_text(estimate->operations.mid);
}

void write_amount(JsonWriter& json, std::string_view name, const Amount& amount) {
  json.key(name).begin_object().member("low", amount.low).member("mid", amount.mid);
  json.member("high", amount.high).end_object();
}

Amount in_pfs_days(const Amount& operations) {
  const auto convert = [](double value) { return value / units::operations_per_pfs_day; };
  return {.low = operations.low ? std::optional(convert(*operations.low)) : std::nullopt,
          .mid = convert(operations.mid),
          .high = operations.high ? std::optional(convert(*operations.high)) : std::nullopt};
}

void write_headline(JsonWriter& json, const Estimate* headline) {
  json.key("headline");
  if (headline == nullptr) {
    json.null();
    return;
  }
  json.begin_object().member("method", headline->method);
  write_amounts(json, headline->operations);
  json.end_object();
}

void write_run(JsonWriter& json, const RunReport& report) {
  const estimate::Estimates& estimates = report.check.estimates;
  json.member("run", report.run.id).member("name", report.run.name);
  for (const Estimate* estimate : estimates.methods()) {
    json.key(estimate->method);
    write_estimate(json, *estimate);
  }
  if (report.run.printed.total) {
    json.key("printed");
    write_printed(json, *report.run.printed.total);
  }
  write_headline(json, estimates.headline());
  write_items(json, report);
  json.key("missing").begin_array();
  for (const std::string& text : estimates.missing) json.value(text);
  json.end_array();
}

}  // namespace

Result<RunReport> report_run(estimate::Run run, const estimate::CrosscheckOptions& options) {
  estimate::Crosscheck check = TRY(estimate::crosscheck(run, options));
  return RunReport{std::move(run), std::move(check)};
}

bool is_complete(const RunReport& report) {
  const estimate::Estimates& estimates = report.check.estimates;
  const auto methods = estimates.methods();
  return (!estimates.total || estimates.total->complete) &&
         std::ranges::all_of(methods, [](const Estimate* estimate) { return estimate->complete; });
}

std::string estimate_text(const RunReport& report, const TextStyle& style) {
  const estimate::Estimates& estimates = report.check.estimates;
  std::string text = title_text(report.run);
  for (const Estimate* estimate : estimates.methods()) {
    text += estimate_lines(estimate->method, *estimate, style);
  }
  if (estimates.stated_count && estimates.counted) {
    text += estimate_lines(layers_label, *estimates.counted, style);
  }
  if (const Estimate* total = total_apart(estimates)) {
    text += estimate_lines("total", *total, style);
  }
  if (report.run.printed.total) text += printed_text(*report.run.printed.total);
  text += headline_text(estimates);
  if (report.check.ratio) text += crosscheck_text(report.check, style);
  text += list_text("assumptions", assumptions_of(estimates), style);
  text += list_text("notes", report.check.notes, style);
  if (!estimates.headline()) text += list_text("missing", estimates.missing, style);
  if (!style.explain) return text;
  text += uncertainties_text(estimates, style);
  if (!report.run.included_because.empty()) {
    text += list_text("included because", {{report.run.included_because}}, style);
  }
  text += list_text("sources", sources_of(report.run), style);
  return text;
}

std::vector<std::string> estimate_cells(const RunReport& report) {
  const estimate::Estimates& estimates = report.check.estimates;
  const auto& total = report.run.printed.total;
  const Estimate* headline = estimates.headline();
  return {report.run.id,
          report.run.date ? units::to_string(*report.run.date) : "-",
          pfs_days_cell(estimates.counting()),
          pfs_days_cell(estimates.hardware ? &*estimates.hardware : nullptr),
          total ? pfs_days_text(total->operations()) : "-",
          headline == nullptr ? "-" : headline->method};
}

std::string estimate_json(std::span<const RunReport> reports) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.estimate/1");
  if (reports.size() == 1) {
    write_run(json, reports.front());
    return json.end_object().text();
  }
  json.key("runs").begin_array();
  for (const RunReport& report : reports) {
    json.begin_object();
    write_run(json, report);
    json.end_object();
  }
  return json.end_array().end_object().text();
}

void write_amounts(JsonWriter& json, const Amount& operations) {
  write_amount(json, "flop", operations);
  write_amount(json, "pfs_days", in_pfs_days(operations));
}

void write_estimate(JsonWriter& json, const Estimate& estimate) {
  json.begin_object();
  write_estimate_members(json, estimate);
  json.end_object();
}

void write_estimate_members(JsonWriter& json, const Estimate& estimate) {
  write_amounts(json, estimate.operations);
  if (estimate.interval) write_uncertainty(json, *estimate.interval);
  json.member("formula", estimate.formula).key("assumptions").begin_array();
  for (const std::string& text : estimate.assumptions) json.value(text);
  json.end_array().key("sources").begin_array();
  for (const auto& source : estimate.sources) {
    json.begin_object().member("what", source.what).member("title", source.title);
    json.member("url", source.url).end_object();
  }
  json.end_array();
}

void write_printed(JsonWriter& json, const PrintedFigure& figure) {
  const double operations = figure.operations();
  json.begin_object();
  write_amount(json, "flop", {.mid = operations});
  write_amount(json, "pfs_days",
               {.mid = figure.pfs_days.value_or(operations / units::operations_per_pfs_day)});
  if (!figure.note.empty()) json.member("note", figure.note);
  json.end_object();
}

std::string amount_text(const Amount& amount) {
  if (!amount.low || !amount.high) return units::to_significant(amount.mid);
  return fmt::format("{} ({} to {})", units::to_significant(amount.mid),
                     units::to_significant(*amount.low), units::to_significant(*amount.high));
}

std::string indented(std::string_view text, std::size_t indent, std::size_t width) {
  std::string result;
  for (const std::string& line : wrap(text, width > indent ? width - indent : width)) {
    result += std::string(indent, ' ') + line + "\n";
  }
  return result;
}

std::string bullet(std::string_view text, std::size_t indent, std::size_t width) {
  std::string result = indented(text, indent + 2, width);
  return result.replace(indent, 1, "-");
}

}  // namespace pfsday::report
