// Monte Carlo of products and sums of uncertain amounts, 10^6 samples with three quantiles, their
// errors and the budget, on one thread. bench/compare_uncertainty.py runs numpy on the first, where
// it is installed, and prints the ratios.

#include <benchmark/benchmark.h>

#include <cassert>
#include <string>

#include "uncertainty/evaluate.h"
#include "uncertainty/sample.h"

namespace {

using namespace pfsday::uncertainty;

/// Adds a product of (k to 10 k), k = 1 to 5, each a variable of its own.
void add_product_of_five(Expression& sum) {
  sum.begin_term();
  for (int k = 1; k <= 5; ++k) {
    Uncertain amount;
    amount.distribution = log_normal_between(k, 10 * k);
    const bool added = sum.multiply(amount, 1, "factor " + std::to_string(k)).has_value();
    assert(added);
    benchmark::DoNotOptimize(added);
  }
}

/// All five are drawn for each sample: `sample` does not look for a closed form.
void product_of_five(benchmark::State& state) {
  Expression product;
  add_product_of_five(product);
  const auto terms = product.terms();
  for (auto _ : state) benchmark::DoNotOptimize(sample(terms, product.variables(), {}));
}

/// Four phases of five uncertain factors each.
void sum_of_four_products(benchmark::State& state) {
  Expression sum;
  for (int phase = 0; phase < 4; ++phase) add_product_of_five(sum);
  for (auto _ : state) benchmark::DoNotOptimize(evaluate(sum));
}

void exact_product_of_five(benchmark::State& state) {
  Expression product;
  add_product_of_five(product);
  for (auto _ : state) benchmark::DoNotOptimize(evaluate(product));
}

BENCHMARK(product_of_five)->Unit(benchmark::kMillisecond);
BENCHMARK(sum_of_four_products)->Unit(benchmark::kMillisecond);
BENCHMARK(exact_product_of_five)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
