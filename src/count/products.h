// The products of a step by what they are: sizes, and how often each is done.
//
//   for (const ProductUse& use : list_products(step, rules)) {
//     to_string(use.product);      // "16,384 x 4,096 x 128,256"
//     use.macs(Pass::forward);     // its multiply-adds in the forward pass
//   }
//
// Two descriptions of one model name their products differently and cut their passes differently,
// but do the same products: lists of them can be held against each other.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "count/built_step.h"

namespace pfsday::count {

/// `batch` results of m x n, each element a sum of k products; m is the larger of the two sizes.
///
///   dot             what is neither batch nor contracted makes m and n
///   convolution     of each group: (images x places) x filters, over channels x taps; its
///   gradients
///                   likewise
///   attention       of each head of keys: (queries of its group) x keys, over the width, and so on
///
/// An operator that only states how many multiply-adds it does has its name, and no sizes.
struct Product {
  Count batch = 0, m = 0, n = 0, k = 0;
  std::string name = {};

  bool has_sizes() const { return name.empty(); }
  friend auto operator<=>(const Product&, const Product&) = default;
};

/// "16,384 x 4,096 x 128,256", "of 8: 2,048 x 2,048 x 64", or the name.
std::string to_string(const Product& product);

struct ProductUse {
  /// Of one pass. Where a mask hides pairs of attention, there are fewer multiply-adds than the
  /// sizes say.
  struct Done {
    Count times = {};  ///< counted with the batch as one
    Count macs = {};
    Count one_hot = {};  ///< of those, multiply-adds whose one operand has a single 1 in each row
  };
  Product product = {};
  std::array<Done, graph::pass_count> passes = {};
  std::string layer = {};  ///< the first that does it

  const Done& pass(Pass pass) const { return passes[static_cast<std::size_t>(pass)]; }
  Done total() const;  ///< of all passes, what is computed again included
};

/// In the order of the graph. Their multiply-adds are all that count_built finds in products.
std::vector<ProductUse> list_products(const BuiltStep& step, const ops::Rules& rules);

}  // namespace pfsday::count
