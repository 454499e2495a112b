// What depends on the order of elements, or on which of them are there: the best few, distinct
// slices, places of nonzero elements.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view top_k_doc = R"(
The k best elements along an axis, best first, and where they stood. k = 1 is the argument of the
maximum, k = size a sort.

  inputs   x
  attrs    axis; k; largest   1 for the largest, 0 for the smallest;
           last   of equal elements, 0: the first is the better one, 1: the last
  outputs  values, indices (i64), both of x's shape with k along the axis
  work     at most sum over i = 0..size-1 of bits(min(i, k)) compare for each row, where
           bits(m) = floor(log2(m)) + 1 and bits(0) = 0: size - 1 for k = 1
  derive   dx = combine_elements(0, indices, dvalues, add)

Element i is put by binary search among the best min(i, k) so far.
)";
constexpr std::string_view unique_doc = R"(
The distinct slices of x along its first axis.

  inputs   x [n, key...]
  attrs    sorted   1: in ascending order, the first element counting most; 0: as they appear
  outputs  first [n], the position of the first occurrence of each, then n;
           inverse [n], which of the distinct slices each slice is;
           counts [n], how often each occurs, then 0; count, how many there are; all i64
  work     at most size(key) * (sum over i = 0..n-1 of bits(i)) compare, with bits as in top_k

Slice i is put by binary search among the distinct slices so far. A compare tells less, equal and
greater apart.
)";
constexpr std::string_view nonzero_doc = R"(
Where the elements of x that are not zero stand, row by row.

  inputs   x
  outputs  indices [rank, elements] (i64), which end in columns of x's sizes, outside x;
           count, how many there are
  work     one compare for each element
)";

/// The compares of a binary search among m sorted elements, at most.
std::int64_t bits(std::int64_t m) {
  return static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(m)));
}

/// sum over i = 0..n-1 of bits(min(i, k)); the terms of i <= k by how many have each bit.
Count compares(std::int64_t n, std::int64_t k) {
  const std::int64_t m = std::min(n, k);
  Count sum = Count(n - m) * bits(k);
  for (std::int64_t power = 1; power < m; power *= 2) sum += Count(m - power);
  return sum;
}

/// First position among `count` sorted ones at which is_before(position) is true.
template <class IsBefore>
std::size_t search(std::size_t count, IsBefore&& is_before) {
  std::size_t low = 0;
  std::size_t high = count;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (is_before(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

Result<TensorTypes> infer_top_k(const NodeView& node) {
  TRY(require_numbers(node));
  const auto axis = TRY(require_integer(node, "axis", 0, node.input_type(0).rank() - 1));
  Shape shape = node.input_shape(0);
  std::int64_t& size = shape[static_cast<std::size_t>(axis)];
  size = TRY(require_integer(node, "k", 0, size));
  TRY(require_integer(node, "largest", 0, 1));
  TRY(require_integer(node, "last", 0, 1));
  return TensorTypes{{node.input_type(0).element, shape}, {ElementType::i64, shape}};
}

Work work_of_top_k(const NodeView& node, const Rules&) {
  const std::int64_t size = node.input_shape(0)[static_cast<std::size_t>(node.integer("axis"))];
  if (size == 0) return {};
  Shape rows = node.input_shape(0);
  rows[static_cast<std::size_t>(node.integer("axis"))] = 1;
  return {.compare = graph::element_count(rows) * compares(size, node.integer("k"))};
}

void derive_top_k(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  Builder& b = out.graph();
  out.add(0, b.emit("combine_elements", {b.full(node.input_type(0), 0), node.output(1), dy[0]},
                    {{"axis", node.integer("axis")}, {"mode", "add"}}));
}

/// The positions of the k best of the elements x(0..size-1), best first.
template <class Scalar, class Element>
std::vector<std::size_t> find_best(const NodeView& node, std::size_t size, Element&& x) {
  const auto k = static_cast<std::size_t>(node.integer("k"));
  const bool is_largest = node.integer("largest") != 0;
  const bool prefers_last = node.integer("last") != 0;
  std::vector<std::size_t> best;
  for (std::size_t i = 0; i < size && k > 0; ++i) {
    const std::size_t at = search(best.size(), [&](std::size_t position) {
      count_one<Scalar>(&Work::compare);
      const Exact held = value_of(x(best[position]));
      const Exact next = value_of(x(i));
      if (held == next) return prefers_last;
      return is_largest == (held < next);
    });
    best.insert(best.begin() + static_cast<std::ptrdiff_t>(at), i);
    if (best.size() > k) best.pop_back();
  }
  return best;
}

template <class Scalar>
void evaluate_top_k(const NodeView& node, Evaluation<Scalar>& run) {
  const auto axis = static_cast<std::size_t>(node.integer("axis"));
  const Axes from = strides_of(node.input_shape(0));
  const Axes to = strides_of(node.output_shape(0));
  const auto& x = run.input(0).data;
  Shape rows = node.input_shape(0);
  rows[axis] = std::min<std::int64_t>(rows[axis], 1);
  for_each_index(rows, [&](const Axes& row, std::size_t) {
    const std::size_t first = offset_of(row, from);
    const auto step = static_cast<std::size_t>(from[axis]);
    const auto best =
        find_best<Scalar>(node, static_cast<std::size_t>(node.input_shape(0)[axis]),
                          [&](std::size_t i) -> const Scalar& { return x[first + i * step]; });
    for (std::size_t i = 0; i < best.size(); ++i) {
      const std::size_t at = offset_of(row, to) + i * static_cast<std::size_t>(to[axis]);
      run.output(0).data[at] = x[first + best[i] * step];
      run.output(1).data[at] = static_cast<Exact>(best[i]);
    }
  });
}

Result<TensorTypes> infer_unique(const NodeView& node) {
  TRY(require_integer(node, "sorted", 0, 1));
  if (node.input_shape(0).empty()) {
    return fail(Code::shapes_disagree, "a scalar has no slices");
  }
  const TensorType positions{ElementType::i64, {node.input_shape(0)[0]}};
  return TensorTypes{positions, positions, positions, {ElementType::i64, {}}};
}

Work work_of_unique(const NodeView& node, const Rules&) {
  const Shape& x = node.input_shape(0);
  const Shape key(x.begin() + 1, x.end());
  return {.compare = graph::element_count(key) * compares(x[0], x[0])};
}

/// Distinct slices, numbered as they appear.
struct Distinct {
  std::vector<std::size_t> first = {};   ///< where each occurs first
  std::vector<std::size_t> sorted = {};  ///< their numbers in ascending order
  std::vector<std::size_t> of = {};      ///< by slice: the number of the distinct one
};

/// Less than, equal to or greater than zero, as slice a of that many elements is to slice b.
template <class Scalar>
int compare_slices(const std::vector<Scalar>& x, std::size_t key, std::size_t a, std::size_t b) {
  for (std::size_t i = 0; i < key; ++i) {
    count_one<Scalar>(&Work::compare);
    const Exact left = value_of(x[a * key + i]);
    const Exact right = value_of(x[b * key + i]);
    if (left != right) return left < right ? -1 : 1;
  }
  return 0;
}

template <class Scalar>
Distinct find_distinct(const std::vector<Scalar>& x, std::size_t n, std::size_t key) {
  Distinct d;
  for (std::size_t i = 0; i < n; ++i) {
    std::optional<std::size_t> equal;
    const std::size_t at = search(d.sorted.size(), [&](std::size_t position) {
      const std::size_t held = d.sorted[position];
      const int order = compare_slices(x, key, i, d.first[held]);
      if (order == 0) equal = held;
      return order <= 0;
    });
    d.of.push_back(equal.value_or(d.first.size()));
    if (equal) continue;
    d.sorted.insert(d.sorted.begin() + static_cast<std::ptrdiff_t>(at), d.first.size());
    d.first.push_back(i);
  }
  return d;
}

template <class Scalar>
void evaluate_unique(const NodeView& node, Evaluation<Scalar>& run) {
  const auto n = static_cast<std::size_t>(node.input_shape(0)[0]);
  const auto& x = run.input(0).data;
  const Distinct distinct = find_distinct(x, n, n == 0 ? 0 : x.size() / n);
  std::vector<std::size_t> place(distinct.first.size());
  std::iota(place.begin(), place.end(), 0);
  if (node.integer("sorted") != 0) {
    for (std::size_t i = 0; i < place.size(); ++i) place[distinct.sorted[i]] = i;
  }
  auto& first = run.output(0).data;
  std::fill(first.begin(), first.end(), static_cast<Exact>(n));
  for (std::size_t i = 0; i < place.size(); ++i) {
    first[place[i]] = static_cast<Exact>(distinct.first[i]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t at = place[distinct.of[i]];
    run.output(1).data[i] = static_cast<Exact>(at);
    Scalar& count = run.output(2).data[at];
    count = value_of(count) + 1;
  }
  run.output(3).data[0] = static_cast<Exact>(place.size());
}

Result<TensorTypes> infer_nonzero(const NodeView& node) {
  const Count elements = node.input_type(0).elements();
  if (elements > Count(size_limit)) {
    return fail(Code::limit_exceeded, fmt::format("nonzero of {}", to_string(node.input_shape(0))));
  }
  const auto most = static_cast<std::int64_t>(elements.value());
  return TensorTypes{{ElementType::i64, {node.input_type(0).rank(), most}}, {ElementType::i64, {}}};
}

Work work_of_nonzero(const NodeView& node, const Rules&) {
  return {.compare = node.input_type(0).elements()};
}

template <class Scalar>
void evaluate_nonzero(const NodeView& node, Evaluation<Scalar>& run) {
  const Shape& shape = node.input_shape(0);
  const std::size_t most = run.input(0).data.size();
  auto& indices = run.output(0).data;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    indices[i] = static_cast<Exact>(shape[i / most]);
  }
  std::size_t count = 0;
  for_each_index(shape, [&](const Axes& at, std::size_t position) {
    count_one<Scalar>(&Work::compare);
    if (value_of(run.input(0).data[position]) == 0) return;
    for (std::size_t i = 0; i < at.size(); ++i) {
      indices[i * most + count] = static_cast<Exact>(at[i]);
    }
    ++count;
  });
  run.output(1).data[0] = static_cast<Exact>(count);
}

constexpr Primitive defs[] = {
    {.kind = {.name = "top_k", .inputs = 1, .doc = top_k_doc},
     .infer = infer_top_k,
     .work = work_of_top_k,
     .derive = derive_top_k,
     .evaluate = {evaluate_top_k<Exact>, evaluate_top_k<Tally>},
     .is_bound = true},
    {.kind = {.name = "unique", .inputs = 1, .doc = unique_doc},
     .infer = infer_unique,
     .work = work_of_unique,
     .evaluate = {evaluate_unique<Exact>, evaluate_unique<Tally>},
     .is_bound = true},
    {.kind = {.name = "nonzero", .inputs = 1, .doc = nonzero_doc},
     .infer = infer_nonzero,
     .work = work_of_nonzero,
     .evaluate = {evaluate_nonzero<Exact>, evaluate_nonzero<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily order{"Order and choice", defs};

}  // namespace pfsday::ops
