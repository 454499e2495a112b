// What no fit may depend on: where dates and amounts are counted from, the order of rows, copies of
// all of them; and what every fit does where there is little or nothing to fit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "trend/backtest.h"
#include "trend/drivers.h"
#include "trend/eras.h"
#include "trend/estimators.h"
#include "trend/fit.h"
#include "trend/forecast.h"
#include "trend/influence.h"
#include "trend/vintage.h"

namespace pfsday::trend {
namespace {

constexpr unsigned seeds = 4;

/// Systems with intervals of their own and, last, a bound.
std::vector<System> random_systems(unsigned seed, std::size_t n = 60) {
  std::mt19937 rng(seed);
  const auto below = [&](unsigned count) { return static_cast<int>(rng() % count); };
  std::vector<System> all;
  for (std::size_t i = 0; i < n; ++i) {
    System system{.id = std::to_string(i), .date = {15000 + below(4000)}};
    system.name = system.id;
    const double y =
        18 + 0.6 * units::years_since_2020(system.date) + 0.25 * below(9) + 1e-4 * below(1000);
    const double value = std::pow(10, y);
    system.amount(Quantity::compute) =
        Amount{value, Bound::none, value / (1.5 + below(5)), value * (1.5 + below(5))};
    all.push_back(std::move(system));
  }
  all.back().amount(Quantity::compute)->bound = Bound::above;
  return all;
}

void shift(std::vector<System>& systems, int days) {
  for (System& system : systems) system.date.days += days;
}

void scale(std::vector<System>& systems, double factor) {
  for (System& system : systems) {
    auto& amount = *system.amount(Quantity::compute);
    amount.value *= factor;
    for (auto* bound : {&amount.low, &amount.high}) {
      if (*bound) **bound *= factor;
    }
  }
}

std::vector<EstimatedSlope> slopes_of(const std::vector<System>& systems) {
  const auto decisions = *decide(systems, {}, Quantity::compute);
  return *estimate_by_all(systems, decisions, Quantity::compute, {});
}

/// Every estimator gives the same slope and interval of both.
void expect_same(const std::vector<System>& a, const std::vector<System>& b) {
  const auto before = slopes_of(a), after = slopes_of(b);
  ASSERT_EQ(before.size(), 14U);  // 8 by least squares, 2 robust, 2 quantiles, weighted, censored
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    SCOPED_TRACE(before[i].estimator);
    EXPECT_EQ(after[i].estimator, before[i].estimator);
    EXPECT_NEAR(after[i].slope, before[i].slope, 1e-8);
    ASSERT_EQ(after[i].interval.has_value(), before[i].interval.has_value());
    if (!before[i].interval) continue;
    EXPECT_NEAR(after[i].interval->low, before[i].interval->low, 1e-8);
    EXPECT_NEAR(after[i].interval->high, before[i].interval->high, 1e-8);
  }
}

TEST(Invariance, ShiftingAllDatesChangesNoSlope) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const auto systems = random_systems(seed);
    for (const int days : {-9000, 1, 4000}) {
      auto moved = systems;
      shift(moved, days);
      expect_same(systems, moved);
    }
  }
}

TEST(Invariance, ScalingComputeMovesOnlyTheIntercept) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    const auto systems = random_systems(seed);
    auto scaled = systems;
    scale(scaled, 1e3);
    expect_same(systems, scaled);
    for (const bool weighted : {false, true}) {
      const FitOptions options{.weighted = weighted};
      const Fit a = *fit_exponential(*select(systems, {}, Quantity::compute), options);
      const Fit b = *fit_exponential(*select(scaled, {}, Quantity::compute), options);
      EXPECT_NEAR(b.line.intercept, a.line.intercept + 3, 1e-8);
      EXPECT_NEAR(b.line.r2, a.line.r2, 1e-9);
    }
  }
}

TEST(Invariance, RulesSelectTheSameOfScaledCompute) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    const auto systems = random_systems(seed);
    auto scaled = systems;
    scale(scaled, 1e3);
    for (const Rule rule : {Rule::top, Rule::records, Rule::no_low, Rule::large_scale}) {
      const Selection selection{.rule = rule, .top = 5};
      const auto a = *decide(systems, selection, Quantity::compute);
      const auto b = *decide(scaled, selection, Quantity::compute);
      for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].verdict, b[i].verdict) << i;
    }
  }
}

// Breaks move with the dates, to the day that the search finds, and with nothing else.
TEST(Invariance, BreaksMoveWithTheDatesAlone) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    const auto systems = random_systems(seed, 120);
    auto moved = systems;
    shift(moved, 4000);
    scale(moved, 1e-5);
    for (const auto joint : {stats::Joint::hinge, stats::Joint::jump}) {
      for (const auto variance : {stats::VarianceRule::pooled, stats::VarianceRule::per_segment}) {
        const EraOptions options{.joint = joint, .variance = variance, .draws = 0};
        const auto a = *find_eras(*select(systems, {}, Quantity::compute), options, {});
        const auto b = *find_eras(*select(moved, {}, Quantity::compute), options, {});
        ASSERT_EQ(a.best, b.best);
        for (std::size_t i = 0; i < a.fits.size(); ++i) {
          EXPECT_NEAR(a.fits[i].bic, b.fits[i].bic, 1e-6);
          for (std::size_t k = 0; k < a.fits[i].breaks.size(); ++k) {
            EXPECT_NEAR(a.fits[i].breaks[k].days + 4000, b.fits[i].breaks[k].days, 1);
            EXPECT_NEAR(a.fits[i].eras[k].slope, b.fits[i].eras[k].slope, 1e-6);
          }
        }
      }
    }
  }
}

TEST(Invariance, OrderOfRowsAndCopiesOfAllChangeNoLine) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    auto points = *select(random_systems(seed), {}, Quantity::compute);
    for (const bool weighted : {false, true}) {
      const FitOptions options{.weighted = weighted};
      const double slope = fit_exponential(points, options)->line.slope;
      auto twice = points;
      twice.insert(twice.end(), points.rbegin(), points.rend());
      EXPECT_NEAR(fit_exponential(twice, options)->line.slope, slope, 1e-9);
      std::ranges::reverse(twice);
      EXPECT_NEAR(fit_exponential(twice, options)->line.slope, slope, 1e-9);
    }
  }
}

/// Systems that all have the same amount.
std::vector<System> level_systems() {
  auto systems = random_systems(1);
  for (System& system : systems) {
    system.amount(Quantity::compute) = Amount{1e20, Bound::none, 5e19, 2e20};
  }
  return systems;
}

TEST(NoVariance, IsASlopeOfZeroByEveryEstimator) {
  const auto slopes = slopes_of(level_systems());
  EXPECT_GE(slopes.size(), 12U);
  for (const EstimatedSlope& slope : slopes) {
    SCOPED_TRACE(slope.estimator);
    EXPECT_NEAR(slope.slope, 0, 1e-12);
    if (!slope.interval) continue;
    EXPECT_LE(slope.interval->low, 1e-12);  // and a number
    EXPECT_GE(slope.interval->high, -1e-12);
  }
}

TEST(NoVariance, NeitherBreaksNorDoublesNorArrives) {
  const auto points = *select(level_systems(), {}, Quantity::compute);
  EXPECT_EQ(find_eras(points, {}, {}).error().code, Code::fit_degenerate);
  const Fit fit = *fit_exponential(points, {});
  EXPECT_EQ(fit.factor_per_year, 1);
  EXPECT_EQ(fit.line.r2, 0);
  EXPECT_FALSE(fit.doubling_months);
  EXPECT_EQ(forecast_when(fit, 1e21, 0.9).error().code, Code::fit_degenerate);
  const Outlook outlook = forecast_at(fit, {20000}, 0.9);
  EXPECT_NEAR(outlook.single.high / 1e20, 1, 1e-9);
  EXPECT_FALSE(backtest(points, {}, {}));  // a forecast without scatter has no score
}

TEST(TooFew, IsSaidByEveryFit) {
  for (const std::size_t n : {0U, 1U, 2U}) {
    auto systems = random_systems(3, n + 1);
    systems.pop_back();  // the bound
    const auto points = *select(systems, {}, Quantity::compute);
    const auto decisions = *decide(systems, {}, Quantity::compute);
    ASSERT_EQ(points.size(), n);
    const std::pair<std::string_view, Code> faults[] = {
        {"fit", fit_exponential(points, {}).error().code},
        {"weighted fit", fit_exponential(points, {.weighted = true}).error().code},
        {"estimators", estimate_by_all(systems, decisions, Quantity::compute, {}).error().code},
        {"drivers", split_drivers(systems, decisions, {}, {}).error().code},
        {"vintages",
         compare_vintages(systems, random_systems(4), {}, Quantity::compute, {}).error().code},
    };
    for (const auto& [name, code] : faults) EXPECT_EQ(code, Code::too_few_points) << name << n;
    if (n > 0) {
      EXPECT_EQ(find_eras(points, {}, {}).error().code, Code::too_few_points);
    }
    EXPECT_FALSE(backtest(points, {}, {}));
  }
}

}  // namespace
}  // namespace pfsday::trend
