#include "report/diff_products.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "report/diff_causes.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

using graph::Pass;
using units::Count;
using units::to_grouped;

struct Words {
  std::string_view name, key;
};
/// In the order of Why.
constexpr std::array<Words, why_count> words = {{
    {"one-hot matrix", "one_hot"},
    {"recompute", "recompute"},
    {"as often as forward: recompute?", "like_forward"},
    {"pairs that a mask hides", "masked_pairs"},
    {"padded size", "padded"},
    {"cut otherwise", "cut_otherwise"},
    {"program of one device", "of_one_device"},
    {"sum written as a product", "sum_of_products"},
    {"not explained", "unexplained"},
}};

ProductSide side_of(const count::ProductUse& use, Count times) {
  const count::ProductUse::Done done = use.total();
  return {.times = done.times * times,
          .macs = done.macs * times,
          .one_hot = done.one_hot * times,
          .again = use.pass(Pass::recompute).times * times,
          .forward = use.pass(Pass::forward).times * times,
          .layer = use.layer};
}

/// A row for each product of either model, in the order in which A and then B have them.
std::vector<ProductRow> pair_products(const ProductList& a, const ProductList& b) {
  std::vector<ProductRow> rows;
  std::map<count::Product, std::size_t> index;
  const auto add = [&](const ProductList& list, ProductSide ProductRow::* side) {
    for (const count::ProductUse& use : list.uses) {
      const auto [found, is_new] = index.try_emplace(use.product, rows.size());
      if (is_new) rows.push_back({.product = use.product});
      rows[found->second].*side = side_of(use, list.times);
    }
  };
  add(a, &ProductRow::a);
  add(b, &ProductRow::b);
  return rows;
}

Count difference(const ProductRow& row) {
  return row.a.macs < row.b.macs ? row.b.macs - row.a.macs : row.a.macs - row.b.macs;
}

std::string signed_difference(Count a, Count b) {
  if (a == b) return "0";
  return a < b ? "+" + to_grouped(b - a) : "-" + to_grouped(a - b);
}

std::string percent_of(Count a, Count b, Count whole) {
  if (a == b || whole == Count(0)) return "";
  const double size = 100 * (a < b ? b - a : a - b).to_double() / whole.to_double();
  return fmt::format("{}{} %", a < b ? '+' : '-', units::to_significant(size, 3));
}

std::string list_causes(const ProductRow& row) {
  std::string text;
  for (const ProductRow::Cause& cause : row.causes) {
    text += (text.empty() ? "" : "; ") + std::string(name_of(cause.why));
  }
  return text.empty() ? "same" : text;
}

std::string or_nothing(Count count) { return count == Count(0) ? "" : to_grouped(count); }

}  // namespace

std::string_view name_of(Why why) { return words[static_cast<std::size_t>(why)].name; }
std::string_view key_of(Why why) { return words[static_cast<std::size_t>(why)].key; }

TwoSides ProductDiff::sum_of(Why why) const {
  TwoSides sum;
  for (const ProductRow& row : different) {
    for (const ProductRow::Cause& cause : row.causes) {
      if (cause.why != why) continue;
      sum.a += cause.only.a;
      sum.b += cause.only.b;
    }
  }
  return sum;
}

Count ProductDiff::common() const {
  Count common = total.a;
  for (std::size_t i = 0; i < why_count; ++i) common -= sum_of(static_cast<Why>(i)).a;
  return common;
}

bool ProductDiff::agrees() const {
  return std::ranges::none_of(different, [](const ProductRow& row) {
    return std::ranges::any_of(row.causes, [](const ProductRow::Cause& cause) {
      return cause.why == Why::unexplained || cause.why == Why::like_forward;
    });
  });
}

ProductDiff diff_products(const ProductList& a, const ProductList& b) {
  std::vector<ProductRow> rows = pair_products(a, b);
  explain_rows(rows, a, b);
  ProductDiff diff;
  for (ProductRow& row : rows) {
    diff.total.a += row.a.macs;
    diff.total.b += row.b.macs;
    (row.causes.empty() ? diff.same : diff.different).push_back(std::move(row));
  }
  std::ranges::sort(diff.different, [](const ProductRow& first, const ProductRow& second) {
    const Count size = difference(first), other = difference(second);
    return size != other ? size > other : first.product < second.product;
  });
  return diff;
}

Grid product_grid(const ProductDiff& diff, bool all) {
  Grid grid{.text_columns = all ? 4U : 2U, .headings = {"product", "reason"}};
  if (all) grid.headings.insert(grid.headings.end(), {"first in A", "first in B"});
  grid.headings.insert(grid.headings.end(),
                       {"times in A", "in B", "multiply-adds in A", "in B", "difference"});
  const auto add = [&](const ProductRow& row) {
    std::vector<std::string> cells = {to_string(row.product), list_causes(row)};
    if (all) cells.insert(cells.end(), {row.a.layer, row.b.layer});
    cells.insert(cells.end(),
                 {or_nothing(row.a.times), or_nothing(row.b.times), or_nothing(row.a.macs),
                  or_nothing(row.b.macs), signed_difference(row.a.macs, row.b.macs)});
    grid.rows.push_back(std::move(cells));
  };
  if (all) std::ranges::for_each(diff.same, add);
  std::ranges::for_each(diff.different, add);
  return grid;
}

Grid product_sums_grid(const ProductDiff& diff) {
  Grid grid{.headings = {"multiply-adds of products", "A", "B", "difference", "of A"}};
  const auto row_of = [&](std::string_view name, Count a, Count b) {
    return std::vector<std::string>{std::string(name), to_grouped(a), to_grouped(b),
                                    signed_difference(a, b), percent_of(a, b, diff.total.a)};
  };
  grid.rows.push_back(row_of("in both", diff.common(), diff.common()));
  for (std::size_t i = 0; i < why_count; ++i) {
    const Why why = static_cast<Why>(i);
    const TwoSides sum = diff.sum_of(why);
    const bool is_shown = sum.a != Count(0) || sum.b != Count(0) || why == Why::unexplained;
    if (is_shown) grid.rows.push_back(row_of(name_of(why), sum.a, sum.b));
  }
  grid.total = row_of("all", diff.total.a, diff.total.b);
  return grid;
}

}  // namespace pfsday::report
