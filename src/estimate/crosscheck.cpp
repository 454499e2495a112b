#include "estimate/crosscheck.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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
                  const std::optional<Estimate>& recomputed,
                  std::vector<std::string>& explanations) {
  if (!printed || !recomputed) return false;
  const double stated = printed->operations();
  const double product = recomputed->operations.mid;
  if (std::abs(stated / product - 1) <= slip_tolerance) return false;
  explanations.push_back(
      with_note(fmt::format("{}: prints {} PF; its own factors give {} PF (printed is {})", method,
                            to_pf_text(stated), to_pf_text(product), difference(stated, product)),
                printed->note));
  return true;
}

/// How the layers that we count compare with the add-multiplies that the source states.
std::string explain_example(const CountedExample& counted) {
  std::string text = fmt::format("layers: {} add-multiplies per {}",
                                 grouped(counted.add_multiplies), counted.example);
  if (counted.stated_add_multiplies) {
    const double stated = *counted.stated_add_multiplies;
    text += stated == counted.add_multiplies
                ? ", as stated"
                : fmt::format(", {} than the stated {}", difference(counted.add_multiplies, stated),
                              grouped(stated));
  }
  if (counted.passes == Passes::training) {
    text += fmt::format("; forward and both gradients take {} x the forward pass",
                        units::to_significant(counted.operations / counted.forward_operations));
  }
  if (counted.uncounted_nodes > 0) {
    text += fmt::format("; a lower bound: {} nodes are not counted", counted.uncounted_nodes);
  }
  return with_note(text, counted.why);
}

Verdict judge(const Crosscheck& check) {
  const Estimates& estimates = check.estimates;
  if (estimates.headline() == nullptr) return Verdict::none;
  if (!check.ratio) return Verdict::single;
  const double gap = std::max(*check.ratio, 1 / *check.ratio);
  return gap <= check.tolerance ? Verdict::consistent : Verdict::conflict;
}

void explain_gap(Crosscheck& check) {
  if (check.verdict != Verdict::conflict) return;
  check.explanations.push_back(
      fmt::format("hardware time is {} x the count, beyond the tolerance of {}",
                  units::to_significant(*check.ratio), units::to_significant(check.tolerance)));
  check.explanations.push_back(
      *check.implied_utilization > 1
          ? "the count exceeds what the chips could do at their peak: time, chips or peak rate are "
            "too low, or the count too high"
          : fmt::format("the count implies a utilization of {}: either that was reached, or some "
                        "of the chips' time went into work that is not counted",
                        units::to_significant(*check.implied_utilization)));
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  constexpr std::string_view names[] = {"consistent", "conflict", "single", "none"};
  return names[static_cast<std::size_t>(verdict)];
}

Result<Crosscheck> crosscheck(const Run& run, const CrosscheckOptions& options) {
  Crosscheck check{.estimates = TRY(estimate_run(run, {.read_file = options.read_file,
                                                       .view = options.view,
                                                       .uncertainty = options.uncertainty})),
                   .tolerance = options.tolerance};
  const Estimates& estimates = check.estimates;
  if (estimates.counting() != nullptr && estimates.hardware) {
    const double counted = estimates.counting()->operations.mid;
    check.ratio = estimates.hardware->operations.mid / counted;
    check.implied_utilization = counted / estimates.available_operations;
  }
  check.verdict = judge(check);
  check.counting_slips =
      explain_slip("counting", run.printed.counting, estimates.stated_count, check.explanations);
  check.hardware_slips =
      explain_slip("hardware", run.printed.hardware, estimates.hardware, check.explanations);
  for (const CountedExample& example : estimates.examples) {
    check.explanations.push_back(explain_example(example));
  }
  explain_gap(check);
  return check;
}

std::string to_pf_text(double operations) {
  const double pf = operations / operations_per_pf;
  if (pf < 1000 || pf >= 1e6) return units::to_significant(pf);
  return grouped(pf);
}

}  // namespace pfsday::estimate
