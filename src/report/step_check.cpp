#include "report/step_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/crosscheck_gap.h"
#include "units/print.h"
#include "units/quantity.h"

namespace pfsday::report {
namespace {

using estimate::UtilizationKind;
using estimate::Verdict;
using units::to_si;
using units::to_significant;

/// What the chips could have done in the time of a step.
double available(const StepInputs& inputs) {
  return inputs.chips * inputs.peak.rate * inputs.seconds;
}

std::vector<estimate::PriorPlace> places_of(double mfu, const estimate::PeakInUse& peak) {
  using estimate::Architecture;
  std::vector<estimate::PriorPlace> places;
  if (peak.chip == nullptr) return places;
  for (const Architecture architecture : {Architecture::dense, Architecture::mixture}) {
    auto place = estimate::place_in_prior(mfu, {.basis = estimate::UtilizationBasis::benchmark,
                                                .chip = std::string(peak.chip->id),
                                                .format = peak.format,
                                                .architecture = architecture});
    if (place.prior) places.push_back(std::move(place));
  }
  return places;
}

/// The measured share of the kind that is stated.
Result<double> measured(const StepCheck& check) {
  if (check.inputs.kind != UtilizationKind::hfu) return check.mfu;
  if (check.hfu) return *check.hfu;
  return fail(Code::run_input_missing,
              "an hfu is stated, but not what is computed again for the gradients",
              "say it with --recompute: none, selective, full, or a pattern of layers");
}

Result<void> compare(StepCheck& check) {
  const auto stated = check.inputs.utilization;
  if (!stated) return {};
  const double ratio = *stated / TRY(measured(check));
  const bool near = std::max(ratio, 1 / ratio) <= check.inputs.tolerance * (1 + 1e-12);
  check.ratio = ratio;
  check.verdict = near ? Verdict::consistent : Verdict::conflict;
  return {};
}

std::string percent(double share) { return fmt::format("{:.2f} %", 100 * share); }

double operations_of(const StepCheck& check, graph::Pass pass) {
  return check.work.counted.counts.pass(pass).work.operations().to_double();
}

/// What is executed beside the products: all adds and multiplies of the step and of the update.
double all_operations(const StepCheck& check) {
  return check.work.counted.counts.total.work.operations().to_double() +
         operations_of(check, graph::Pass::recompute) +
         operations_of(check, graph::Pass::optimizer);
}

std::string device_text(const StepInputs& inputs) {
  const estimate::PeakInUse& peak = inputs.peak;
  const std::string rate = to_si(peak.rate, "FLOP/s");
  const std::string count = to_significant(inputs.chips, 12);
  if (peak.chip == nullptr)
    return fmt::format("{} chips with a peak of {}, as stated", count, rate);
  return fmt::format("{} x {}, {} peak of {}", count, peak.chip->name, peak.format, rate);
}

std::vector<std::string> formulas_of(const StepCheck& check) {
  const StepInputs& inputs = check.inputs;
  std::vector<std::string> formulas = {fmt::format(
      "MFU = {} products / ({} chips x {} operations/s x {} s) = {}",
      to_significant(check.work.full), to_significant(inputs.chips, 12),
      to_significant(inputs.peak.rate), to_significant(inputs.seconds), to_significant(check.mfu))};
  if (check.hfu) {
    formulas.push_back(fmt::format("HFU = MFU x {} executed over model products = {}",
                                   to_significant(*check.work.executed_over_model),
                                   to_significant(*check.hfu)));
  }
  formulas.emplace_back("products are 2 x multiply-adds, forward and both gradients");
  return formulas;
}

std::string verdict_text(const StepCheck& check) {
  if (!check.ratio) return {};
  return fmt::format(
      "crosscheck: {} within a factor of {}; a utilization of {} ({}) is stated, {} x what the "
      "step reached",
      to_string(check.verdict), to_significant(check.inputs.tolerance),
      to_significant(*check.inputs.utilization), to_string(check.inputs.kind),
      to_significant(*check.ratio));
}

/// What the figures do not say of themselves.
std::vector<std::string> remarks_of(const StepCheck& check) {
  std::vector<std::string> remarks;
  for (const estimate::PriorPlace& place : check.places) {
    remarks.push_back(fmt::format("MFU {}: {}", percent(check.mfu), to_text(place)));
  }
  if (!check.work.counted.counts.complete()) {
    remarks.push_back(lower_bound_note(check.work.counted));
  }
  return remarks;
}

void write_step(JsonWriter& json, const StepCheck& check) {
  const StepInputs& inputs = check.inputs;
  json.begin_object().member("model", check.path).member("seconds", inputs.seconds);
  json.member("chips", inputs.chips).member("peak", inputs.peak.rate);
  json.key("chip").value(inputs.peak.chip == nullptr ? std::optional<std::string_view>{}
                                                     : inputs.peak.chip->id);
  json.member("format", inputs.peak.format).key("operations").begin_object();
  json.member("products_all_pairs", check.work.full);
  json.member("products_unmasked_pairs", check.work.causal);
  json.member("executed", all_operations(check));
  json.member("optimizer", operations_of(check, graph::Pass::optimizer)).end_object();
  json.member("rate_of_a_chip", check.work.full / inputs.chips / inputs.seconds);
  json.member("mfu_all_pairs", check.mfu).member("mfu_unmasked_pairs", check.mfu_causal);
  json.member("hfu", check.hfu);
  json.key("priors").begin_array();
  for (const estimate::PriorPlace& place : check.places) write_prior(json, place);
  json.end_array().key("stated");
  if (inputs.utilization) {
    json.begin_object().member("utilization", *inputs.utilization);
    json.member("kind", to_string(inputs.kind)).end_object();
  } else {
    json.null();
  }
  json.member("ratio", check.ratio);
  json.member("tolerance", inputs.tolerance).member("verdict", to_string(check.verdict));
  json.member("complete", check.work.counted.counts.complete());
  json.end_object();
}

}  // namespace

Result<StepCheck> check_step(std::string_view path, importers::Bytes bytes, StepInputs inputs) {
  StepCheck check{.path = std::string(path), .inputs = std::move(inputs)};
  check.work = TRY(count_step_work(path, bytes, check.inputs.request));
  if (check.inputs.recomputes_nothing) check.work.executed_over_model = 1;
  const double most = available(check.inputs);
  check.mfu = check.work.full / most;
  check.mfu_causal = check.work.causal / most;
  if (check.work.executed_over_model) check.hfu = check.mfu * *check.work.executed_over_model;
  TRY(estimate::check_share(std::max(check.mfu, check.hfu.value_or(0)), check.inputs.peak));
  check.places = places_of(check.mfu, check.inputs.peak);
  TRY(compare(check));
  return check;
}

std::string step_heading(const StepCheck& check, const TextStyle& style) {
  return indented(fmt::format("{}: a training step in {} s on {}", check.path,
                              to_significant(check.inputs.seconds), device_text(check.inputs)),
                  0, style.width);
}

Grid step_grid(const StepCheck& check) {
  Grid grid{.headings = {"", "FLOP", "TFLOP/s of a chip", "of the peak"}};
  const double most = available(check.inputs);
  const double chip_seconds = check.inputs.chips * check.inputs.seconds;
  const auto add = [&](std::string_view name, double operations) {
    grid.rows.push_back({std::string(name), to_significant(operations),
                         to_significant(operations / chip_seconds / 1e12),
                         percent(operations / most)});
  };
  const bool has_pairs = check.work.full != check.work.causal;
  add(has_pairs ? "MFU, all pairs" : "MFU", check.work.full);
  if (has_pairs) add("MFU, unmasked pairs", check.work.causal);
  if (check.work.executed_over_model) {
    add("HFU", check.work.full * *check.work.executed_over_model);
  }
  add("all adds and multiplies", all_operations(check));
  const double update = operations_of(check, graph::Pass::optimizer);
  if (update > 0) add("  of which the update", update);
  return grid;
}

std::string step_notes(const StepCheck& check, const TextStyle& style) {
  std::string text;
  const std::string verdict = verdict_text(check);
  if (!verdict.empty()) text += indented(verdict, 0, style.width);
  for (const std::string& remark : remarks_of(check)) text += bullet(remark, 0, style.width);
  if (!style.explain) return text;
  for (const std::string& formula : formulas_of(check)) text += bullet(formula, 0, style.width);
  if (!check.inputs.peak.source.empty()) {
    text += bullet("the peak: " + check.inputs.peak.source, 0, style.width);
  }
  for (const std::string& note : check.work.counted.notes) text += bullet(note, 0, style.width);
  for (const estimate::PriorPlace& place : check.places) {
    for (const std::string& note : place.prior->notes) {
      text += bullet(fmt::format("{}: {}", place.prior->name, note), 0, style.width);
    }
  }
  return text;
}

std::string step_json(const StepCheck& check) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.crosscheck/1").key("runs").begin_array();
  json.end_array().key("step");
  write_step(json, check);
  return json.end_object().text();
}

}  // namespace pfsday::report
