// Some of many numbers by their rank, without sorting them all.
//
//   select(values, {{49'999, 499'999, 949'999}})   // what would stand there if they were sorted
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace pfsday::uncertainty {

/// The values that would stand at these places, counted from 0, were all values sorted.
///   values  at least one; finite, not negative
///   ranks   below values.size()
/// Takes two readings of the values, and a sort of those whose leading bits are those of a value
/// that is asked for.
std::vector<double> select(std::span<const double> values, std::span<const std::size_t> ranks);

}  // namespace pfsday::uncertainty
