#include "report/crosscheck.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

using estimate::Crosscheck;
using estimate::Estimate;
using estimate::PrintedFigure;
using estimate::Verdict;

/// With room for the mark behind it, so that the digits of a column line up.
std::string printed_cell(const std::optional<PrintedFigure>& figure, bool slips) {
  if (!figure) return "- ";
  return estimate::to_pf_text(figure->operations()) + (slips ? "*" : " ");
}

std::string estimate_cell(const std::optional<Estimate>& estimate) {
  return estimate ? estimate::to_pf_text(estimate->operations.mid) : "-";
}

std::string share_cell(const std::optional<double>& value) {
  return value ? units::to_significant(*value) : "-";
}

std::vector<std::string> cells_of(const RunReport& report) {
  const Crosscheck& check = report.check;
  const auto& printed = report.run.printed;
  return {report.run.id,
          printed_cell(printed.counting, check.counting_slips),
          estimate_cell(check.estimates.stated_count),
          estimate_cell(check.estimates.counted),
          printed_cell(printed.hardware, check.hardware_slips),
          estimate_cell(check.estimates.hardware),
          share_cell(check.ratio),
          share_cell(check.implied_utilization),
          std::string(to_string(check.verdict))};
}

void write_pair(JsonWriter& json, std::string_view name, auto write, const auto& counting,
                const auto& hardware) {
  json.key(name).begin_object();
  if (counting) {
    json.key("counting");
    write(json, *counting);
  }
  if (hardware) {
    json.key("hardware");
    write(json, *hardware);
  }
  json.end_object();
}

void write_implied_utilization(JsonWriter& json, const std::optional<double>& value) {
  json.key("implied_utilization").begin_object();
  json.member("low", std::optional<double>()).member("mid", value);
  json.member("high", std::optional<double>()).end_object();
}

/// The estimate by layers, and the add-multiplies of one example beside the stated ones.
void write_counted(JsonWriter& json, const estimate::Estimates& estimates) {
  if (!estimates.counted) return;
  json.key("counted").begin_object();
  write_estimate_members(json, *estimates.counted);
  json.key("examples").begin_array();
  for (const estimate::CountedExample& one : estimates.examples) {
    json.begin_object().member("example", one.example);
    json.member("counted_add_multiplies", one.add_multiplies);
    json.member("stated_add_multiplies", one.stated_add_multiplies);
    json.member("why", one.why).end_object();
  }
  json.end_array().end_object();
}

void write_run(JsonWriter& json, const RunReport& report) {
  const Crosscheck& check = report.check;
  const auto& printed = report.run.printed;
  const estimate::Estimates& estimates = check.estimates;
  json.begin_object().member("run", report.run.id).member("name", report.run.name);
  for (const Estimate* estimate : estimates.methods()) {
    json.key(estimate->method);
    write_estimate(json, *estimate);
  }
  write_counted(json, estimates);
  write_pair(json, "printed", write_printed, printed.counting, printed.hardware);
  write_pair(json, "recomputed", write_estimate, estimates.stated_count, estimates.hardware);
  json.member("ratio", check.ratio);
  write_implied_utilization(json, check.implied_utilization);
  json.member("tolerance", check.tolerance).member("verdict", to_string(check.verdict));
  json.key("explanations").begin_array();
  for (const std::string& text : check.explanations) json.value(text);
  json.end_array().end_object();
}

}  // namespace

std::vector<std::vector<std::string>> crosscheck_rows(std::span<const RunReport> reports) {
  std::vector<std::vector<std::string>> rows;
  for (const RunReport& report : reports) {
    if (report.check.verdict != Verdict::none) rows.push_back(cells_of(report));
  }
  return rows;
}

std::vector<std::string> crosscheck_notes(std::span<const RunReport> reports) {
  std::vector<std::string> notes;
  std::vector<std::string> without;
  for (const auto& [run, check] : reports) {
    for (const std::string& text : check.explanations) {
      notes.push_back(fmt::format("{}, {}", run.name, text));
    }
    if (check.verdict == Verdict::none) without.push_back(run.name);
  }
  if (!without.empty()) {
    notes.push_back(fmt::format("without the inputs of either method: {}", join(without, ", ")));
  }
  return notes;
}

bool any_slip(std::span<const RunReport> reports) {
  return std::ranges::any_of(reports, [](const RunReport& report) {
    return report.check.counting_slips || report.check.hardware_slips;
  });
}

std::string crosscheck_json(std::span<const RunReport> reports) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.crosscheck/1").key("runs").begin_array();
  for (const RunReport& report : reports) write_run(json, report);
  return json.end_array().end_object().text();
}

}  // namespace pfsday::report
