#include "estimate/item.h"

#include <fmt/format.h>

#include <algorithm>

namespace pfsday::estimate {
namespace {

Summand count_phase(const CountingInputs& inputs) {
  Summand product{.method = "counting", .factors = inputs.per_example, .assumptions = inputs.notes};
  std::ranges::copy(inputs.repeats, std::back_inserter(product.factors));
  return product;
}

Summand count_layers(const CountingInputs& inputs, const CountedExample& example) {
  const std::string_view passes =
      example.passes == Passes::training ? "forward and both gradients" : "forward";
  Summand product{
      .method = "counting",
      .factors = {{.name = fmt::format("operations per {}, {}", example.example, passes),
                   .value = example.operations}},
      .assumptions = example.notes};
  std::ranges::copy(inputs.repeats, std::back_inserter(product.factors));
  if (example.uncounted_nodes == 0) return product;
  product.complete = false;
  product.assumptions.push_back(fmt::format(
      "a lower bound: {} nodes of the model cannot be counted (pfsday count lists them)",
      example.uncounted_nodes));
  return product;
}

Summand time_phase(const HardwareInputs& inputs, const HardwareFactors& resolved) {
  Summand product{
      .method = "hardware", .factors = resolved.available, .assumptions = resolved.assumptions};
  product.factors.push_back(resolved.utilization);
  std::ranges::copy(inputs.notes, std::back_inserter(product.assumptions));
  return product;
}

Summand meter_phase(const Metered& metered) {
  Summand product{.method = "metered", .factors = metered.factors, .assumptions = {metered.how}};
  if (metered.kind == "counters") {
    product.assumptions.emplace_back(
        "counters see every operation that was executed, recomputed and padded ones among them");
  }
  return product;
}

Summand report_phase(const Reported& reported) {
  return {.method = "reported",
          .factors = {{.name = fmt::format("operations as reported ({})", reported.basis),
                       .value = reported.operations,
                       .note = reported.note}}};
}

Result<void> count_phase_into(PhaseProducts& products, const Phase& phase,
                              const ReadFile& read_file) {
  const CountingInputs& inputs = *phase.counting;
  if (!inputs.per_example.empty()) products.stated = count_phase(inputs);
  if (!inputs.network) return {};
  products.example = TRY(count_example(inputs, phase.passes, read_file));
  products.layers = count_layers(inputs, *products.example);
  return {};
}

/// What the phase asks for.
const Summand* find_method(const PhaseProducts& products, std::string_view method) {
  const auto pointer = [](const std::optional<Summand>& product) {
    return product ? &*product : nullptr;
  };
  if (method == "counting") return products.counting();
  if (method == "hardware") return pointer(products.hardware);
  if (method == "metered") return pointer(products.metered);
  if (method == "reported") return pointer(products.reported);
  return nullptr;
}

/// Where a figure holds what was recomputed and the view leaves that out, or the other way round.
void note_recompute(const Phase& phase, const View& view, Summand& best) {
  if (best.method != "hardware" || phase.passes != Passes::training) return;
  const UtilizationKind kind = phase.hardware->utilization_kind;
  if (kind == UtilizationKind::assumed) return;
  const bool out = leaves_out(view, Purpose::recompute, Passes::forward);
  if (out == (kind == UtilizationKind::mfu)) return;
  best.assumptions.push_back(
      out ? fmt::format("a utilization of kind {} covers recomputed activations, if there are any, "
                        "which {} leaves out",
                        to_string(kind), view.id)
          : fmt::format("a utilization of kind {} does not cover recomputed activations, which {} "
                        "does not leave out",
                        to_string(kind), view.id));
}

void label(Summand& summand, std::string_view text) {
  summand.label = fmt::format("{}: {}", text, summand.label);
}

/// Amounts of different files are different variables, whatever their names.
void name_apart(Summand& summand, std::string_view run) {
  for (Factor& factor : summand.factors) {
    if (!factor.value.name.empty())
      factor.value.name = fmt::format("{}/{}", run, factor.value.name);
  }
}

/// The total of an ancestor's own phases under the view, or what it prints, or what is stated of
/// it.
Result<std::vector<Summand>> summands_of(const Ancestor& ancestor, const View& view,
                                         const uncertainty::Options& options) {
  if (!ancestor.run) {
    return std::vector<Summand>{
        {.method = "reported",
         .factors = {{.name = "operations as stated", .value = *ancestor.link.operations}}}};
  }
  const Run& run = *ancestor.run;
  std::vector<PhaseProducts> products;
  for (const Phase& phase : run.phases) {
    products.push_back(TRY(multiply_phase(phase, ancestor.read_file)));
  }
  Itemized own = TRY(itemize_phases(run, products, view, options));
  if (own.counted.empty() && run.phases.empty() && run.printed.total) {
    own.counted.push_back({.method = "reported",
                           .factors = {{.name = "operations as its source prints them",
                                        .value = run.printed.total->operations()}}});
  }
  for (Summand& summand : own.counted) name_apart(summand, run.id);
  return std::move(own.counted);
}

/// Empty where nothing of it counts.
Result<std::vector<Summand>> counted_summands(const Ancestor& ancestor, const View& view,
                                              const uncertainty::Options& options) {
  auto summands = TRY(in_file(ancestor.path, summands_of(ancestor, view, options)));
  if (summands.empty() && ancestor.run->phases.empty()) {
    return fail_at(ancestor.link.place, Code::run_input_missing,
                   fmt::format("run \"{}\" has no estimate", ancestor.name()),
                   "give it a phase, or state its compute here: flop = ..., name = ...");
  }
  return summands;
}

/// Counted once, and only with the run that builds on it.
Result<Decision> decide_ancestor(const Ancestor& ancestor, const View& view,
                                 std::span<const Item> before) {
  const auto counted = std::ranges::find_if(before, [&](const Item& other) {
    return ancestor.run && other.decision.counted && other.run == ancestor.run->id;
  });
  if (counted != before.end()) {
    return Decision{.why = fmt::format("counted already as \"{}\"", counted->name)};
  }
  if (ancestor.child && !before[*ancestor.child].decision.counted) {
    return Decision{.why = fmt::format("\"{}\", which builds on it, is not counted",
                                       before[*ancestor.child].name)};
  }
  const std::string name = ancestor.name();
  return decide(view, {.name = name,
                       .purpose = purpose_of(ancestor.link.relation),
                       .judgements = ancestor.link.judgements,
                       .place = ancestor.link.place});
}

Result<void> add_ancestor(const Ancestor& ancestor, const View& view,
                          const uncertainty::Options& options, Itemized& all) {
  Item item{.name = ancestor.name(),
            .purpose = purpose_of(ancestor.link.relation),
            .relation = ancestor.link.relation};
  item.decision = TRY(decide_ancestor(ancestor, view, all.items));
  if (ancestor.run) item.run = ancestor.run->id;
  auto summands = item.decision.counted
                      ? TRY(counted_summands(ancestor, view, options))
                      : summands_of(ancestor, view, options).value_or(std::vector<Summand>{});
  if (!summands.empty()) item.estimate = TRY(add_up(summands, options));
  if (!ancestor.link.note.empty() && item.estimate) {
    item.estimate->assumptions.push_back(ancestor.link.note);
  }
  if (item.decision.counted) {
    for (Summand& summand : summands) {
      label(summand, item.name);
      all.counted.push_back(std::move(summand));
    }
  }
  all.items.push_back(std::move(item));
  return {};
}

}  // namespace

const Summand* PhaseProducts::counting() const {
  if (stated) return &*stated;
  return layers ? &*layers : nullptr;
}

Result<PhaseProducts> multiply_phase(const Phase& phase, const ReadFile& read_file) {
  PhaseProducts products;
  if (phase.counting) TRY(count_phase_into(products, phase, read_file));
  if (phase.hardware) {
    products.time = TRY(at_place(phase.place, resolve(*phase.hardware)));
    products.hardware = time_phase(*phase.hardware, *products.time);
  }
  if (phase.metered) products.metered = meter_phase(*phase.metered);
  if (phase.reported) products.reported = report_phase(*phase.reported);
  return products;
}

const Summand& best_of(const PhaseProducts& products, const Phase& phase) {
  if (const Summand* asked = find_method(products, phase.method)) return *asked;
  const Summand* const counting = products.counting();
  if (counting != nullptr && counting->complete) return *counting;
  for (const auto* product : {&products.metered, &products.hardware, &products.reported}) {
    if (*product) return **product;
  }
  return *counting;
}

Result<Itemized> itemize_phases(const Run& run, std::span<const PhaseProducts> products,
                                const View& view, const uncertainty::Options& options) {
  Itemized all;
  for (std::size_t i = 0; i < run.phases.size(); ++i) {
    const Phase& phase = run.phases[i];
    Summand best = best_of(products[i], phase);
    note_recompute(phase, view, best);
    Item item{.name = phase.name,
              .purpose = phase.purpose,
              .passes = phase.passes,
              .start = phase.start,
              .end = phase.end};
    item.estimate = TRY(add_up({&best, 1}, options));
    item.decision = TRY(decide(view, phase.subject()));
    if (item.decision.counted) {
      if (run.phases.size() > 1) label(best, phase.name);
      all.counted.push_back(std::move(best));
    }
    all.items.push_back(std::move(item));
  }
  return all;
}

Result<Itemized> itemize_lineage(const Run& run, const ReadFile& read_file, const View& view,
                                 const uncertainty::Options& options) {
  Itemized all;
  for (const Ancestor& ancestor : TRY(trace_lineage(run, read_file))) {
    TRY(add_ancestor(ancestor, view, options, all));
  }
  return all;
}

}  // namespace pfsday::estimate
