#include "trend/row_errors.h"

#include <gtest/gtest.h>

#include <cmath>

#include "trend/fit.h"

namespace pfsday::trend {
namespace {

Point point(std::string id, std::optional<double> low, std::optional<double> high,
            std::string confidence = {}) {
  return {.id = std::move(id),
          .value = 100,
          .low = low,
          .high = high,
          .confidence = std::move(confidence)};
}

TEST(ErrorsOf, TakeWhatARowStatesAndFillInTheRest) {
  const std::vector<Point> points = {
      point("both", 10, 1000),  point("above", {}, 1000),   point("neither", {}, {}, "Likely"),
      point("another", {}, {}), point("outside", 200, 300), point("no width", 100, 100),
  };
  const auto errors = errors_of(
      points, {.factor = 10, .by_confidence = {{.confidence = "Likely", .factor = 1000}}});
  ASSERT_TRUE(errors) << to_string(errors.error());
  const stats::Interval expected[] = {{-1, 1}, {-1, 1}, {-3, 3}, {-1, 1}, {-1, 1}, {-1, 1}};
  ASSERT_EQ(errors->bounds.size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_NEAR(errors->bounds[i].low, expected[i].low, 1e-12) << points[i].id;
    EXPECT_NEAR(errors->bounds[i].high, expected[i].high, 1e-12) << points[i].id;
  }
  EXPECT_EQ(errors->stated, 1U);
  EXPECT_EQ(errors->half_stated, 1U);
  EXPECT_EQ(errors->assumed, 4U);
  ASSERT_EQ(errors->unusable.size(), 2U);
  EXPECT_EQ(errors->unusable[0], "outside: the interval 200 to 300 does not hold 100");
  EXPECT_EQ(errors->unusable[1], "no width: the interval 100 to 100 is no wider than 100");
}

TEST(ErrorsOf, WantToKnowWhatNoRowStates) {
  const std::vector<Point> points = {point("both", 10, 1000), point("a", {}, {}, "Likely"),
                                     point("b", 1, {})};
  const auto errors = errors_of(points, {});
  ASSERT_FALSE(errors);
  EXPECT_EQ(errors.error().code, Code::usage);
  EXPECT_EQ(errors.error().what, "2 of 3 systems state no interval, \"a\" first");
  EXPECT_TRUE(errors.error().hint.contains("Likely"));
  EXPECT_TRUE(errors_of(std::span(points).first(1), {}));
}

TEST(CheckWords, KnowWhatTheTableSays) {
  System likely, silent;
  likely.confidence = "Likely";
  const std::vector<System> systems = {likely, silent};
  EXPECT_TRUE(check_words(systems, {.by_confidence = {{"Likely", 3}}}));
  const auto fault = check_words(systems, {.by_confidence = {{"Unlikely", 3}}});
  ASSERT_FALSE(fault);
  EXPECT_EQ(fault.error().hint, "the words are: Likely");
  EXPECT_FALSE(check_words(std::span(systems).last(1), {.by_confidence = {{"Likely", 3}}}));
}

TEST(StandardDeviation, IsThatOfANormalDistributionWithTheInterval) {
  EXPECT_NEAR(standard_deviation({0, 1}), 0.699936169 / std::log(10), 1e-9);  // from 1 to 10
}

/// A decade a year, with scatter, and one system far off.
std::vector<Point> growth(double far_off_within) {
  std::vector<Point> points;
  for (int i = 0; i < 20; ++i) {
    const units::Date date{18262 + 150 * i};
    const double y = 20 + units::years_since_2020(date) + (i % 3 - 1) * 0.1 + (i == 18 ? 3 : 0);
    const double value = std::pow(10, y), within = i == 18 ? far_off_within : 2;
    points.push_back({.id = std::to_string(i),
                      .date = date,
                      .value = value,
                      .low = value / within,
                      .high = value * within});
  }
  return points;
}

TEST(WeightedFit, TrustsASystemAsFarAsItIsKnown) {
  const double plain = fit_exponential(growth(1e4), {})->line.slope;
  const Fit weighted = *fit_exponential(growth(1e4), {.weighted = true});
  EXPECT_NEAR(plain, 1.0947, 1e-4);                    // scipy
  EXPECT_NEAR(weighted.line.slope, 1.00556453, 1e-6);  // scipy
  EXPECT_LT(weighted.slope.low, weighted.line.slope);
  EXPECT_GT(weighted.slope.high, weighted.line.slope);
  EXPECT_EQ(weighted.interval.method, IntervalMethod::likelihood);
  EXPECT_EQ(weighted.errors->stated, 20U);
}

// Equal errors weigh nothing: the line is that of least squares, and errors and scatter together
// come to the deviation of the residuals, with n in the denominator.
TEST(WeightedFit, WithEqualErrorsIsLeastSquares) {
  const auto points = growth(2);
  const Fit plain = *fit_exponential(points, {});
  const Fit weighted = *fit_exponential(points, {.weighted = true});
  EXPECT_NEAR(weighted.line.slope, plain.line.slope, 1e-9);
  EXPECT_NEAR(weighted.line.at(3), plain.line.at(3), 1e-9);
  EXPECT_NEAR(weighted.line.r2, plain.line.r2, 1e-9);
  const double error = standard_deviation({-std::log10(2), std::log10(2)});
  const double all = plain.line.residual_deviation * std::sqrt(18.0 / 20);
  EXPECT_NEAR(std::hypot(weighted.scatter->deviation, error), all, 1e-6);
  EXPECT_NEAR(*weighted.slope_se, plain.line.slope_se * std::sqrt(18.0 / 20), 1e-6);
}

TEST(WeightedFit, RefusesFiguresThatAreKnownExactly) {
  std::vector<Point> points = growth(2);
  points[3].low = points[3].high = std::nullopt;
  const auto fit = fit_exponential(points, {.weighted = true, .known_within = {.factor = 1}});
  ASSERT_FALSE(fit);
  EXPECT_EQ(fit.error().code, Code::usage);
}

TEST(NoiseByRow, WidensABootstrapByTheRowsOwnIntervals) {
  const auto width = [](double within, bool by_row) {
    const IntervalOptions options{.method = IntervalMethod::percentile, .noise_by_row = by_row};
    const Fit fit = *fit_exponential(growth(within), {.interval = options});
    return fit.slope.high - fit.slope.low;
  };
  EXPECT_EQ(width(1e6, false), width(10, false));  // a plain bootstrap does not ask
  EXPECT_GT(width(1e6, true), width(10, true));
}

}  // namespace
}  // namespace pfsday::trend
