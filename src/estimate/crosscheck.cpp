#include "estimate/crosscheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "estimate/quotient.h"
#include "units/count.h"
#include "units/print.h"

namespace pfsday::estimate {
namespace {

constexpr double slip_tolerance = 0.01;
constexpr double operations_per_pf = 1e15;

/// "34.5 % lower": how far a is from b.
std::string difference(double a, double b) {
  const double share = a / b - 1;
  return fmt::format("{:.1f} % {}", 100 * std::abs(share), share < 0 ? "lower" : "higher");
}

/// 724406816 as "724,406,816".
std::string grouped(double value) {
  if (value >= 1e15) return units::to_significant(value);
  return units::to_grouped(units::Count(std::llround(value)));
}

std::string with_note(std::string text, const std::string& note) {
  return note.empty() ? text : fmt::format("{}; {}", text, note);
}

/// Says where a printed figure differs from its recomputation; true if that is a slip.
bool explain_slip(std::string_view method, const std::optional<PrintedFigure>& printed,
                  const std::optional<Estimate>& recomputed, std::vector<std::string>& notes) {
  if (!printed || !recomputed) return false;
  const double stated = printed->operations();
  const double product = recomputed->operations.mid;
  if (std::abs(stated / product - 1) <= slip_tolerance) return false;
  notes.push_back(
      with_note(fmt::format("{}: prints {} PF; its own factors give {} PF (printed is {})", method,
                            to_pf_text(stated), to_pf_text(product), difference(stated, product)),
                printed->note));
  return true;
}

/// How the layers that we count compare with the add-multiplies that the source states.
std::string explain_example(const CountedExample& counted) {
  std::string text = fmt::format("layers: {} add-multiplies per {}",
                                 grouped(counted.add_multiplies), counted.example);
  if (counted.is_step_in_file) {
    text += " in all passes of the step";
  } else if (counted.stated_add_multiplies) {
    const double stated = *counted.stated_add_multiplies;
    text += stated == counted.add_multiplies
                ? ", as stated"
                : fmt::format(", {} than the stated {}", difference(counted.add_multiplies, stated),
                              grouped(stated));
  }
  if (counted.passes == Passes::training && !counted.is_step_in_file) {
    text += fmt::format("; forward and both gradients take {} x the forward pass",
                        units::to_significant(counted.operations / counted.forward_operations));
  }
  if (counted.uncounted_nodes > 0) {
    text += fmt::format("; a lower bound: {} nodes are not counted", counted.uncounted_nodes);
  }
  return with_note(text, counted.why);
}

bool is_inside(double value, const Amount& interval) {
  return value >= *interval.low && value <= *interval.high;
}

/// Intervals that overlap, while a middle is outside the other one.
bool is_tension(const Amount& a, const Amount& b) {
  if (!a.low || !b.low) return false;
  const bool overlap = *a.low <= *b.high && *b.low <= *a.high;
  return overlap && (!is_inside(a.mid, b) || !is_inside(b.mid, a));
}

/// max(ratio, 1 / ratio) at most the tolerance; a millionth of a millionth is rounding.
bool is_consistent(const Crosscheck& check) {
  const double ratio = check.ratio->mid;
  return std::max(ratio, 1 / ratio) <= check.tolerance * (1 + 1e-12);
}

Verdict judge(const Crosscheck& check) {
  const Estimates& estimates = check.estimates;
  if (estimates.headline() == nullptr) return Verdict::none;
  if (!check.ratio) return Verdict::single;
  if (is_tension(estimates.counting()->operations, estimates.hardware->operations)) {
    return Verdict::tension;
  }
  return is_consistent(check) ? Verdict::consistent : Verdict::conflict;
}

/// What the implied utilization means, in words.
std::string words_for(double share, double ratio) {
  if (share > 1) {
    return fmt::format(
        "the count exceeds what the chips could do at their peak: it would need {} times the "
        "chips, the time or the peak rate",
        units::to_significant(share));
  }
  return fmt::format("the count implies a utilization of {}: either that was reached, or {}",
                     units::to_significant(share),
                     ratio > 1 ? "some of the chips' time went into work that is not counted"
                               : "the count is too high, or the chips, the time or the peak "
                                 "too low");
}

/// The gap in words, of a conflict.
void note_gap(Crosscheck& check) {
  if (check.verdict != Verdict::conflict) return;
  const double ratio = check.ratio->mid;
  check.notes.push_back(fmt::format("hardware time is {} x the count, beyond the tolerance of {}",
                                    units::to_significant(ratio),
                                    units::to_significant(check.tolerance)));
  check.notes.push_back(words_for(check.implied_utilization->mid, ratio));
}

/// The summands of both methods, over the phases that count.
struct BothMethods {
  std::vector<Summand> counting = {};
  std::vector<Summand> hardware = {};
  std::vector<Summand> available = {};  ///< of all chips at their peak over the whole time
};

BothMethods methods_of(const Run& run, const Estimates& estimates) {
  BothMethods both;
  for (const std::size_t i : estimates.counted_phases()) {
    const PhaseProducts& products = estimates.products[i];
    const std::string label = fmt::format("{}: ", run.phases[i].name);
    both.counting.push_back(*products.counting());
    both.hardware.push_back(*products.hardware);
    both.available.push_back({.factors = products.time->available});
    for (auto* summands : {&both.counting, &both.hardware, &both.available}) {
      summands->back().label = label;
    }
  }
  return both;
}

/// By the factors that are in use; of counting, those of the estimate that `counting()` is.
Result<void> compare_methods(const Run& run, const uncertainty::Options& options,
                             Crosscheck& check) {
  const BothMethods both = methods_of(run, check.estimates);
  const Quotient ratio = TRY(divide(both.hardware, both.counting, options));
  const Quotient implied = TRY(divide(both.counting, both.available, options));
  check.ratio = ratio.amount;
  check.implied_utilization = implied.amount;
  if (!ratio.note.empty()) check.notes.push_back(ratio.note);
  return {};
}

/// The one that all values are; else none.
template <class T>
T common(const std::vector<T>& values) {
  const bool same =
      std::ranges::all_of(values, [&](const T& one) { return one == values.front(); });
  return same ? values.front() : T{};
}

/// Chip-hours of such chips, at such a peak, by such models.
PriorQuery query_of(const Run& run, const Estimates& estimates) {
  std::vector<std::string> chips, formats;
  bool has_mixture = false;
  for (const std::size_t i : estimates.counted_phases()) {
    const PeakInUse& peak = estimates.products[i].time->peak;
    chips.emplace_back(peak.chip == nullptr ? "" : peak.chip->id);
    formats.push_back(peak.format);
    has_mixture = has_mixture || run.phases[i].counting->is_mixture.value_or(false);
  }
  return {.basis = UtilizationBasis::whole_run,
          .chip = common(chips),
          .format = common(formats),
          .architecture = has_mixture ? Architecture::mixture : Architecture::dense};
}

/// What goes beyond the verdict.
Result<void> go_deeper(const Run& run, const CrosscheckOptions& options, Crosscheck& check) {
  const Estimates& estimates = check.estimates;
  const double implied = check.implied_utilization->mid;
  check.place = place_in_prior(implied, query_of(run, estimates));
  if (check.verdict == Verdict::conflict || options.depth == Depth::all) {
    check.explanations = TRY(explain({.run = &run,
                                      .estimates = &estimates,
                                      .place = &*check.place,
                                      .ratio = check.ratio->mid,
                                      .implied_utilization = implied,
                                      .tolerance = check.tolerance,
                                      .read_file = &options.read_file}));
  }
  if (check.verdict != Verdict::consistent) {
    check.combination.missing = "the methods are not consistent";
    return {};
  }
  check.combination = TRY(combine(run, estimates, *check.place, options.uncertainty));
  return {};
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  constexpr std::string_view names[] = {"consistent", "tension", "conflict", "single", "none"};
  return names[static_cast<std::size_t>(verdict)];
}

Result<Crosscheck> crosscheck(const Run& run, const CrosscheckOptions& options) {
  Crosscheck check{.estimates = TRY(estimate_run(run, {.read_file = options.read_file,
                                                       .view = options.view,
                                                       .uncertainty = options.uncertainty})),
                   .tolerance = options.tolerance};
  const Estimates& estimates = check.estimates;
  check.counting_slips =
      explain_slip("counting", run.printed.counting, estimates.stated_count, check.notes);
  check.hardware_slips =
      explain_slip("hardware", run.printed.hardware, estimates.hardware, check.notes);
  for (const CountedExample& example : estimates.examples) {
    check.notes.push_back(explain_example(example));
  }
  if (estimates.counting() != nullptr && estimates.hardware) {
    TRY(compare_methods(run, options.uncertainty, check));
  }
  check.verdict = judge(check);
  note_gap(check);
  if (check.ratio && options.depth != Depth::verdict) TRY(go_deeper(run, options, check));
  return check;
}

UtilizationKind kind_of_implied(const Run& run, const Estimates& estimates) {
  const bool recomputes = std::ranges::any_of(estimates.counted_phases(), [&](std::size_t i) {
    return run.phases[i].purpose == Purpose::recompute;
  });
  return recomputes ? UtilizationKind::hfu : UtilizationKind::mfu;
}

std::string to_pf_text(double operations) {
  const double pf = operations / operations_per_pf;
  if (pf < 1000 || pf >= 1e6) return units::to_significant(pf);
  return grouped(pf);
}

}  // namespace pfsday::estimate
