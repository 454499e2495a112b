#include "stats/breaks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "stats/least_squares.h"
#include "stats/line.h"
#include "stats/random.h"
#include "stats/sample_points.h"

namespace pfsday::stats {
namespace {

struct Data {
  std::vector<double> x, y;
};

/// A noisy line that bends and jumps; every third x is tied.
Data random_data(std::uint64_t seed, std::size_t n) {
  RandomStream random(seed, 9);
  Data data;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = i % 3 == 2 ? data.x.back() : std::round(random.uniform(0, 200)) / 10;
    data.x.push_back(x);
    data.y.push_back(x + 2 * std::max(0.0, x - 8) + (x > 14 ? 3 : 0) + 2 * random.normal());
  }
  return data;
}

double squares_of_hinges(const Data& data, const std::vector<double>& breaks) {
  Design design = line_design(data.x);
  for (const double at : breaks) {
    design.emplace_back();
    for (const double x : data.x) design.back().push_back(std::max(0.0, x - at));
  }
  const auto fit = fit_least_squares(design, data.y);
  return fit ? fit->residual_square_sum : HUGE_VAL;
}

/// The points with low <= x < high.
Data part_of(const Data& data, double low, double high) {
  Data part;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    if (data.x[i] < low || data.x[i] >= high) continue;
    part.x.push_back(data.x[i]), part.y.push_back(data.y[i]);
  }
  return part;
}

std::vector<double> distinct_inner(const Data& data) {
  std::vector<double> x = data.x;
  std::ranges::sort(x);
  x.erase(std::ranges::unique(x).begin(), x.end());
  return {x.begin() + 1, x.end() - 1};
}

/// Calls visit(breaks) for every choice of `breaks` of `places` that leaves each segment enough.
void for_choices(const Data& data, const std::vector<double>& places, std::size_t breaks,
                 std::size_t least_points, double least_length,
                 const std::function<void(const std::vector<double>&)>& visit) {
  std::vector<double> chosen;
  const auto [first, last] = std::ranges::minmax(data.x);
  const auto is_enough = [&](double low, double high, bool is_end) {
    const Data part = part_of(data, low, is_end ? HUGE_VAL : high);
    return part.x.size() >= least_points && high - low >= least_length - 1e-9 &&
           std::ranges::min(part.x) < std::ranges::max(part.x);
  };
  const std::function<void(std::size_t)> extend = [&](std::size_t from) {
    const double start = chosen.empty() ? first : chosen.back();
    if (chosen.size() == breaks) {
      if (is_enough(start, last, true)) visit(chosen);
      return;
    }
    for (std::size_t i = from; i < places.size(); ++i) {
      if (!is_enough(start, places[i], false)) continue;
      chosen.push_back(places[i]);
      extend(i + 1);
      chosen.pop_back();
    }
  };
  extend(0);
}

struct JumpCost {
  double squares = 0, per_segment = 0;  // sum of n ln(RSS / n)
  bool is_upward = true;
};

JumpCost cost_of_jumps(const Data& data, const std::vector<double>& breaks) {
  JumpCost cost;
  double before_slope = 0, before_intercept = -HUGE_VAL;
  for (std::size_t s = 0; s <= breaks.size(); ++s) {
    const double low = s == 0 ? -HUGE_VAL : breaks[s - 1];
    const Data part = part_of(data, low, s == breaks.size() ? HUGE_VAL : breaks[s]);
    const auto fit = fit_least_squares(line_design(part.x), part.y);
    if (!fit) return {HUGE_VAL, HUGE_VAL};
    const double squares = fit->residual_square_sum;
    const auto n = static_cast<double>(part.x.size());
    cost.squares += squares;
    cost.per_segment += squares > 1e-12 ? n * std::log(squares / n) : HUGE_VAL;
    if (s > 0) {
      const double here = fit->coefficients[0] + fit->coefficients[1] * low;
      cost.is_upward = cost.is_upward && here >= before_intercept + before_slope * low;
    }
    before_intercept = fit->coefficients[0], before_slope = fit->coefficients[1];
  }
  return cost;
}

TEST(Breaks, OfJumpsEqualStrucchangeOfR) {  // breakpoints(y ~ x, h = 5): RSS, BIC, first x after
  const auto fits = *fit_breaks(sample::x, sample::y, {.joint = Joint::jump, .least_points = 5});
  const struct {
    double squares, bic;
    std::vector<double> breaks;
  } cases[] = {{9.50661731074101, 55.41763392005080, {}},
               {6.55778715486333, 56.03975797785840, {1.23}},
               {5.22992603690899, 60.14377340007120, {-0.58, 2.75}}};
  for (std::size_t k = 0; k < 3; ++k) {
    SCOPED_TRACE(k);
    EXPECT_NEAR(fits[k].residual_square_sum, cases[k].squares, 1e-12);
    EXPECT_NEAR(fits[k].bic, cases[k].bic, 1e-11);
    EXPECT_EQ(fits[k].breaks, cases[k].breaks);
  }
  EXPECT_EQ(fits[2].parameters, 9U);
  EXPECT_EQ(best_by_bic(fits).breaks.size(), 0U);
}

// R's segmented 1.6 with its default start: 7.212537498414 at one break, 6.41649175732466 at two.
TEST(Breaks, OfHingesAreNeverWorseThanSegmentedOfR) {
  const auto fits = *fit_breaks(sample::x, sample::y, {.least_points = 3});
  EXPECT_LE(fits[1].residual_square_sum, 7.212537498414 + 1e-12);
  EXPECT_LE(fits[2].residual_square_sum, 6.41649175732466 + 1e-12);
  EXPECT_NEAR(squares_of_hinges({sample::x, sample::y}, fits[2].breaks),
              fits[2].residual_square_sum, 1e-11);
}

TEST(Breaks, OfJumpsAreTheBestOfAllPartitions) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    const Data data = random_data(seed, 21);
    for (const VarianceRule variance : {VarianceRule::pooled, VarianceRule::per_segment}) {
      for (const bool upward : {false, true}) {
        const auto fits = *fit_breaks(data.x, data.y,
                                      {.joint = Joint::jump,
                                       .variance = variance,
                                       .most = 3,
                                       .least_points = 4,
                                       .least_length = 2.5,
                                       .upward_only = upward});
        for (std::size_t k = 1; k < fits.size(); ++k) {
          double least = HUGE_VAL;
          for_choices(data, distinct_inner(data), k, 4, 2.5, [&](const auto& breaks) {
            const JumpCost cost = cost_of_jumps(data, breaks);
            if (upward && !cost.is_upward) return;
            least =
                std::min(least, variance == VarianceRule::pooled ? cost.squares : cost.per_segment);
          });
          const JumpCost found = cost_of_jumps(data, fits[k].breaks);
          EXPECT_NEAR(variance == VarianceRule::pooled ? found.squares : found.per_segment, least,
                      1e-9);
        }
      }
    }
  }
}

TEST(Breaks, OfHingesAtPlacesAreTheBestOfAllChoices) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    const Data data = random_data(seed, 24);
    const std::vector<double> places = {2, 4.5, 6, 8, 9.5, 11, 13, 14.5, 16, 18};
    const auto fits = *fit_breaks(
        data.x, data.y, {.most = 4, .least_points = 3, .least_length = 1.5, .places = places});
    for (std::size_t k = 1; k < fits.size(); ++k) {
      double least = HUGE_VAL;
      for_choices(data, places, k, 3, 1.5, [&](const auto& breaks) {
        least = std::min(least, squares_of_hinges(data, breaks));
      });
      EXPECT_NEAR(fits[k].residual_square_sum, least, 1e-9) << k;
    }
  }
}

TEST(Breaks, OfHingesAreNoWorseThanAFineGrid) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    SCOPED_TRACE(seed);
    const Data data = random_data(seed, 24);
    std::vector<double> grid;
    for (double x = 0.5; x < 20; x += 0.5) grid.push_back(x);
    const auto fits =
        *fit_breaks(data.x, data.y, {.most = 2, .least_points = 3, .least_length = 2});
    for (std::size_t k = 1; k < fits.size(); ++k) {
      double least = HUGE_VAL;
      for_choices(data, grid, k, 3, 2, [&](const auto& breaks) {
        least = std::min(least, squares_of_hinges(data, breaks));
      });
      EXPECT_LE(fits[k].residual_square_sum, least + 1e-9) << k;
      EXPECT_NEAR(squares_of_hinges(data, fits[k].breaks), fits[k].residual_square_sum, 1e-9);
    }
  }
}

TEST(Breaks, ThreeAndFourHingesAreNoWorseThanTheBestAtPoints) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    SCOPED_TRACE(seed);
    const Data data = random_data(seed, 45);
    const std::vector<double> points = distinct_inner(data);
    const auto at_points =
        *fit_breaks(data.x, data.y, {.most = 4, .least_points = 4, .places = points});
    const auto anywhere = *fit_breaks(data.x, data.y, {.most = 4, .least_points = 4});
    for (std::size_t k = 1; k <= 4; ++k) {
      EXPECT_LE(anywhere[k].residual_square_sum, at_points[k].residual_square_sum + 1e-9) << k;
    }
  }
}

TEST(Breaks, MoreHingesNeverFitWorse) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const Data data = random_data(seed, 60);
    const auto fits = *fit_breaks(data.x, data.y, {.most = 4, .least_points = 4});
    ASSERT_EQ(fits.size(), 5U);
    for (std::size_t k = 1; k <= 4; ++k) {
      EXPECT_LE(fits[k].residual_square_sum, fits[k - 1].residual_square_sum + 1e-9);
      EXPECT_TRUE(std::ranges::is_sorted(fits[k].breaks));
    }
  }
}

TEST(Breaks, OfHingesPerSegmentAreTheBestOfAllChoices) {
  const Data data = random_data(3, 24);
  const std::vector<double> places = {4, 6, 8, 10, 12, 14, 16};
  const auto fits = *fit_breaks(
      data.x, data.y, {.variance = VarianceRule::per_segment, .least_points = 3, .places = places});
  for (std::size_t k = 1; k <= 2; ++k) {
    double best = -HUGE_VAL;
    for_choices(data, places, k, 3, 0, [&](const std::vector<double>& breaks) {
      const auto one = *fit_breaks(
          data.x, data.y,
          {.variance = VarianceRule::per_segment, .most = k, .least_points = 3, .places = breaks});
      best = std::max(best, one[k].log_likelihood);
    });
    EXPECT_NEAR(fits[k].log_likelihood, best, 1e-9);
  }
}

TEST(Breaks, FindBendsBetweenPointsExactly) {
  Data data;
  for (int i = 0; i < 40; ++i) {
    const double x = i;
    data.x.push_back(x);
    data.y.push_back(1 + 0.5 * x + 1.5 * std::max(0.0, x - 12.3) - 2.25 * std::max(0.0, x - 25.71));
  }
  const auto fits = *fit_breaks(data.x, data.y, {.least_points = 3});
  ASSERT_EQ(fits[2].breaks.size(), 2U);
  EXPECT_NEAR(fits[2].breaks[0], 12.3, 1e-9);
  EXPECT_NEAR(fits[2].breaks[1], 25.71, 1e-9);
  EXPECT_NEAR(fits[2].segments[1].slope, 2, 1e-9);
  EXPECT_NEAR(fits[2].segments[2].slope, -0.25, 1e-9);
  EXPECT_NEAR(fits[2].segments[1].start_height, 7.15, 1e-9);
  EXPECT_EQ(fits[2].segments[1].n, 13U);
}

TEST(Breaks, ShiftingXAndScalingYMovesNothingElse) {
  const Data data = random_data(1, 40);
  Data moved;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    moved.x.push_back(data.x[i] + 2048);
    moved.y.push_back(4 * data.y[i] - 7);
  }
  for (const Joint joint : {Joint::hinge, Joint::jump}) {
    const BreakOptions options = {.joint = joint, .least_points = 5, .least_length = 1.5};
    const auto a = *fit_breaks(data.x, data.y, options);
    const auto b = *fit_breaks(moved.x, moved.y, options);
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_NEAR(b[k].residual_square_sum, 16 * a[k].residual_square_sum, 1e-8);
      for (std::size_t t = 0; t < k; ++t) {
        EXPECT_NEAR(b[k].breaks[t], a[k].breaks[t] + 2048, 1e-8);
        EXPECT_NEAR(b[k].segments[t].slope, 4 * a[k].segments[t].slope, 1e-8);
      }
      EXPECT_NEAR(b[k].bic - b[0].bic, a[k].bic - a[0].bic, 1e-8);
    }
  }
}

TEST(Breaks, OrderOfRowsDoesNotMatter) {
  Data data = random_data(2, 30);
  const auto a = *fit_breaks(data.x, data.y, {.least_points = 5});
  std::ranges::reverse(data.x), std::ranges::reverse(data.y);
  const auto b = *fit_breaks(data.x, data.y, {.least_points = 5});
  EXPECT_NEAR(a[1].breaks[0], b[1].breaks[0], 1e-10);
}

TEST(Breaks, CountParametersAsPrinted) {  // coefficients, breaks, variances
  const auto count = [](Joint joint, VarianceRule variance, std::size_t k) {
    const std::vector<double> places = {-4, 1};
    return (*fit_breaks(
        sample::x, sample::y,
        {.joint = joint, .variance = variance, .least_points = 3, .places = places}))[k]
        .parameters;
  };
  EXPECT_EQ(count(Joint::hinge, VarianceRule::pooled, 0), 3U);
  EXPECT_EQ(count(Joint::hinge, VarianceRule::pooled, 2), 4U + 2 + 1);
  EXPECT_EQ(count(Joint::hinge, VarianceRule::per_segment, 1), 3U + 1 + 2);
  EXPECT_EQ(count(Joint::jump, VarianceRule::per_segment, 2), 6U + 2 + 3);
}

TEST(Breaks, WithoutRoomAreNone) {
  const auto fits = *fit_breaks(sample::x, sample::y, {.most = 4, .least_points = 13});
  EXPECT_EQ(fits.size(), 1U);
  EXPECT_EQ(fit_breaks(sample::x, sample::y, {.most = 4, .least_length = 9})->size(), 1U);
}

TEST(Breaks, Faults) {
  const std::vector<double> x = {1, 1, 2}, y = {1, 2, 3}, bad = {1, NAN, 3};
  EXPECT_EQ(fit_breaks(x, y, {}).error().code, Code::too_few_points);
  EXPECT_EQ(fit_breaks({}, {}, {}).error().code, Code::too_few_points);
  EXPECT_EQ(fit_breaks(y, bad, {}).error().code, Code::value_not_finite);
  const std::vector<double> level(24, 3.0);
  EXPECT_EQ(fit_breaks(sample::x, level, {}).error().code, Code::fit_degenerate);
  std::vector<double> straight;
  for (const double value : sample::x) straight.push_back(20.1 + 0.7 * value);
  EXPECT_EQ(fit_breaks(sample::x, straight, {}).error().code, Code::fit_degenerate);
  const Data many = random_data(1, 900);
  EXPECT_EQ(fit_breaks(many.x, many.y,
                       {.variance = VarianceRule::per_segment, .most = 4, .least_points = 3})
                .error()
                .code,
            Code::fit_degenerate);
}

}  // namespace
}  // namespace pfsday::stats
