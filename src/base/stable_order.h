// Sorting that keeps the order of what is equal. (std::stable_sort goes through a function of the
// library that is deprecated.)
//
//   for (const std::size_t i : stable_order(x.size(), [&](std::size_t i) { return x[i]; })) ...
//   sort_stably(rows, [](const Row& row) { return row.date; });
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

namespace pfsday {

/// 0..n-1 by ascending key_of(i), equal ones in their order.
template <class KeyOf>
std::vector<std::size_t> stable_order(std::size_t n, KeyOf key_of) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const auto& of_a = std::invoke(key_of, a);
    const auto& of_b = std::invoke(key_of, b);
    return of_a < of_b || (!(of_b < of_a) && a < b);
  });
  return order;
}

/// By ascending key, equal ones in their order.
template <class T, class KeyOf>
void sort_stably(std::vector<T>& values, KeyOf key_of) {
  std::vector<T> sorted;
  sorted.reserve(values.size());
  const auto key_at = [&](std::size_t i) { return std::invoke(key_of, values[i]); };
  for (const std::size_t i : stable_order(values.size(), key_at)) {
    sorted.push_back(std::move(values[i]));
  }
  values = std::move(sorted);
}

}  // namespace pfsday
