#include "telemetry/differences.h"

#include <fmt/format.h>

#include <cmath>

#include "units/print.h"

namespace pfsday::telemetry {
namespace {

using units::to_si;
using units::to_significant;

/// Logs print 4 or 5 digits, and a product of two of them less.
constexpr double rounding = 0.002;

bool is_same(double a, double b) { return std::abs(a / b - 1) <= rounding; }

/// What each framework counts.
std::string_view rule_of(LogFormat format) {
  switch (format) {
    case LogFormat::megatron:
      return "Megatron-LM counts the products of the layers and of the padded vocabulary, forward "
             "x 3, with attention over half of the pairs (over all before 2025), and nothing that "
             "is computed again (num_floating_point_operations in megatron/training/training.py)";
    case LogFormat::torchtitan:
      return "torchtitan counts 6 x (parameters - embedding) + 12 x layers x heads x head size x "
             "sequence: attention over all pairs, nothing that is computed again";
    case LogFormat::maxtext:
      return "MaxText counts the products of the layers and of the vocabulary, forward x 3, with "
             "attention over half of the pairs (over all in older versions), and nothing that is "
             "computed again (docs/reference/performance_metrics.md)";
  }
  return {};
}

/// The number of parameters that would make ours theirs.
std::string implied_parameters(double theirs, double ours, double known, std::string_view where) {
  const double implied = known + (theirs - ours) / 6;
  return fmt::format("{}it would be our count of {} parameters, {:+.2f} % of {}", where,
                     to_significant(implied), (implied / known - 1) * 100, to_significant(known));
}

Difference token_difference(const LoggedRun& run, const ModelWork& work, double theirs) {
  Difference difference{.what = "operations for a token", .log = theirs, .ours = work.full};
  difference.reasons.emplace_back(rule_of(run.format));
  const auto add = [&](std::string reason) { difference.reasons.push_back(std::move(reason)); };
  const bool has_pairs = work.causal < work.full;
  if (is_same(theirs, work.full)) {
    add(fmt::format("it is our count{}, within the digits that it prints",
                    has_pairs ? " over all pairs" : ""));
  } else if (has_pairs && is_same(theirs, work.causal)) {
    add("it is our count over unmasked pairs, within the digits that it prints");
  } else if (work.parameters && has_pairs) {
    add(implied_parameters(theirs, work.full, *work.parameters, "over all pairs, "));
    add(implied_parameters(theirs, work.causal, *work.parameters, "over unmasked pairs, "));
  } else if (work.parameters) {
    add(implied_parameters(theirs, work.full, *work.parameters, ""));
  }
  return difference;
}

std::optional<Difference> peak_difference(const LoggedRun& run, const AssessmentInputs& inputs) {
  if (!run.log_peak || inputs.peak.rate <= 0) return std::nullopt;
  Difference difference{.what = "peak of a device", .log = *run.log_peak, .ours = inputs.peak.rate};
  difference.reasons.push_back(
      is_same(*run.log_peak, inputs.peak.rate)
          ? "the log's own share refers to the same peak"
          : fmt::format("the log's own share refers to {}, as its rate over its share says: "
                        "another variant, format or table of peaks",
                        to_si(*run.log_peak, "FLOP/s")));
  return difference;
}

/// The mean of what the lines print, against all work over all time.
std::optional<Difference> mean_difference(const LoggedRun& run, const DeviceUse& all) {
  if (!all.sums.mean_of_rates || !all.sums.rate) return std::nullopt;
  if (std::abs(*all.sums.mean_of_rates / *all.sums.rate - 1) <= 0.01) return std::nullopt;
  Difference difference{
      .what = "mean of the printed rates", .log = *all.sums.mean_of_rates, .ours = *all.sums.rate};
  difference.reasons.emplace_back(
      "a mean of rates weighs a short step like a long one: ours is the sum of the work over the "
      "sum of the time");
  const bool is_dispatched =
      run.lines_of(StepKind::dispatched) > 0 ||
      (run.format == LogFormat::maxtext && run.lines_of(StepKind::warm_up) > 0);
  if (is_dispatched) {
    difference.reasons.emplace_back(
        "steps are dispatched before they end: the time of one is printed with a later one, and "
        "the work of the last may be missing from the time; steady steps have neither");
  }
  return difference;
}

}  // namespace

std::vector<Difference> find_differences(const LoggedRun& run, const AssessmentInputs& inputs,
                                         const Assessment& result) {
  std::vector<Difference> all;
  if (inputs.work != nullptr && result.token_operations) {
    all.push_back(token_difference(run, *inputs.work, *result.token_operations));
  }
  if (auto peak = peak_difference(run, inputs)) all.push_back(std::move(*peak));
  if (auto mean = mean_difference(run, result.all)) all.push_back(std::move(*mean));
  return all;
}

}  // namespace pfsday::telemetry
