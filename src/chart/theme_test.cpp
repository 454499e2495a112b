#include "chart/theme.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace pfsday::chart {
namespace {

using Triple = std::array<double, 3>;
using Matrix = std::array<Triple, 3>;

// What a color looks like to usual vision, and to people without the red, green or blue cones.
// G. Machado, M. Oliveira, L. Fernandes, IEEE TVCG 15 (2009): matrices of severity 1, on linear
// RGB.
constexpr Matrix visions[] = {
    {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {{{0.152286, 1.052583, -0.204868},
      {0.114503, 0.786281, 0.099216},
      {-0.003882, -0.048116, 1.051998}}},
    {{{0.367322, 0.860646, -0.227968},
      {0.280085, 0.672501, 0.047413},
      {-0.011820, 0.042940, 0.968881}}},
    {{{1.255528, -0.076749, -0.178779},
      {-0.078411, 0.930809, 0.147602},
      {0.004733, 0.691367, 0.303900}}},
};

Triple multiply(const Matrix& matrix, const Triple& v) {
  Triple out{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t i = 0; i < 3; ++i) out.at(row) += matrix.at(row).at(i) * v.at(i);
    out.at(row) = std::max(out.at(row), 0.0);
  }
  return out;
}

Triple linear_rgb(std::string_view color) {
  Triple rgb{};
  for (std::size_t i = 0; i < 3; ++i) {
    const double share = std::stoi(std::string(color.substr(1 + 2 * i, 2)), nullptr, 16) / 255.0;
    rgb.at(i) = share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
  }
  return rgb;
}

/// CIE L*a*b* under D65.
Triple lab(const Triple& rgb) {
  constexpr Matrix to_xyz = {
      {{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}};
  const auto [x, y, z] = multiply(to_xyz, rgb);
  const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16 / 116.0; };
  return {116 * f(y) - 16, 500 * (f(x / 0.9505) - f(y)), 200 * (f(y) - f(z / 1.089))};
}

double distance(std::string_view a, std::string_view b, const Matrix& vision) {
  const Triple p = lab(multiply(vision, linear_rgb(a))), q = lab(multiply(vision, linear_rgb(b)));
  return std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

TEST(Theme, TextAndMarksStandOutFromTheBackground) {
  EXPECT_NEAR(contrast("#000000", "#ffffff"), 21, 1e-9);
  EXPECT_NEAR(contrast("#777777", "#ffffff"), 4.48, 0.005);
  for (const Theme& theme : themes()) {
    SCOPED_TRACE(theme.name);
    for (const auto behind : {theme.background, theme.shade}) {
      for (const auto text : {theme.ink, theme.muted, theme.fitted}) {
        EXPECT_GE(contrast(text, behind), 4.5) << text;
      }
      for (const auto mark : {theme.ruler, theme.plain_point, theme.other_point}) {
        EXPECT_GE(contrast(mark, behind), 3) << mark;
      }
      for (const auto group : theme.groups) EXPECT_GE(contrast(group, behind), 3) << group;
    }
  }
}

TEST(Theme, GroupsStayApartForEveryKindOfColorVision) {
  constexpr double clearly_seen = 10;  // CIE76; 2.3 is just noticeable
  for (const Theme& theme : themes()) {
    for (const Matrix& vision : visions) {
      for (std::size_t i = 0; i < max_groups; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          EXPECT_GE(distance(theme.groups.at(i), theme.groups.at(j), vision), clearly_seen)
              << theme.name << ": " << theme.groups.at(i) << " and " << theme.groups.at(j);
        }
      }
    }
  }
}

TEST(Theme, IsFoundByName) {
  EXPECT_EQ(theme_of("dark").name, "dark");
  EXPECT_EQ(theme_of("print").name, "print");
  EXPECT_EQ(theme_of("").name, "light");
}

}  // namespace
}  // namespace pfsday::chart
