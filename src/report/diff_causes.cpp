#include "report/diff_causes.h"

#include <algorithm>
#include <array>
#include <map>

namespace pfsday::report {
namespace {

using units::Count;

Count less(Count from, Count amount) { return from < amount ? Count(0) : from - amount; }

/// A row while causes are sought: what of it is on one side only, and has none yet.
class OpenRow {
 public:
  explicit OpenRow(ProductRow& row) : row_(&row) {
    explain_mask();
    const Count common = std::min(left_.a, left_.b);
    left_.a -= common;
    left_.b -= common;
    take_a(Why::one_hot, less(row.a.one_hot, row.b.one_hot));
    take_b(Why::one_hot, less(row.b.one_hot, row.a.one_hot));
    const bool is_sum = row.product.m == Count(1) && row.product.n == Count(1);
    if (is_sum) take_all(Why::sum_of_products);
  }

  const ProductRow& row() const { return *row_; }
  Count left(bool of_b) const { return of_b ? left_.b : left_.a; }
  bool is_open() const { return left_.a != Count(0) || left_.b != Count(0); }

  void take_all(Why why) {
    take_a(why, left_.a);
    take_b(why, left_.b);
  }
  void take_recompute() {
    take_a(Why::recompute, less(row_->a.again, row_->b.again) * each_);
    take_b(Why::recompute, less(row_->b.again, row_->a.again) * each_);
  }
  /// What one side does as often as the other side's forward pass, or less often.
  void take_like_forward(bool of_b) {
    const Count forward = (of_b ? row_->a : row_->b).forward * each_;
    if (left(of_b) != Count(0) && left(of_b) <= forward) take_all(Why::like_forward);
  }

 private:
  /// One of these products may come to fewer multiply-adds on one side, where a mask hides some.
  /// From then on, each counts as on that side.
  void explain_mask() {
    left_ = {row_->a.macs, row_->b.macs};
    const Count times_a = row_->a.times, times_b = row_->b.times;
    const Count each_a = each_of(row_->a), each_b = each_of(row_->b);
    each_ = times_a == Count(0) ? each_b : times_b == Count(0) ? each_a : std::min(each_a, each_b);
    if (times_a == times_b) {
      take_a(Why::masked_pairs, less(left_.a, left_.b));
      take_b(Why::masked_pairs, less(left_.b, left_.a));
    } else if (each_a * times_a == left_.a && each_b * times_b == left_.b) {
      take_a(Why::masked_pairs, less(each_a, each_) * times_a);
      take_b(Why::masked_pairs, less(each_b, each_) * times_b);
    }
  }
  static Count each_of(const ProductSide& side) {
    return side.times == Count(0) ? Count(0) : Count(side.macs.value() / side.times.value());
  }

  void take_a(Why why, Count most) { take(why, most, &TwoSides::a); }
  void take_b(Why why, Count most) { take(why, most, &TwoSides::b); }
  void take(Why why, Count most, Count TwoSides::* side) {
    const Count taken = std::min(left_.*side, most);
    if (taken == Count(0)) return;
    left_.*side -= taken;
    auto found = std::ranges::find(row_->causes, why, &ProductRow::Cause::why);
    if (found == row_->causes.end()) found = row_->causes.insert(found, {.why = why});
    found->only.*side += taken;
  }

  ProductRow* row_;
  TwoSides left_;
  Count each_;  ///< multiply-adds of one
};
using OpenRows = std::vector<OpenRow>;

/// What rows have in common that are the same sums in other pieces: two sizes, of which the first
/// is one of the result. The others may differ.
struct Pieces {
  bool contracts = false;  ///< the second size is the one that is summed over
  Count first, second, batch;
  friend auto operator<=>(const Pieces&, const Pieces&) = default;
};

std::array<Pieces, 3> pieces_of(const count::Product& p) {
  return {{{true, p.m, p.k, 0}, {true, p.n, p.k, 0}, {false, p.m, p.n, p.batch}}};
}

std::map<Pieces, std::vector<OpenRow*>> group_pieces(OpenRows& rows) {
  std::map<Pieces, std::vector<OpenRow*>> groups;
  for (OpenRow& row : rows) {
    if (!row.is_open() || !row.row().product.has_sizes()) continue;
    for (const Pieces& pieces : pieces_of(row.row().product)) groups[pieces].push_back(&row);
  }
  return groups;
}

/// Rows of both sides whose sums are equal, `times_a` and `times_b` taken into account.
void explain_pieces(OpenRows& rows, Why why, Count times_a, Count times_b) {
  for (auto& [pieces, group] : group_pieces(rows)) {
    Count a = 0, b = 0;
    for (const OpenRow* row : group) {
      a += row->left(false);
      b += row->left(true);
    }
    if (a == Count(0) || a * times_a != b * times_b) continue;
    for (OpenRow* row : group) row->take_all(why);
  }
}

/// The larger size is the smaller one, rounded up to a multiple of a power of two: by an eighth at
/// most, so that a size that is simply another one is not taken for it.
bool is_padded(Count x, Count y) {
  const units::Uint128 small = std::min(x, y).value(), large = std::max(x, y).value();
  if (small == large || (large - small) * 8 > small) return false;
  for (units::Uint128 unit = 8; unit <= 1024; unit *= 2) {
    if ((small + unit - 1) / unit * unit == large) return true;
  }
  return false;
}

/// Two products of which one has one size padded.
bool differ_by_padding(const count::Product& p, const count::Product& q) {
  if (!p.has_sizes() || !q.has_sizes() || p.batch != q.batch) return false;
  if (p.m == q.m && p.n == q.n) return is_padded(p.k, q.k);
  if (p.k != q.k) return false;
  if (p.m == q.m) return is_padded(p.n, q.n);
  if (p.n == q.n) return is_padded(p.m, q.m);
  // The padded size may have become the larger one of the two.
  return (p.m == q.n && is_padded(p.n, q.m)) || (p.n == q.m && is_padded(p.m, q.n));
}

/// True for what only that side does, as often as the sizes say.
bool is_alone(const OpenRow& row, bool of_b) {
  const ProductSide& side = of_b ? row.row().b : row.row().a;
  const ProductSide& other = of_b ? row.row().a : row.row().b;
  return other.times == Count(0) && row.left(of_b) != Count(0) && row.left(of_b) == side.macs;
}

void explain_padding(OpenRows& rows) {
  constexpr std::size_t most_rows = 1000;  // no model has so many that differ in one size
  for (auto& [pieces, group] : group_pieces(rows)) {
    if (group.size() > most_rows) continue;
    for (OpenRow* row : group) {
      if (!is_alone(*row, false)) continue;
      const auto other = std::ranges::find_if(group, [&](const OpenRow* candidate) {
        return is_alone(*candidate, true) && candidate->row().b.times == row->row().a.times &&
               differ_by_padding(row->row().product, candidate->row().product);
      });
      if (other == group.end()) continue;
      row->take_all(Why::padded);
      (*other)->take_all(Why::padded);
    }
  }
}

/// What a compiled program does again need not say so; what pfsday builds itself does.
void explain_silent_recompute(OpenRows& rows, const ProductList& a, const ProductList& b) {
  for (OpenRow& row : rows) {
    if (b.tells_passes && !a.tells_passes) row.take_like_forward(false);
    if (a.tells_passes && !b.tells_passes) row.take_like_forward(true);
  }
}

}  // namespace

void explain_rows(std::vector<ProductRow>& rows, const ProductList& a, const ProductList& b) {
  OpenRows open;
  for (ProductRow& row : rows) {
    const bool differs = row.a.macs != row.b.macs;
    if (differs) open.emplace_back(row);
  }
  const auto explain_pieces_of_both = [&] {
    explain_pieces(open, Why::cut_otherwise, 1, 1);
    if (a.devices != b.devices) explain_pieces(open, Why::of_one_device, a.devices, b.devices);
  };
  explain_pieces_of_both();
  for (OpenRow& row : open) row.take_recompute();
  explain_pieces_of_both();  // where only one side recomputes
  explain_padding(open);
  explain_silent_recompute(open, a, b);
  for (OpenRow& row : open) row.take_all(Why::unexplained);
}

}  // namespace pfsday::report
