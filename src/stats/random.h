// Random numbers by counting: number i of stream s of a seed is a function of (seed, s, i) alone,
// so that work split over any number of threads gives the same result.
//
//   RandomStream random(seed, resample);
//   const std::uint64_t row = random.below(n);
//   const double noise = random.uniform(-0.3, 0.3);
//
// The function is SplitMix64: a multiple of the odd number nearest 2^64 / golden ratio, its bits
// mixed by two multiplications (Steele, Lea and Flood 2014; mixing constants of Stafford's variant
// 13). A stream starts at a mixture of seed and stream number, so that streams are parts of one
// cycle of 2^64 numbers, at starts that look random.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace pfsday::stats {

inline std::uint64_t mix_bits(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t stream)
      : state_(mix_bits(mix_bits(seed + step) + stream * step)) {}

  std::uint64_t next() { return mix_bits(state_ += step); }

  /// What the next call but i would give, without drawing it: for loops over many numbers at once.
  std::uint64_t peek(std::uint64_t i) const { return mix_bits(state_ + (i + 1) * step); }

  /// In [0, 1), of 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  /// An integer in [0, n), n from 1 to 2^32; any two differ in probability by less than n / 2^32 of
  /// it.
  std::uint32_t below(std::uint64_t n) { return to_below(next() >> 32, n); }

  /// Two independent ones from one number.
  struct Pair {
    std::uint32_t first, second;
  };
  Pair two_below(std::uint64_t n) {
    const std::uint64_t bits = next();
    return {to_below(bits >> 32, n), to_below(bits & 0xffffffff, n)};
  }

  /// Standard normal, by the polar form of Box and Muller 1958.
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  static constexpr std::uint64_t step = 0x9e3779b97f4a7c15ULL;

  static std::uint32_t to_below(std::uint64_t bits32, std::uint64_t n) {
    return static_cast<std::uint32_t>((bits32 * n) >> 32);
  }

  std::uint64_t state_;
};

}  // namespace pfsday::stats
