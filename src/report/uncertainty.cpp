#include "report/uncertainty.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/estimate.h"
#include "units/count.h"
#include "units/print.h"
#include "units/quantity.h"

namespace pfsday::report {
namespace {

using uncertainty::Evaluation;
using uncertainty::MonteCarlo;

std::string percent(double share) { return units::to_significant(100 * share, 2) + " %"; }

/// Of the figure that it says least about.
double largest_error(const Evaluation& evaluation, const MonteCarlo& sampled) {
  return std::max({sampled.low_error / evaluation.low, sampled.mid_error / evaluation.mid,
                   sampled.high_error / evaluation.high});
}

std::string origin_text(const Evaluation& evaluation) {
  if (!evaluation.sampled) return "exact, of a product of log-normal inputs";
  const MonteCarlo& sampled = *evaluation.sampled;
  const auto error = [](double of, double figure) { return percent(of / figure); };
  return fmt::format("{} samples, seed {}; Monte Carlo error (99 %): low {}, middle {}, high {}",
                     units::to_grouped(units::Count(sampled.samples)), sampled.seed,
                     error(sampled.low_error, evaluation.low),
                     error(sampled.mid_error, evaluation.mid),
                     error(sampled.high_error, evaluation.high));
}

std::string budget_line(double share, std::string_view label) {
  return fmt::format("  {:>5.1f} %  {}\n", 100 * share, label);
}

}  // namespace

std::string interval_line(const estimate::Estimate& estimate) {
  if (!estimate.interval) return {};
  const Evaluation& interval = *estimate.interval;
  const auto range = [&](double unit) {
    return fmt::format("{} to {}", units::to_significant(interval.low / unit),
                       units::to_significant(interval.high / unit));
  };
  std::string text = fmt::format("  {} from {} FLOP, {} pfs-days", percent(interval.level),
                                 range(1), range(units::operations_per_pfs_day));
  if (interval.sampled) {
    text += fmt::format("; sampled, +- {}", percent(largest_error(interval, *interval.sampled)));
  }
  return text + "\n";
}

std::string uncertainty_text(std::string_view label, const Evaluation& evaluation,
                             std::size_t width) {
  std::string text = indented(
      fmt::format("uncertainty of {}: {}; mean {} FLOP; share of the variance of the logarithm",
                  label, origin_text(evaluation), units::to_significant(evaluation.mean)),
      0, width);
  for (const auto& [input, share] : evaluation.budget) text += budget_line(share, input);
  if (evaluation.unexplained >= 5e-4) {
    text += budget_line(evaluation.unexplained, "beyond the first order");
  }
  return text;
}

void write_uncertainty(JsonWriter& json, const Evaluation& evaluation) {
  json.key("uncertainty").begin_object();
  json.member("level", evaluation.level).member("mean", evaluation.mean);
  json.key("budget").begin_array();
  for (const auto& [input, share] : evaluation.budget) {
    json.begin_object().member("input", input).member("share", share).end_object();
  }
  json.end_array().member("unexplained", evaluation.unexplained).key("monte_carlo");
  if (const auto& sampled = evaluation.sampled) {
    json.begin_object().member("seed", sampled->seed).member("samples", sampled->samples);
    json.member("low_error", sampled->low_error).member("mid_error", sampled->mid_error);
    json.member("high_error", sampled->high_error).end_object();
  } else {
    json.null();
  }
  json.end_object();
}

}  // namespace pfsday::report
