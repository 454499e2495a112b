#include "estimate/method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/text.h"
#include "count/step.h"
#include "hardware/chip.h"
#include "units/count.h"
#include "units/print.h"
#include "units/quantity.h"

namespace pfsday::estimate {
namespace {

constexpr double assumed_gpu_utilization = 0.33;

std::unexpected<Error> lacks(std::string what, std::string hint) {
  return fail(Code::run_input_missing, fmt::format("hardware time lacks {}", what),
              std::move(hint));
}

/// Chip-hours, or chips and their time.
Result<std::vector<Factor>> chip_time(const HardwareInputs& in) {
  if (in.chip_hours) {
    if (in.count || in.days || in.hours) {
      return fail(Code::run_malformed, "chip-hours stand beside a number of chips or their time",
                  "state one of the two");
    }
    return std::vector<Factor>{{.name = "chip-hours", .value = *in.chip_hours},
                               {.name = "seconds per hour", .value = units::seconds_per_hour}};
  }
  if (!in.count) return lacks("the number of chips", "or state chip-hours");
  if (!in.days && !in.hours) return lacks("its time", "state days, hours or chip-hours");
  if (in.days && in.hours) {
    return fail(Code::run_malformed, "the time is stated in days and in hours", "keep one of them");
  }
  const Factor chips{.name = "chips", .value = *in.count};
  if (in.days) {
    return std::vector<Factor>{chips,
                               {.name = "days", .value = *in.days},
                               {.name = "seconds per day", .value = units::seconds_per_day}};
  }
  return std::vector<Factor>{chips,
                             {.name = "hours", .value = *in.hours},
                             {.name = "seconds per hour", .value = units::seconds_per_hour}};
}

/// Notes a stated peak that differs from the catalogue by more than 1 %.
void compare_with_catalogue(double stated, const hardware::Chip& chip, const hardware::Peak& listed,
                            std::vector<std::string>& assumptions) {
  const double ratio = stated / listed.operations_per_second;
  if (std::abs(ratio - 1) <= 0.01) return;
  assumptions.push_back(fmt::format(
      "the peak of {} is taken as stated; the catalogue lists {} for {}",
      units::to_si(stated, "FLOP/s"), units::to_si(listed.operations_per_second, "FLOP/s"),
      fmt::format("{} in {}", chip.id, listed.format)));
}

Result<Factor> peak_rate(const HardwareInputs& in, const hardware::Chip* chip,
                         std::vector<std::string>& assumptions) {
  Factor factor{.name = "operations/s of one chip at its peak"};
  if (chip == nullptr) {
    if (!in.peak) return lacks("the chip or its peak rate", "state one of them");
    factor.value = *in.peak;
    return factor;
  }
  const hardware::Peak listed = TRY(hardware::find_peak(*chip, in.format));
  if (in.peak) {
    compare_with_catalogue(in.peak->mid(), *chip, listed, assumptions);
    factor.value = *in.peak;
    return factor;
  }
  assumptions.push_back(fmt::format("the dense {} peak of {}: {} ({})", listed.format, chip->name,
                                    units::to_si(listed.operations_per_second, "FLOP/s"),
                                    listed.source->url));
  factor.value = listed.operations_per_second;
  return factor;
}

/// As it was written.
std::string written(const Uncertain& amount) {
  return amount.is_exact() ? fmt::format("{}", amount.mid()) : amount.text;
}

/// A share of the peak: 95 of 100 values of a range are at most 1, and the rest count as 1.
Result<Uncertain> check_utilization(Uncertain share, std::vector<std::string>& assumptions) {
  const double high = value_at(share.distribution, uncertainty::score_of_95_percent);
  if (!(share.mid() > 0 && high <= 1 + 1e-9)) {
    return fail(Code::utilization_out_of_range,
                fmt::format("a utilization of {} is not in (0, 1]", written(share)),
                high > 1 ? "as a share, 40 % is 0.4" : "");
  }
  if (share.is_exact()) return share;
  share.distribution.most = 1;
  if (is_clipped(share.distribution)) {
    assumptions.push_back(
        fmt::format("the utilization counts as 1 in the {} % of cases where {} is more",
                    units::to_significant(100 * clipped_share(share.distribution), 2), share.text));
  }
  return share;
}

Result<void> check_utilization_kind(std::string_view kind) {
  constexpr std::string_view kinds[] = {"mfu",       "hfu", "tensor-active",
                                        "sm-active", "smi", "assumed"};
  if (std::ranges::find(kinds, kind) != std::end(kinds)) return {};
  return fail(Code::run_malformed, fmt::format("no kind of utilization is called \"{}\"", kind),
              "one of mfu, hfu, tensor-active, sm-active, smi, assumed");
}

Result<Factor> utilization(const HardwareInputs& in, const hardware::Chip* chip,
                           std::vector<std::string>& assumptions) {
  TRY(check_utilization_kind(in.utilization_kind));
  Factor factor{.name = "utilization"};
  if (in.utilization_kind != "assumed") factor.name += fmt::format(" ({})", in.utilization_kind);
  if (in.utilization) {
    factor.value = TRY(check_utilization(*in.utilization, assumptions));
    return factor;
  }
  if (chip == nullptr || chip->kind != "gpu") {
    return lacks("the utilization", "0.33 is usual for GPUs, 0.17 for CPUs");
  }
  assumptions.emplace_back("not stated: the utilization of GPUs is assumed to be 0.33");
  factor.value = assumed_gpu_utilization;
  return factor;
}

/// One phase by one method.
struct PhaseProduct {
  std::vector<Factor> factors = {};
  std::vector<std::string> assumptions = {};
  bool complete = true;
};

PhaseProduct multiply(std::vector<Factor> factors, std::vector<std::string> assumptions) {
  for (const Factor& factor : factors) {
    if (!factor.note.empty())
      assumptions.push_back(fmt::format("{}: {}", factor.name, factor.note));
  }
  return {std::move(factors), std::move(assumptions)};
}

PhaseProduct count_phase(const CountingInputs& inputs) {
  std::vector<Factor> factors = inputs.per_example;
  std::ranges::copy(inputs.repeats, std::back_inserter(factors));
  return multiply(std::move(factors), inputs.notes);
}

struct CountedNetwork {
  count::Counts counts = {};
  std::vector<std::string> notes = {};
};

Result<count::Counts> count_graph(graph::Graph graph) {
  return count::count_step(std::move(graph), {.step = count::Step::training},
                           count::CountOptions{});
}

/// Bindings that the model file had no use for.
void note_unused(const importers::ImportOptions& bindings, const importers::Model& model,
                 std::vector<std::string>& notes) {
  const auto note = [&](const auto& bound) {
    for (const auto& [name, size] : bound) {
      if (std::ranges::find(model.used_bindings, name) != model.used_bindings.end()) continue;
      notes.push_back(fmt::format("the binding of \"{}\" is not used by the model", name));
    }
  };
  note(bindings.dimensions);
  note(bindings.inputs);
}

Result<CountedNetwork> count_model(const Network& network, const ReadFile& read_file) {
  if (!read_file) {
    return fail(Code::file_unreadable, fmt::format("model {} cannot be read here", network.model));
  }
  const importers::Bytes bytes = TRY(read_file(network.model));
  importers::Model model =
      TRY(in_file(network.model, importers::read_model(bytes, network.bindings)));
  CountedNetwork result{.notes = std::move(model.notes)};
  note_unused(network.bindings, model, result.notes);
  result.counts = TRY(in_file(network.model, count_graph(std::move(model.graph))));
  return result;
}

Result<CountedNetwork> count_recipe(const Network& network) {
  return CountedNetwork{.counts = TRY(count_graph(*network.recipe)), .notes = network.notes};
}

Result<CountedExample> count_example(const CountingInputs& inputs, const ReadFile& read_file) {
  const Network& network = *inputs.network;
  CountedNetwork counted =
      network.recipe ? TRY(count_recipe(network)) : TRY(count_model(network, read_file));
  const auto& forward = counted.counts.pass(graph::Pass::forward).work;
  const double networks = network.times / network.examples_per_pass;
  return CountedExample{
      .example = inputs.example,
      .add_multiplies = forward.products.to_double() * networks,
      .stated_add_multiplies = inputs.add_multiplies,
      .operations = counted.counts.total.work.operations().to_double() * networks,
      .forward_operations = forward.operations().to_double() * networks,
      .uncounted_nodes = counted.counts.uncounted.size(),
      .why = network.why,
      .notes = std::move(counted.notes),
  };
}

PhaseProduct count_layers(const CountingInputs& inputs, const CountedExample& example) {
  std::vector<Factor> factors{
      {.name = fmt::format("operations per {}, forward and both gradients", example.example),
       .value = example.operations}};
  std::ranges::copy(inputs.repeats, std::back_inserter(factors));
  PhaseProduct part = multiply(std::move(factors), example.notes);
  if (example.uncounted_nodes == 0) return part;
  part.complete = false;
  part.assumptions.push_back(fmt::format(
      "a lower bound: {} nodes of the model cannot be counted (pfsday count lists them)",
      example.uncounted_nodes));
  return part;
}

PhaseProduct time_phase(const HardwareInputs& inputs, HardwareFactors resolved) {
  std::vector<Factor> factors = std::move(resolved.available);
  factors.push_back(resolved.utilization);
  std::ranges::copy(inputs.notes, std::back_inserter(resolved.assumptions));
  return multiply(std::move(factors), std::move(resolved.assumptions));
}

/// A method's estimate over all phases, while they are added.
struct Sum {
  Estimate estimate = {};
  uncertainty::Expression operations = {};
};

Result<void> add_phase(const Run& run, const Phase& phase, const PhaseProduct& part, Sum& sum) {
  const std::string label = run.phases.size() > 1 ? fmt::format("{}: ", phase.name) : "";
  Estimate& estimate = sum.estimate;
  if (!estimate.formula.empty()) estimate.formula += " + ";
  estimate.formula += label + to_text(part.factors);
  estimate.complete = estimate.complete && part.complete;
  for (const std::string& text : part.assumptions) estimate.assumptions.push_back(label + text);
  sum.operations.begin_term();
  for (const Factor& factor : part.factors) {
    TRY(sum.operations.multiply(factor.value, factor.power, label + factor.name));
  }
  return {};
}

/// The operations, with an interval unless all is exact.
void take_operations(const uncertainty::Evaluation& result, Estimate& estimate) {
  estimate.operations.mid = result.mid;
  estimate.formula += fmt::format(" = {} operations", units::to_significant(result.mid));
  if (result.budget.empty()) return;
  estimate.operations.low = result.low;
  estimate.operations.high = result.high;
  estimate.interval = result;
}

Result<std::optional<Estimate>> finish(const Run& run, Sum sum,
                                       const uncertainty::Options& options) {
  Estimate& estimate = sum.estimate;
  if (estimate.formula.empty()) return std::optional<Estimate>{};
  const auto range = [&](double operations) -> Result<void> {
    if (operations > 0 && std::isfinite(operations)) return {};
    return fail(Code::run_malformed, fmt::format("the product {} is {}", estimate.formula,
                                                 operations > 0 ? "too large" : "zero"));
  };
  TRY(range(uncertainty::sum_of_medians(sum.operations)));
  const uncertainty::Evaluation result = evaluate(sum.operations, options);
  TRY(range(result.high));
  TRY(range(result.low));
  take_operations(result, estimate);
  estimate.sources = run.sources;
  return std::optional(std::move(estimate));
}

std::vector<std::string> missing_inputs(const Run& run) {
  std::vector<std::string> missing;
  for (const Phase& phase : run.phases) {
    if (!phase.counting) missing.push_back(fmt::format("counting inputs of \"{}\"", phase.name));
    if (!phase.hardware) missing.push_back(fmt::format("hardware inputs of \"{}\"", phase.name));
  }
  if (run.phases.empty()) missing.emplace_back("a phase with counting or hardware inputs");
  return missing;
}

/// One method: the product of each phase, summed; absent unless every phase `has` the inputs.
Result<std::optional<Estimate>> sum_phases(
    const Run& run, std::string_view method, bool (*has)(const Phase&),
    const std::function<Result<PhaseProduct>(const Phase&)>& multiply_phase,
    const uncertainty::Options& options) {
  if (!std::ranges::all_of(run.phases, has)) return std::optional<Estimate>{};
  Sum sum{.estimate = {.method = std::string(method)}};
  for (const Phase& phase : run.phases) {
    const PhaseProduct part = TRY(multiply_phase(phase));
    TRY(add_phase(run, phase, part, sum));
  }
  return finish(run, std::move(sum), options);
}

bool has_stated_count(const Phase& phase) {
  return phase.counting && !phase.counting->per_example.empty();
}
bool has_network(const Phase& phase) { return phase.counting && phase.counting->network; }
bool has_hardware(const Phase& phase) { return phase.hardware.has_value(); }

}  // namespace

std::vector<const Estimate*> Estimates::methods() const {
  std::vector<const Estimate*> all;
  if (counting() != nullptr) all.push_back(counting());
  if (hardware) all.push_back(&*hardware);
  return all;
}

const Estimate* Estimates::counting() const {
  if (stated_count) return &*stated_count;
  return counted ? &*counted : nullptr;
}

const Estimate* Estimates::headline() const {
  const Estimate* const count = counting();
  if (count != nullptr && (count->complete || !hardware)) return count;
  return hardware ? &*hardware : nullptr;
}

Result<HardwareFactors> resolve(const HardwareInputs& inputs) {
  HardwareFactors result;
  result.available = TRY(chip_time(inputs));
  const hardware::Chip* chip = inputs.chip ? TRY(hardware::find_chip(*inputs.chip)) : nullptr;
  result.available.push_back(TRY(peak_rate(inputs, chip, result.assumptions)));
  std::ranges::copy(inputs.factors, std::back_inserter(result.available));
  result.utilization = TRY(utilization(inputs, chip, result.assumptions));
  return result;
}

Result<Estimates> estimate_run(const Run& run, const ReadFile& read_file,
                               const uncertainty::Options& options) {
  Estimates result{.missing = missing_inputs(run)};
  const auto by_stated_factors = [](const Phase& phase) -> Result<PhaseProduct> {
    return count_phase(*phase.counting);
  };
  const auto by_layers = [&](const Phase& phase) -> Result<PhaseProduct> {
    result.examples.push_back(TRY(count_example(*phase.counting, read_file)));
    return count_layers(*phase.counting, result.examples.back());
  };
  const auto by_time = [&](const Phase& phase) -> Result<PhaseProduct> {
    HardwareFactors resolved = TRY(resolve(*phase.hardware));
    result.available_operations += product(resolved.available);
    return time_phase(*phase.hardware, std::move(resolved));
  };
  result.stated_count =
      TRY(sum_phases(run, "counting", has_stated_count, by_stated_factors, options));
  result.counted = TRY(sum_phases(run, "counting", has_network, by_layers, options));
  result.hardware = TRY(sum_phases(run, "hardware", has_hardware, by_time, options));
  return result;
}

std::vector<Factor> six_per_parameter(Uncertain parameters) {
  return {{.name = "operations per parameter and token", .value = 6},
          {.name = "parameters", .value = std::move(parameters)}};
}

double product(std::span<const Factor> factors) {
  double result = 1;
  for (const Factor& factor : factors) result *= std::pow(factor.value.mid(), factor.power);
  return result;
}

std::string to_text(std::span<const Factor> factors) {
  std::vector<std::string> parts;
  for (const Factor& factor : factors) {
    const std::string power = factor.power == 1 ? "" : fmt::format("^{}", factor.power);
    parts.push_back(fmt::format("{}{} {}", to_text(factor.value), power, factor.name));
  }
  return join(parts, " x ");
}

}  // namespace pfsday::estimate
