// Fits and bootstraps on fixed random points, on one thread. bench/compare_stats.py runs numpy,
// statsmodels and R on the same tasks where they are installed, and prints the ratios.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "stats/bootstrap.h"
#include "stats/break_inference.h"
#include "stats/breaks.h"
#include "stats/line.h"
#include "stats/quantile_line.h"
#include "stats/random.h"
#include "stats/theil_sen.h"

namespace {

using namespace pfsday::stats;

struct Data {
  std::vector<double> x, y;
};

/// Points over 15 years, the slope of which changes at 8.
Data make_points(std::size_t n) {
  RandomStream random(2018, n);
  Data data;
  for (std::size_t i = 0; i < n; ++i) data.x.push_back(random.uniform(0, 15));
  std::ranges::sort(data.x);
  for (const double x : data.x) {
    data.y.push_back(17 + 0.4 * x + 0.5 * std::max(0.0, x - 8) + 1.2 * random.normal());
  }
  return data;
}

void ols_line(benchmark::State& state) {
  const Data data = make_points(1000);
  for (auto _ : state) benchmark::DoNotOptimize(fit_line(data.x, data.y));
}

void ols_bootstrap(benchmark::State& state) {
  const Data data = make_points(1000);
  for (auto _ : state) benchmark::DoNotOptimize(bootstrap_line(data.x, data.y, {}));
}

void quantile_line(benchmark::State& state) {
  const Data data = make_points(1000);
  for (auto _ : state) benchmark::DoNotOptimize(fit_quantile_line(data.x, data.y, 0.9));
}

void theil_sen(benchmark::State& state) {
  const Data data = make_points(1000);
  for (auto _ : state) benchmark::DoNotOptimize(fit_theil_sen(data.x, data.y, 0.9));
}

void two_breaks(benchmark::State& state, Joint joint) {
  const Data data = make_points(428);
  const BreakOptions options = {.joint = joint, .least_points = 42};
  for (auto _ : state) benchmark::DoNotOptimize(fit_breaks(data.x, data.y, options));
}

void two_breaks_bootstrap(benchmark::State& state, Joint joint) {
  const Data data = make_points(428);
  const BreakOptions options = {.joint = joint, .least_points = 10, .least_length = 1};
  for (auto _ : state) {
    benchmark::DoNotOptimize(bootstrap_breaks(data.x, data.y, options, {.draws = 1000}));
  }
}

void four_hinges(benchmark::State& state) {
  const Data data = make_points(428);
  const BreakOptions options = {.most = 4, .least_length = 1};
  for (auto _ : state) benchmark::DoNotOptimize(fit_breaks(data.x, data.y, options));
}

BENCHMARK(ols_line)->Unit(benchmark::kMillisecond);
BENCHMARK(ols_bootstrap)->Unit(benchmark::kMillisecond);
BENCHMARK(quantile_line)->Unit(benchmark::kMillisecond);
BENCHMARK(theil_sen)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(two_breaks, hinge, Joint::hinge)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(two_breaks, jump, Joint::jump)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(two_breaks_bootstrap, hinge, Joint::hinge)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(two_breaks_bootstrap, jump, Joint::jump)->Unit(benchmark::kMillisecond);
BENCHMARK(four_hinges)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
