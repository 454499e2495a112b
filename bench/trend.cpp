// Tables of 10,000 systems: reading them and the rules of selection, on one thread.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "stats/random.h"
#include "trend/fit.h"
#include "trend/influence.h"
#include "trend/select.h"
#include "trend/table.h"

namespace {

using namespace pfsday::trend;

constexpr std::size_t table_rows = 10'000;

/// Growth with scatter over 15 years; every third row is notable, every tenth a fine-tune.
std::string make_table(std::size_t rows) {
  pfsday::stats::RandomStream random(2018, 0);
  std::string csv =
      "Model,Publication date,Training compute (FLOP),Domain,Organization,Notability criteria,Base "
      "model\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const pfsday::units::Date date{14610 + static_cast<int>(random.below(5479))};
    const double y = 17 + 0.5 * (date.days - 14610) / 365.25 + 1.2 * random.normal();
    csv += fmt::format("Model {},{},{:.4g},{},Organization {},{},{}\n", i,
                       pfsday::units::to_string(date), std::pow(10, y),
                       i % 2 == 0 ? "Language" : "\"Vision,Language\"", i % 97,
                       i % 3 == 0 ? "SOTA improvement" : "", i % 10 == 0 ? "Model 1" : "");
  }
  return csv;
}

std::vector<System> systems_of(std::size_t rows) {
  return read_systems(make_table(rows), {})->systems;
}

void read_table(benchmark::State& state) {
  const std::string csv = make_table(table_rows);
  for (auto _ : state) benchmark::DoNotOptimize(read_systems(csv, {}));
}

void selection(benchmark::State& state, std::string_view words) {
  const std::vector<System> systems = systems_of(table_rows);
  Selection rule;
  if (!add_words(rule, words)) return state.SkipWithError("no selection");
  for (auto _ : state) benchmark::DoNotOptimize(select(systems, rule, Quantity::compute));
}

void leave_one_out_of_top_10(benchmark::State& state, bool reselect) {
  const std::vector<System> systems = systems_of(1000);
  const Selection rule{.rule = Rule::top, .top = 10};
  const Fit fit = *fit_exponential(*select(systems, rule, Quantity::compute), {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        leave_one_out(fit, {.systems = systems, .selection = rule, .reselect = reselect}));
  }
}

BENCHMARK(read_table)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(selection, all, "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(selection, notable_top_10, "notable,top-10")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(selection, records, "records")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(selection, large_scale, "no-fine-tunes,large-scale")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(leave_one_out_of_top_10, kept, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(leave_one_out_of_top_10, reselected, true)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
