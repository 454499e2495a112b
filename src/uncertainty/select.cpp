#include "uncertainty/select.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>

namespace pfsday::uncertainty {
namespace {

/// Parts of the range of some of the values, of equal numbers of doubles: the bits of a double that
/// is not negative ascend with it. What is beyond the range is in the part at that end.
class Bins {
 public:
  explicit Bins(std::span<const double> values) {
    std::uint64_t most = 0;
    least_ = ~std::uint64_t{0};
    const std::size_t stride = values.size() / looked_at + 1;
    for (std::size_t i = 0; i < values.size(); i += stride) {
      const auto bits = std::bit_cast<std::uint64_t>(values[i]);
      least_ = std::min(least_, bits);
      most = std::max(most, bits);
    }
    range_ = most - least_;
    shift_ = std::max(0, static_cast<int>(std::bit_width(range_)) - bits_of_a_bin);
  }

  std::size_t operator()(double value) const {
    const std::uint64_t bits = std::max(std::bit_cast<std::uint64_t>(value), least_);
    return std::min(bits - least_, range_) >> shift_;
  }

  static constexpr int bits_of_a_bin = 12;

 private:
  static constexpr std::size_t looked_at = 4096;

  std::uint64_t least_ = 0;
  std::uint64_t range_ = 0;
  int shift_ = 0;
};

struct Wanted {
  std::size_t bin = 0;
  std::size_t place = 0;  ///< within the bin
};

/// In which bins the ranks are.
std::vector<Wanted> locate(std::span<const double> values, const Bins& bins,
                           std::span<const std::size_t> ranks) {
  std::vector<std::uint32_t> counts(std::size_t{1} << Bins::bits_of_a_bin);
  for (const double value : values) ++counts[bins(value)];
  std::vector<Wanted> wanted;
  for (const std::size_t rank : ranks) {
    assert(rank < values.size());
    std::size_t bin = 0;
    std::size_t place = rank;
    while (place >= counts[bin]) place -= counts[bin++];
    wanted.push_back({bin, place});
  }
  return wanted;
}

}  // namespace

std::vector<double> select(std::span<const double> values, std::span<const std::size_t> ranks) {
  assert(!values.empty());
  const Bins bins(values);
  const std::vector<Wanted> wanted = locate(values, bins, ranks);
  std::vector<std::vector<double>> contents(std::size_t{1} << Bins::bits_of_a_bin);
  std::vector<char> is_wanted(contents.size());
  for (const Wanted& one : wanted) is_wanted[one.bin] = 1;
  for (const double value : values) {
    if (is_wanted[bins(value)] != 0) contents[bins(value)].push_back(value);
  }
  for (const Wanted& one : wanted) std::ranges::sort(contents[one.bin]);
  std::vector<double> selected;
  for (const Wanted& one : wanted) selected.push_back(contents[one.bin][one.place]);
  return selected;
}

}  // namespace pfsday::uncertainty
