// The products of two models held against each other: which both do, which only one does, and why.
//
//   const ProductDiff diff = diff_products(a, b);
//   diff.same.size();                  // kinds of product that both do equally often
//   diff.sum_of(Why::one_hot).b;       // multiply-adds of B by one-hot matrices that A does not do
//   diff.agrees();                     // all that differs has a reason
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "count/products.h"
#include "report/grid.h"

namespace pfsday::report {

/// Why multiply-adds are on one side only.
enum class Why : std::uint8_t {
  one_hot,          ///< a product with a one-hot matrix: an embedding that is looked up so
  recompute,        ///< the pass `recompute` says so
  like_forward,     ///< as often as the other side's forward pass: no pass tells what it is
  masked_pairs,     ///< pairs of attention that a mask hides on the other side
  padded,           ///< one size is rounded up
  cut_otherwise,    ///< the same sums in other pieces: projections joined, rows split
  of_one_device,    ///< one side is the program of one of several devices
  sum_of_products,  ///< a result of one element: multiplied and summed up, written as a product
  unexplained,
};
inline constexpr std::size_t why_count = 9;
/// As people read it: "one-hot matrix".
std::string_view name_of(Why why);
/// As JSON has it: "one_hot".
std::string_view key_of(Why why);

/// Multiply-adds of each side.
struct TwoSides {
  units::Count a = {}, b = {};
};

/// What one side does of one kind of product.
struct ProductSide {
  units::Count times = {}, macs = {};
  units::Count one_hot = {};  ///< multiply-adds, among macs
  units::Count again = {};    ///< times in the pass recompute
  units::Count forward = {};  ///< times in the forward pass
  std::string layer = {};     ///< the first that does it
};

struct ProductRow {
  struct Cause {
    Why why = Why::unexplained;
    TwoSides only = {};  ///< what is on that side and has this reason not to be on the other
  };
  count::Product product = {};
  ProductSide a = {}, b = {};
  std::vector<Cause> causes = {};
};

/// A model whose products are compared.
struct ProductList {
  std::vector<count::ProductUse> uses = {};
  units::Count times = 1;    ///< as often as the program runs: on so many devices
  units::Count devices = 1;  ///< those that the rest of the model runs on, too
  bool tells_passes = true;  ///< a product of a gradient, or one that is done again, says so
};

struct ProductDiff {
  std::vector<ProductRow> same = {};
  std::vector<ProductRow> different = {};  ///< by the size of the difference
  TwoSides total = {};

  /// Over all rows.
  TwoSides sum_of(Why why) const;
  /// What is on both sides: the total without all that has a reason and all that has none.
  units::Count common() const;
  /// All of it is in both, or has a reason that is known.
  bool agrees() const;
};

ProductDiff diff_products(const ProductList& a, const ProductList& b);

/// A row for each kind of product that differs, or for all of them and where they are first done.
Grid product_grid(const ProductDiff& diff, bool all);
/// A row for what both do and for each reason why they differ; the sides add up to the totals.
Grid product_sums_grid(const ProductDiff& diff);

}  // namespace pfsday::report
