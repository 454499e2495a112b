#include "estimate/method.h"

#include <fmt/format.h>

#include <algorithm>

namespace pfsday::estimate {
namespace {

/// The phases that the view counts, with their products.
struct CountedPhases {
  std::vector<const Phase*> phases = {};
  std::vector<const PhaseProducts*> products = {};
};

CountedPhases counted_phases(const Run& run, std::span<const PhaseProducts> products,
                             std::span<const Item> items) {
  CountedPhases counted;
  for (std::size_t i = 0; i < run.phases.size(); ++i) {
    if (!items[i].decision.counted) continue;
    counted.phases.push_back(&run.phases[i]);
    counted.products.push_back(&products[i]);
  }
  return counted;
}

std::vector<std::string> missing_inputs(const Run& run, const CountedPhases& counted) {
  std::vector<std::string> missing;
  for (const Phase* phase : counted.phases) {
    if (!phase->counting) missing.push_back(fmt::format("counting inputs of \"{}\"", phase->name));
    if (!phase->hardware) missing.push_back(fmt::format("hardware inputs of \"{}\"", phase->name));
  }
  if (run.phases.empty()) missing.emplace_back("a phase with counting or hardware inputs");
  return missing;
}

/// One method: the product of each counted phase, summed; none unless every one has the inputs.
Result<std::optional<Estimate>> sum_phases(const CountedPhases& counted,
                                           const Summand* (*product_of)(const PhaseProducts&),
                                           bool labeled, const uncertainty::Options& options) {
  std::vector<Summand> summands;
  for (std::size_t i = 0; i < counted.phases.size(); ++i) {
    const Summand* const product = product_of(*counted.products[i]);
    if (product == nullptr) return std::optional<Estimate>{};
    summands.push_back(*product);
    if (labeled) summands.back().label = fmt::format("{}: ", counted.phases[i]->name);
  }
  if (summands.empty()) return std::optional<Estimate>{};
  return std::optional(TRY(add_up(summands, options)));
}

const Summand* by_counting(const PhaseProducts& products) { return products.counting(); }
const Summand* by_layers(const PhaseProducts& products) {
  return products.layers ? &*products.layers : nullptr;
}
const Summand* by_time(const PhaseProducts& products) {
  return products.hardware ? &*products.hardware : nullptr;
}

bool states_factors(const PhaseProducts* products) { return products->stated.has_value(); }

/// Both methods over the phases that are counted.
Result<void> apply_methods(const Run& run, const CountedPhases& counted,
                           const uncertainty::Options& options, Estimates& result) {
  const bool labeled = run.phases.size() > 1;
  if (std::ranges::any_of(counted.products, states_factors)) {
    result.stated_count = TRY(sum_phases(counted, by_counting, labeled, options));
  }
  result.counted = TRY(sum_phases(counted, by_layers, labeled, options));
  result.hardware = TRY(sum_phases(counted, by_time, labeled, options));
  for (const PhaseProducts* products : counted.products) {
    if (products->example) result.examples.push_back(*products->example);
  }
  for (auto* estimate : {&result.stated_count, &result.counted, &result.hardware, &result.total}) {
    if (*estimate) (*estimate)->sources = run.sources;
  }
  return {};
}

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

std::vector<std::size_t> Estimates::counted_phases() const {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < products.size(); ++i) {
    if (items[i].decision.counted) indices.push_back(i);
  }
  return indices;
}

Result<Estimates> estimate_run(const Run& run, const EstimateOptions& options) {
  const View& view = *TRY(find_view(options.view));
  std::vector<PhaseProducts> products;
  for (const Phase& phase : run.phases) {
    products.push_back(TRY(multiply_phase(phase, options.read_file)));
  }
  Itemized own = TRY(itemize_phases(run, products, view, options.uncertainty));
  Itemized lineage = TRY(itemize_lineage(run, options.read_file, view, options.uncertainty));
  const CountedPhases counted = counted_phases(run, products, own.items);
  Estimates result{.missing = missing_inputs(run, counted), .view = &view};
  const bool alone = lineage.counted.empty() || run.phases.size() != 1 || own.counted.empty();
  if (!alone) own.counted.front().label = fmt::format("{}: ", run.phases.front().name);
  std::ranges::move(lineage.counted, std::back_inserter(own.counted));
  if (!own.counted.empty()) result.total = TRY(add_up(own.counted, options.uncertainty));
  TRY(apply_methods(run, counted, options.uncertainty, result));
  result.items = std::move(own.items);
  std::ranges::move(lineage.items, std::back_inserter(result.items));
  result.products = std::move(products);
  return result;
}

}  // namespace pfsday::estimate
