#include "report/diff_products.h"

#include <gtest/gtest.h>

namespace pfsday::report {
namespace {

using count::Product;
using count::ProductUse;
using graph::Pass;
using units::Count;

/// Products of one pass; `each` are the multiply-adds of one, by default those of its sizes.
struct Some {
  Product product;
  Count times = 1;
  Pass pass = Pass::forward;
  bool is_one_hot = false;
  Count each = 0;
};

ProductList list_of(const std::vector<Some>& products) {
  ProductList list;
  for (const Some& some : products) {
    auto use = std::ranges::find(list.uses, some.product, &ProductUse::product);
    if (use == list.uses.end()) use = list.uses.insert(use, {.product = some.product});
    const Product& p = some.product;
    const Count each = some.each == Count(0) ? p.batch * p.m * p.n * p.k : some.each;
    ProductUse::Done& done = use->passes[static_cast<std::size_t>(some.pass)];
    done.times += some.times;
    done.macs += each * some.times;
    if (some.is_one_hot) done.one_hot += each * some.times;
  }
  return list;
}

Product sized(std::uint64_t m, std::uint64_t n, std::uint64_t k, std::uint64_t batch = 1) {
  return {.batch = batch, .m = m, .n = n, .k = k};
}

std::string amounts(const ProductDiff& diff, Why why) {
  const TwoSides sum = diff.sum_of(why);
  return to_digits(sum.a) + " " + to_digits(sum.b);
}

TEST(DiffProducts, ReasonsOfOneProduct) {
  const struct {
    std::string_view name;
    std::vector<Some> a, b;
    Why why;
    std::string_view expected;  ///< multiply-adds that A and B have for that reason
    std::uint64_t common;
  } cases[] = {
      {"an embedding by a product",
       {{sized(8, 4, 16), 1}},
       {{sized(8, 4, 16), 1}, {sized(8, 4, 16), 1, Pass::forward, true}},
       Why::one_hot,
       "0 512",
       512},
      {"recompute in A",
       {{sized(8, 4, 2), 1}, {sized(8, 4, 2), 1, Pass::recompute}},
       {{sized(8, 4, 2), 1}},
       Why::recompute,
       "64 0",
       64},
      {"recompute in both",
       {{sized(8, 4, 2), 1}, {sized(8, 4, 2), 1, Pass::recompute}},
       {{sized(8, 4, 2), 1}, {sized(8, 4, 2), 3, Pass::recompute}},
       Why::recompute,
       "0 128",
       128},
      {"a mask, as often",
       {{sized(4, 4, 2, 3), 2, Pass::forward, false, 60}},
       {{sized(4, 4, 2, 3), 2}},
       Why::masked_pairs,
       "0 72",
       120},
      {"a mask, not as often",
       {{sized(4, 4, 2, 3), 2, Pass::forward, false, 60},
        {sized(4, 4, 2, 3), 1, Pass::recompute, false, 60}},
       {{sized(4, 4, 2, 3), 2}},
       Why::masked_pairs,
       "0 72",
       120},
      {"a scale's gradient", {}, {{sized(1, 1, 9, 5), 2}}, Why::sum_of_products, "0 90", 0},
      {"only in A", {{sized(8, 4, 2), 1}}, {}, Why::unexplained, "64 0", 0},
      {"more often in B",
       {{sized(8, 4, 2), 1}},
       {{sized(8, 4, 2), 3}},
       Why::unexplained,
       "0 128",
       64},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const ProductDiff diff = diff_products(list_of(c.a), list_of(c.b));
    EXPECT_EQ(amounts(diff, c.why), c.expected);
    EXPECT_EQ(diff.common(), Count(c.common));
    EXPECT_EQ(diff.agrees(), c.why != Why::unexplained);
  }
}

/// Each counts as its pairs say, also where the other side has none to compare it with.
TEST(DiffProducts, RecomputeBehindAMaskInOneModel) {
  const ProductDiff diff =
      diff_products(list_of({{sized(4, 4, 2, 3), 2, Pass::forward, false, 60},
                             {sized(4, 4, 2, 3), 1, Pass::recompute, false, 60}}),
                    list_of({}));
  EXPECT_EQ(amounts(diff, Why::recompute), "60 0");
  EXPECT_EQ(amounts(diff, Why::unexplained), "120 0");
}

TEST(DiffProducts, ReasonsOfSeveralProducts) {
  const struct {
    std::string_view name;
    std::vector<Some> a, b;
    Why why;
    std::string_view expected;
  } cases[] = {
      {"queries, keys and values joined",
       {{sized(32, 8, 8), 1}, {sized(32, 2, 8), 2}},
       {{sized(32, 12, 8), 1}},
       Why::cut_otherwise,
       "3072 3072"},
      {"their gradients",
       {{sized(32, 8, 8), 1}, {sized(32, 8, 2), 2}},
       {{sized(32, 8, 12), 1}},
       Why::cut_otherwise,
       "3072 3072"},
      {"heads of queries in groups",
       {{sized(10, 7, 4, 6), 1}},
       {{sized(7, 5, 4, 12), 1}},
       Why::cut_otherwise,
       "1680 1680"},
      {"a vocabulary that is padded",
       {{sized(50257, 32, 8), 1}},
       {{sized(50304, 32, 8), 1}},
       Why::padded,
       "12865792 12877824"},
      {"its gradient",
       {{sized(32, 8, 50257), 1}},
       {{sized(32, 8, 50304), 1}},
       Why::padded,
       "12865792 12877824"},
      {"no padding: too far",
       {{sized(50257, 32, 8), 1}},
       {{sized(60000, 32, 8), 1}},
       Why::padded,
       "0 0"},
      {"no pieces: other sums",
       {{sized(32, 8, 8), 1}},
       {{sized(32, 16, 8), 1}},
       Why::cut_otherwise,
       "0 0"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const ProductDiff diff = diff_products(list_of(c.a), list_of(c.b));
    EXPECT_EQ(amounts(diff, c.why), c.expected);
    EXPECT_EQ(diff.agrees(), c.expected != "0 0");
  }
}

TEST(DiffProducts, TheProgramOfOneDevice) {
  const ProductList whole = list_of({{sized(64, 8, 4), 2}, {sized(8, 4, 64), 1}});
  ProductList part = list_of({{sized(16, 8, 4), 2}, {sized(16, 8, 4), 0}, {sized(16, 8, 4), 0}});
  part.uses.push_back(list_of({{sized(8, 4, 16), 1}}).uses.front());
  part.devices = 4;
  const ProductDiff one = diff_products(whole, part);
  EXPECT_EQ(amounts(one, Why::of_one_device), "6144 1536");
  EXPECT_TRUE(one.agrees());
  part.devices = 1;
  part.times = 4;
  const ProductDiff all = diff_products(whole, part);
  EXPECT_EQ(amounts(all, Why::cut_otherwise), "6144 6144");
  EXPECT_TRUE(all.agrees());
}

TEST(DiffProducts, SilentRecompute) {
  const ProductList a = list_of({{sized(8, 4, 2), 2}, {sized(8, 4, 2), 1, Pass::data_gradient}});
  ProductList b = list_of({{sized(8, 4, 2), 5}});
  EXPECT_FALSE(diff_products(a, b).agrees()) << "B tells its passes: it does forward products";
  b.tells_passes = false;
  EXPECT_EQ(amounts(diff_products(a, b), Why::like_forward), "0 128");
  EXPECT_EQ(amounts(diff_products(b, a), Why::like_forward), "128 0");
  b = list_of({{sized(8, 4, 2), 6}});
  b.tells_passes = false;
  EXPECT_FALSE(diff_products(a, b).agrees()) << "more than the forward pass";
}

TEST(DiffProducts, Tables) {
  const ProductDiff diff =
      diff_products(list_of({{sized(8, 4, 16), 1}, {sized(5, 3, 2), 1}}),
                    list_of({{sized(8, 4, 16), 1, Pass::forward, true}, {sized(8, 4, 16), 1}}));
  const Grid rows = product_grid(diff, false);
  ASSERT_EQ(rows.rows.size(), 2U);
  EXPECT_EQ(rows.rows[0], (std::vector<std::string>{"8 x 4 x 16", "one-hot matrix", "1", "2", "512",
                                                    "1,024", "+512"}));
  EXPECT_EQ(rows.rows[1],
            (std::vector<std::string>{"5 x 3 x 2", "not explained", "1", "", "30", "", "-30"}));
  const Grid sums = product_sums_grid(diff);
  ASSERT_EQ(sums.rows.size(), 3U);
  EXPECT_EQ(sums.rows[0], (std::vector<std::string>{"in both", "512", "512", "0", ""}));
  EXPECT_EQ(sums.rows[1],
            (std::vector<std::string>{"one-hot matrix", "0", "512", "+512", "+94.5 %"}));
  EXPECT_EQ(sums.rows[2], (std::vector<std::string>{"not explained", "30", "0", "-30", "-5.54 %"}));
  EXPECT_EQ(sums.total, (std::vector<std::string>{"all", "542", "1,024", "+482", "+88.9 %"}));
}

}  // namespace
}  // namespace pfsday::report
