#include "stats/bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "stats/line.h"
#include "stats/random.h"
#include "stats/resampling.h"
#include "stats/sample_points.h"

namespace pfsday::stats {
namespace {

// Package boot of R, 200,000 resamples: quantiles and boot.ci(type = "bca") with jackknife
// influence. The error of simulation is about 1.5e-4 for the slope, 2e-3 for the height.
TEST(BootstrapLine, EqualsBootOfR) {
  const LineBootstrap lines = *bootstrap_line(sample::x, sample::y, {.resamples = 60'000});
  const Interval slope = lines.slope_interval(0.90, BootstrapRule::percentile);
  EXPECT_NEAR(slope.low, 0.64084112, 9e-4);
  EXPECT_NEAR(slope.high, 0.73160652, 9e-4);
  const Interval slope_bca = lines.slope_interval(0.90, BootstrapRule::bca);
  EXPECT_NEAR(slope_bca.low, 0.6429681, 9e-4);
  EXPECT_NEAR(slope_bca.high, 0.73385322, 9e-4);
  const Interval height = lines.height_interval(7, 0.90, BootstrapRule::percentile);
  EXPECT_NEAR(height.low, 27.020032, 1.1e-2);
  EXPECT_NEAR(height.high, 28.147678, 1.1e-2);
  const Interval height_bca = lines.height_interval(7, 0.90, BootstrapRule::bca);
  EXPECT_NEAR(height_bca.low, 27.054269, 1.1e-2);
  EXPECT_NEAR(height_bca.high, 28.176428, 1.1e-2);
}

TEST(BootstrapLine, IsTheSameForAnyNumberOfThreads) {
  const std::vector<Interval> noise = equal_noise(sample::x.size(), 0.3);
  for (const std::span<const Interval> rows : {std::span<const Interval>(), std::span(noise)}) {
    const auto one = bootstrap_line(sample::x, sample::y, {.resamples = 50, .noise = rows});
    for (const std::size_t threads : {2, 3, 64}) {
      const auto many = bootstrap_line(sample::x, sample::y,
                                       {.resamples = 50, .threads = threads, .noise = rows});
      for (std::size_t i = 0; i < 50; ++i) {
        EXPECT_EQ(one->resampled[i].slope, many->resampled[i].slope);
        EXPECT_EQ(one->resampled[i].height, many->resampled[i].height);
      }
    }
  }
}

TEST(BootstrapLine, DependsOnTheSeed) {
  const auto a = bootstrap_line(sample::x, sample::y, {.resamples = 1, .seed = 1});
  const auto b = bootstrap_line(sample::x, sample::y, {.resamples = 1, .seed = 2});
  EXPECT_NE(a->resampled[0].slope, b->resampled[0].slope);
}

TEST(BootstrapLine, ThreePointsHaveOneResample) {  // any other has fewer than 3 distinct x
  const std::vector<double> x = {0, 1, 5}, y = {0, 4, 1};
  const LineBootstrap lines = *bootstrap_line(x, y, {.resamples = 200});
  for (const CenteredLine& line : lines.resampled) {
    EXPECT_NEAR(line.slope, lines.estimate.slope, 1e-14);
    EXPECT_NEAR(line.height, lines.estimate.height, 1e-14);
  }
}

TEST(BootstrapLine, TiedPositionsStillSettleALine) {
  const std::vector<double> x = {0, 0, 0, 0, 1, 2}, y = {1, 2, 3, 4, 5, 6};
  const LineBootstrap lines = *bootstrap_line(x, y, {.resamples = 500});
  for (const CenteredLine& line : lines.resampled) EXPECT_TRUE(std::isfinite(line.slope));
}

TEST(BootstrapLine, NoiseMovesEachHeight) {
  const std::vector<double> x = {0, 1, 2, 3, 4}, y = {0, 1, 2, 3, 4};
  const auto lifted = std::vector<Interval>(5, {0.5, 0.5});
  const LineBootstrap moved = *bootstrap_line(x, y, {.resamples = 20, .noise = lifted});
  for (const CenteredLine& line : moved.resampled) {
    EXPECT_NEAR(line.height, 2.5, 1e-14);
    EXPECT_NEAR(line.slope, 1, 1e-14);
  }
  const auto noise = equal_noise(5, 0.25);
  const LineBootstrap noisy = *bootstrap_line(x, y, {.resamples = 1000, .noise = noise});
  double least = 2, most = 2;
  for (const CenteredLine& line : noisy.resampled) {
    least = std::min(least, line.height);
    most = std::max(most, line.height);
  }
  EXPECT_LT(least, 1.9);
  EXPECT_GT(most, 2.1);
}

TEST(BootstrapLine, JackknifeEqualsFitsOfTheRest) {
  const LineBootstrap lines = *bootstrap_line(sample::x, sample::y, {.resamples = 1});
  ASSERT_EQ(lines.jackknife.size(), sample::x.size());
  for (std::size_t i = 0; i < sample::x.size(); ++i) {
    std::vector<double> x = sample::x, y = sample::y;
    x.erase(x.begin() + i), y.erase(y.begin() + i);
    const Line rest = *fit_line(x, y);
    EXPECT_NEAR(lines.jackknife[i].slope, rest.slope, 1e-13);
    EXPECT_NEAR(lines.jackknife[i].height, rest.at(lines.center), 1e-12);
  }
}

TEST(BootstrapLine, Faults) {
  const std::vector<double> x = {1, 1, 2}, y = {1, 2, 3}, bad = {1, NAN, 3};
  EXPECT_EQ(bootstrap_line(x, y, {}).error().code, Code::too_few_points);
  EXPECT_EQ(bootstrap_line(y, bad, {}).error().code, Code::value_not_finite);
}

TEST(SortedQuantile, InterpolatesAsNumpyDoes) {  // numpy.quantile
  const std::vector<double> values = {1, 2, 4, 8, 16};
  EXPECT_DOUBLE_EQ(sorted_quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(sorted_quantile(values, 0.05), 1.2);
  EXPECT_DOUBLE_EQ(sorted_quantile(values, 0.6), 5.6);
  EXPECT_DOUBLE_EQ(sorted_quantile(values, 1), 16);
  EXPECT_DOUBLE_EQ(sorted_quantile(std::vector<double>{3}, 0.7), 3);
}

TEST(BcaInterval, WithoutBiasOrSkewnessIsThePercentileInterval) {
  std::vector<double> resampled;
  for (int i = -500; i <= 500; ++i) resampled.push_back(i);
  const std::vector<double> jackknife = {-1, 0, 1};
  const Interval bca = bca_interval(resampled, 0, jackknife, 0.8);
  const Interval plain = percentile_interval(resampled, 0.8);
  EXPECT_NEAR(bca.low, plain.low, 1e-9);
  EXPECT_NEAR(bca.high, plain.high, 1e-9);
}

TEST(BcaInterval, OfEqualResamplesIsTheirValue) {
  const std::vector<double> resampled(10, 2.0), jackknife(5, 2.0);
  EXPECT_EQ(bca_interval(resampled, 2, jackknife, 0.9).low, 2);
  EXPECT_EQ(bca_interval(resampled, 3, jackknife, 0.9).high, 2);
  EXPECT_EQ(bca_interval(resampled, 1, jackknife, 0.9).low, 2);
}

TEST(RandomStream, IsTheSameEverywhere) {
  // SplitMix64 of seed 0, as its authors' program prints it.
  EXPECT_EQ(mix_bits(0x9e3779b97f4a7c15ULL), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(mix_bits(0x9e3779b97f4a7c15ULL * 2), 0x6e789e6aa1b965f4ULL);
  RandomStream a(7, 3), b(7, 3);
  EXPECT_EQ(a.next(), b.next());
}

TEST(RandomStream, FillsItsRangesEvenly) {
  RandomStream random(1, 1);
  std::vector<int> seen(6);
  double sum = 0, squares = 0;
  for (int i = 0; i < 60'000; ++i) {
    ++seen[random.below(6)];
    const double z = random.normal();
    sum += z, squares += z * z;
  }
  for (const int count : seen) EXPECT_NEAR(count, 10'000, 400);
  EXPECT_NEAR(sum / 60'000, 0, 0.02);
  EXPECT_NEAR(squares / 60'000, 1, 0.03);
}

TEST(DrawCounts, AddUpToTheRows) {
  const auto counts = draw_counts(1, 2, 100);
  int sum = 0;
  for (const std::uint32_t count : counts) sum += static_cast<int>(count);
  EXPECT_EQ(sum, 100);
  EXPECT_NE(counts, draw_counts(1, 3, 100));
}

TEST(ForRanges, CoversEachIndexOnce) {
  for (const std::size_t count : {0, 1, 7, 100}) {
    std::vector<int> hits(count);
    for_ranges(count, 3, [&](std::size_t first, std::size_t last) {
      for (std::size_t i = first; i < last; ++i) ++hits[i];
    });
    EXPECT_TRUE(std::ranges::all_of(hits, [](int n) { return n == 1; }));
  }
}

}  // namespace
}  // namespace pfsday::stats
