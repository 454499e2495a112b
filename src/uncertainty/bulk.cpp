#include "uncertainty/bulk.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
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

// Into each of these copies; the compiler takes a function of its own for that of another
// processor.
#define PFSDAY_INLINE __attribute__((always_inline)) inline

namespace pfsday::uncertainty {
namespace {

constexpr int mantissa_bits = 52;
constexpr std::uint64_t mantissa_mask = (std::uint64_t{1} << mantissa_bits) - 1;
constexpr std::uint64_t bits_of_one = std::bit_cast<std::uint64_t>(1.0);

/// The number in [1, 2) with these bits behind the point.
double one_and(std::uint64_t mantissa) { return std::bit_cast<double>(mantissa | bits_of_one); }

constexpr int part_bits = 8;      ///< 256 parts between two powers of two
constexpr int least_power = -53;  ///< of 2 p
constexpr int place_bits = mantissa_bits - part_bits;
constexpr std::uint64_t first_part = std::bit_cast<std::uint64_t>(0x1p-53) >> place_bits;

/// Of each part, the line through the normal quantiles at its ends, by the place in [0, 1): the
/// bits of two floats, the value at 0 in the low half, the slope in the high one. To look them up
/// is most of the time that a number takes.
std::vector<std::uint64_t> make_table() {
  std::vector<std::uint64_t> table;
  double at_start = stats::normal_quantile(0x1p-54);
  for (int power = least_power; power < 0; ++power) {
    const double width = std::ldexp(1.0, power - part_bits);
    for (int part = 1; part <= 1 << part_bits; ++part) {
      const double at_end = stats::normal_quantile((std::ldexp(1.0, power) + part * width) / 2);
      const auto slope = static_cast<float>(at_end - at_start);
      table.push_back(std::uint64_t{std::bit_cast<std::uint32_t>(slope)} << 32 |
                      std::bit_cast<std::uint32_t>(static_cast<float>(at_start)));
      at_start = at_end;
    }
  }
  return table;
}

double low_half(std::uint64_t floats) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(floats));
}

PFSDAY_FOR_EACH_PROCESSOR
void draw(const stats::RandomStream& random, const std::uint64_t* table, double* __restrict scores,
          std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t bits = random.peek(i);
    // 2 p, an odd multiple of 2^-53.
    const double twice = one_and(bits >> (64 - mantissa_bits)) - (1 - 0x1p-53);
    const auto written = std::bit_cast<std::uint64_t>(twice);
    const std::uint64_t line = table[(written >> place_bits) - first_part];
    const double place = one_and(written << part_bits & mantissa_mask) - 1;
    const double value = low_half(line) + low_half(line >> 32) * place;
    scores[i] = std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) ^ bits << 63);
  }
}

/// exp(x) = 2^k exp(r), k the whole number nearest to x / ln 2, so that |r| <= ln 2 / 2; exp(r) by
/// its series, whose next term is below 2e-16.
PFSDAY_INLINE double exponential(double x) {
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

PFSDAY_FOR_EACH_PROCESSOR
void add_all_scaled(double factor, const double* x, double* sum, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sum[i] += factor * x[i];
}

constexpr std::size_t lanes = 16;  ///< sums that need not wait for each other
using Lanes [[gnu::vector_size(lanes * sizeof(double))]] = double;

PFSDAY_FOR_EACH_PROCESSOR
void add_to_lanes(const double* a, const double* b, std::size_t count, double* sums,
                  double* products) {
  Lanes sum_lanes{};
  Lanes product_lanes{};
  for (std::size_t i = 0; i + lanes <= count; i += lanes) {
    Lanes x;
    Lanes y;
    std::memcpy(&x, a + i, sizeof x);
    std::memcpy(&y, b + i, sizeof y);
    sum_lanes += x;
    product_lanes += x * y;
  }
  std::memcpy(sums, &sum_lanes, sizeof sum_lanes);
  std::memcpy(products, &product_lanes, sizeof product_lanes);
}

}  // namespace

void draw_normals(const stats::RandomStream& random, std::span<double> scores) {
  static const std::vector<std::uint64_t> table = make_table();
  draw(random, table.data(), scores.data(), scores.size());
}

void exponentiate(std::span<double> x) { exponentiate_all(x.data(), x.size()); }

void add_scaled(double factor, std::span<const double> x, std::span<double> sum) {
  assert(x.size() == sum.size());
  add_all_scaled(factor, x.data(), sum.data(), x.size());
}

Sums sums_of(std::span<const double> a, std::span<const double> b) {
  assert(a.size() == b.size());
  std::array<double, lanes> sums{};
  std::array<double, lanes> products{};
  add_to_lanes(a.data(), b.data(), a.size(), sums.data(), products.data());
  Sums total;
  for (std::size_t i = a.size() / lanes * lanes; i < a.size(); ++i) {
    total.of_a += a[i];
    total.of_products += a[i] * b[i];
  }
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    total.of_a += sums[lane];
    total.of_products += products[lane];
  }
  return total;
}

}  // namespace pfsday::uncertainty
