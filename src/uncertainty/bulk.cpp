#include "uncertainty/bulk.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include "stats/distributions.h"

// These loops are compiled for processors with and without wide vectors, and the program picks when
// it starts; sanitizers do not go with that. No multiply and add is contracted to one rounding
// (CMakeLists.txt), so that all of them give the same bits.
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define PFSDAY_FOR_EACH_PROCESSOR \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PFSDAY_FOR_EACH_PROCESSOR
#endif

namespace pfsday::uncertainty {
namespace {

constexpr int mantissa_bits = 52;
constexpr std::uint64_t mantissa_mask = (std::uint64_t{1} << mantissa_bits) - 1;
constexpr std::uint64_t bits_of_one = std::bit_cast<std::uint64_t>(1.0);

/// The number in [1, 2) with these bits behind the point.
double one_and(std::uint64_t mantissa) { return std::bit_cast<double>(mantissa | bits_of_one); }

constexpr int part_bits = 4;      ///< 16 parts between two powers of two
constexpr int least_power = -53;  ///< of 2 p
constexpr int place_bits = mantissa_bits - part_bits;
constexpr std::uint64_t first_part = std::bit_cast<std::uint64_t>(0x1p-53) >> place_bits;

using Cubic = std::array<double, 4>;  ///< c0 + c1 t + c2 t^2 + c3 t^3

/// Through four points.
Cubic interpolate(const Cubic& t, const Cubic& values) {
  Cubic divided = values;
  for (std::size_t order = 1; order < 4; ++order) {
    for (std::size_t i = 3; i >= order; --i) {
      divided[i] = (divided[i] - divided[i - 1]) / (t[i] - t[i - order]);
    }
  }
  Cubic cubic = {divided[3], 0, 0, 0};
  for (std::size_t i = 3; i-- > 0;) {  // times (x - t_i), and the next divided difference
    for (std::size_t k = 3; k > 0; --k) cubic[k] = cubic[k - 1] - t[i] * cubic[k];
    cubic[0] = divided[i] - t[i] * cubic[0];
  }
  return cubic;
}

/// The normal quantile of p for 2 p from `start` on, by the place in [0, 1) of this part: through
/// its values at the Chebyshev points.
Cubic cubic_of_part(double start, double width) {
  Cubic t{};
  Cubic values{};
  for (std::size_t i = 0; i < 4; ++i) {
    t[i] = (1 - std::cos(std::numbers::pi * (static_cast<double>(i) + 0.5) / 4)) / 2;
    values[i] = stats::normal_quantile((start + t[i] * width) / 2);
  }
  return interpolate(t, values);
}

std::vector<Cubic> make_table() {
  std::vector<Cubic> table;
  for (int power = least_power; power < 0; ++power) {
    const double width = std::ldexp(1.0, power - part_bits);
    for (int part = 0; part < 1 << part_bits; ++part) {
      table.push_back(cubic_of_part(std::ldexp(1.0, power) + part * width, width));
    }
  }
  return table;
}

PFSDAY_FOR_EACH_PROCESSOR
void draw(const stats::RandomStream& random, const Cubic* table, double* scores,
          std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t bits = random.peek(i);
    // 2 p, an odd multiple of 2^-53.
    const double twice = one_and(bits >> (64 - mantissa_bits)) - (1 - 0x1p-53);
    const auto written = std::bit_cast<std::uint64_t>(twice);
    const Cubic& c = table[(written >> place_bits) - first_part];
    const double t = one_and(written << part_bits & mantissa_mask) - 1;
    const double value = ((c[3] * t + c[2]) * t + c[1]) * t + c[0];
    scores[i] = std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) ^ bits << 63);
  }
}

/// exp(x) = 2^k exp(r), k the whole number nearest to x / ln 2, so that |r| <= ln 2 / 2; exp(r) by
/// its series, whose next term is below 2e-16.
double exponential(double x) {
  constexpr double to_bits = 0x1.8p52;  // adding it rounds, and leaves k in the low bits
  constexpr double ln2_high = 6.93147180369123816490e-01;  // of 32 bits: k times it is exact
  constexpr double ln2_low = 1.90821492927058770002e-10;
  x = std::min(std::max(x, -700.0), 700.0);
  const double shifted = x * std::numbers::log2e + to_bits;
  const double k = shifted - to_bits;
  const double r = (x - k * ln2_high) - k * ln2_low;
  double series = 1.0 / 479001600;
  constexpr double inverse_factorials[] = {1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320,
                                           1.0 / 5040,     1.0 / 720,     1.0 / 120,    1.0 / 24,
                                           1.0 / 6,        1.0 / 2,       1.0,          1.0};
  for (const double factor : inverse_factorials) series = series * r + factor;
  const std::uint64_t power = std::bit_cast<std::uint64_t>(shifted) << mantissa_bits;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(series) + power);
}

PFSDAY_FOR_EACH_PROCESSOR
void exponentiate_all(double* x, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) x[i] = exponential(x[i]);
}

}  // namespace

void draw_normals(const stats::RandomStream& random, std::span<double> scores) {
  static const std::vector<Cubic> table = make_table();
  draw(random, table.data(), scores.data(), scores.size());
}

void exponentiate(std::span<double> x) { exponentiate_all(x.data(), x.size()); }

double dot(std::span<const double> a, std::span<const double> b) {
  assert(a.size() == b.size());
  constexpr std::size_t lanes = 8;  // that need not wait for each other
  std::array<double, lanes> sums{};
  const std::size_t whole = a.size() / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  double sum = 0;
  for (std::size_t i = whole; i < a.size(); ++i) sum += a[i] * b[i];
  for (const double one : sums) sum += one;
  return sum;
}

}  // namespace pfsday::uncertainty
