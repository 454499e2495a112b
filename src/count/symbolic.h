// The counts of a model as exact formulas in the sizes that its file leaves open.
//
//   const Symbolic symbolic = TRY(find_formulas({"batch", "seq"}, [&](const Sizes& sizes) {
//     return count_at(sizes);   // Result<Counts>: the model counted with these bindings
//   }));
//   symbolic.formula(0, Figure::macs)   // of the forward pass: 84,934,656*seq + 18,432*seq^2
//
// A formula is found by counting, not by algebra on the graph: counts at enough sizes are
// interpolated in exact quotients, and the result must give the counts at fresh sizes too. Where
// strides round down, a figure is a quasi-polynomial: one polynomial for each class of sizes with
// the same remainders. Its period in a size is the least of 1 to 32 that holds. A class in which
// the model has no valid shapes has its fault in place of a formula.
#pragma once

#include <array>
#include <functional>
#include <map>

#include "count/count.h"
#include "count/polynomial.h"

namespace pfsday::count {

using Sizes = std::map<std::string, std::int64_t, std::less<>>;
using CountAt = std::function<Result<Counts>(const Sizes&)>;

/// What it may take to find all formulas of a model.
constexpr std::size_t most_counts = 10'000;

/// A number that a pass is described by.
enum class Figure : std::uint8_t {
  mul,
  add,
  div,
  special,
  compare,
  bytes,
  flop,      ///< mul + add, or the figure of the first view of the counts
  products,  ///< 2 x macs
  macs,      ///< multiply-adds of products
  other,     ///< div + special + compare
};
constexpr std::size_t figure_count = 10;
std::string_view to_string(Figure figure);

/// The formula for all sizes with these remainders modulo the periods.
struct ResidueClass {
  std::vector<std::int64_t> residues;
  Polynomial polynomial = {};
  std::string fault = {};  ///< why the model cannot have such sizes
  friend bool operator==(const ResidueClass&, const ResidueClass&) = default;
};

/// The sizes of one name for which the formulas were found to hold.
struct Range {
  std::int64_t from = 1;
  std::int64_t to = 0;  ///< the model allows no more; 0 where no end was met
  friend bool operator==(const Range&, const Range&) = default;
};

struct Formula {
  std::vector<std::int64_t> periods = {};  ///< one for each name; all 1 for a polynomial
  std::vector<ResidueClass> classes = {};  ///< the last remainder runs fastest
  std::string reason = {};                 ///< why there is none; then there are no classes
  std::vector<Range> ranges = {};          ///< where they are not those of the others

  bool found() const { return !classes.empty(); }
  bool is_polynomial() const { return classes.size() == 1; }
  friend bool operator==(const Formula&, const Formula&) = default;
};

struct Symbolic {
  static constexpr std::size_t total = graph::pass_count;

  std::vector<std::string> names;
  std::vector<Range> ranges;
  std::vector<std::int64_t> base;  ///< sizes at which the model is valid
  std::size_t counted = 0;         ///< how many bindings were counted in all
  std::size_t fresh = 0;           ///< at how many bindings beyond the interpolated ones all agreed
  /// Of each pass, and of the total.
  std::array<std::array<Formula, figure_count>, graph::pass_count + 1> formulas = {};

  const Formula& formula(std::size_t pass, Figure figure) const {
    return formulas[pass][static_cast<std::size_t>(figure)];
  }
};

/// Errors: Code::no_formula where FLOP or MACs of a pass have none, with the reason; other figures
/// may lack one. Code::limit_exceeded if that takes more than `most_counts`. The fault of the count
/// if the model counts nowhere.
Result<Symbolic> find_formulas(std::vector<std::string> names, const CountAt& count_at);

}  // namespace pfsday::count
