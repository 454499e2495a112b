#include "trend/limits.h"

#include <fmt/format.h>

#include <cmath>

#include "trend/growth.h"
#include "trend/ruler.h"
#include "units/print.h"
#include "units/quantity.h"

namespace pfsday::trend {
namespace {

Limit critical_batch() {
  Limit limit{.name = "critical batch size",
              .formula =
                  "S = S_min (1 + B_crit / B), E = E_min (1 + B / B_crit), B_crit = E_min / "
                  "S_min, about tr(Sigma) / |G|^2",
              .source =
                  "McCandlish, Kaplan, Amodei et al. 2018, An Empirical Model of Large-Batch "
                  "Training",
              .url = "https://arxiv.org/abs/1812.06162",
              .caveat =
                  "B_crit grows as the loss falls, so that later and larger runs may use "
                  "larger batches"};
  for (const double ratio : {0.1, 1.0, 10.0}) {
    limit.calculation.push_back(
        fmt::format("B = {:g} B_crit: {:.3g} times the fewest steps, {:.3g} times the fewest "
                    "examples",
                    ratio, steps_over_fewest(ratio), examples_over_fewest(ratio)));
  }
  return limit;
}

Limit run_length() {
  Limit limit{.name = "length of a run",
              .formula = "L = 12 / (ln h + ln a) months, where L h^-L a^-L is largest",
              .source =
                  "Sevilla et al. 2022, The Longest Training Run; Epoch AI 2025, Frontier "
                  "training runs (a = 3); h: Hobbhahn and Besiroglu 2022",
              .url = "https://epoch.ai/blog/the-longest-training-run",
              .caveat =
                  "for a run with a fixed end; data on past runs do not show that they were "
                  "planned so (lesswrong.com/posts/DaeHpWxvht43zaaje)"};
  const double hardware = factor_over(*find_ruler("gpu-price"), 1);
  for (const double algorithms : {1.7, 3.0}) {
    limit.calculation.push_back(fmt::format(
        "chips {:.3g}x a year per dollar (h), algorithms {:g}x a year (a): {:.3g} months", hardware,
        algorithms, longest_useful_months(hardware, algorithms)));
  }
  return limit;
}

Limit data_movement(std::string name, double flop) {
  constexpr double days = days_per_year / 4;
  return {.name = std::move(name),
          .formula = "C / t, for a run of three months",
          .calculation = {fmt::format("{} FLOP / {:.4g} days = {} FLOP/s on average",
                                      units::to_significant(flop), days,
                                      units::to_significant(rate_over(flop, days), 3))},
          .source =
              "Erdil and Schneider-Joseph 2024, Data movement limits to frontier model "
              "training",
          .url = "https://arxiv.org/abs/2411.01137",
          .caveat =
              "the authors' blog has twice as much; larger batches and flatter models move it "
              "up",
          .flop = flop};
}

}  // namespace

std::vector<Limit> limits() {
  return {critical_batch(), run_length(),
          data_movement("data movement: utilization begins to fall", 1e28),
          data_movement("data movement: not feasible, even at low utilization", 1e31)};
}

double steps_over_fewest(double ratio) { return 1 + 1 / ratio; }

double examples_over_fewest(double ratio) { return 1 + ratio; }

double longest_useful_months(double hardware_factor, double algorithm_factor) {
  return 12 / (std::log(hardware_factor) + std::log(algorithm_factor));
}

double rate_over(double operations, double days) {
  return operations / (days * units::seconds_per_day);
}

}  // namespace pfsday::trend
