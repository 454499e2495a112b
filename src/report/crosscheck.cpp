#include "report/crosscheck.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "estimate/agreement.h"
#include "report/crosscheck_gap.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

using estimate::Amount;
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

std::string middle_cell(const std::optional<Amount>& amount) {
  return amount ? units::to_significant(amount->mid) : "-";
}

/// Where the implied utilization stands in its prior.
std::string point_cell(const std::optional<estimate::PriorPlace>& place) {
  if (!place || !place->point) return "-";
  return estimate::point_text(*place->point);
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
          middle_cell(check.ratio),
          middle_cell(check.implied_utilization),
          point_cell(check.place),
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
  json.member("view", estimates.view->id);
  for (const Estimate* estimate : estimates.methods()) {
    json.key(estimate->method);
    write_estimate(json, *estimate);
  }
  write_counted(json, estimates);
  write_pair(json, "printed", write_printed, printed.counting, printed.hardware);
  write_pair(json, "recomputed", write_estimate, estimates.stated_count, estimates.hardware);
  write_gap(json, report);
  json.member("tolerance", check.tolerance).member("verdict", to_string(check.verdict));
  write_explanations(json, check.explanations);
  write_combination(json, check);
  json.key("notes").begin_array();
  for (const std::string& text : check.notes) json.value(text);
  json.end_array().end_object();
}

/// Intervals, and the place of the implied utilization.
void add_gap_notes(const estimate::Run& run, const Crosscheck& check,
                   std::vector<std::string>& notes) {
  if (!check.ratio) return;
  if (check.ratio->low) {
    notes.push_back(fmt::format("{}, ratio {}; implied utilization {}", run.name,
                                amount_text(*check.ratio),
                                amount_text(*check.implied_utilization)));
  }
  if (!check.place) return;
  notes.push_back(fmt::format("{}, a utilization of {}, {} of chip-hours: {}", run.name,
                              units::to_significant(check.implied_utilization->mid),
                              to_string(estimate::kind_of_implied(run, check.estimates)),
                              to_text(*check.place)));
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
    for (const std::string& text : check.notes) {
      notes.push_back(fmt::format("{}, {}", run.name, text));
    }
    if (reports.size() == 1 || check.verdict == Verdict::conflict ||
        check.verdict == Verdict::tension) {
      add_gap_notes(run, check, notes);
    }
    if (check.verdict == Verdict::none) without.push_back(run.name);
  }
  if (!without.empty()) {
    notes.push_back(fmt::format("without the inputs of either method: {}", join(without, ", ")));
  }
  return notes;
}

std::string agreement_text(std::span<const RunReport> reports) {
  const estimate::Agreement all = agreement_of(reports);
  std::string text = fmt::format("{} runs, {} with both methods", reports.size(), all.both);
  if (all.median_ratio) {
    text += fmt::format(": {} within 2x, {} within 3x, median ratio {}", all.within_2, all.within_3,
                        units::to_significant(*all.median_ratio));
  }
  std::string_view separator = "; ";
  for (const Verdict verdict : estimate::verdicts) {
    const std::size_t n = all.counts[static_cast<std::size_t>(verdict)];
    if (n == 0) continue;
    text += fmt::format("{}{} {}", separator, to_string(verdict), n);
    separator = ", ";
  }
  return text;
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
  json.end_array();
  write_agreement(json, agreement_of(reports));
  return json.end_object().text();
}

}  // namespace pfsday::report
