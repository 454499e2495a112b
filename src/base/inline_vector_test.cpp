#include "base/inline_vector.h"

#include <gtest/gtest.h>

#include <vector>

namespace pfsday {
namespace {

using List = InlineVector<std::int64_t, 3>;
using Reference = std::vector<std::int64_t>;

Reference contents(const List& list) { return {list.begin(), list.end()}; }

/// The same steps done to a std::vector, at sizes that stay inside, reach outside and are there.
TEST(InlineVector, DoesAsStdVector) {
  for (std::size_t size = 0; size <= 8; ++size) {
    SCOPED_TRACE(size);
    List list;
    Reference reference;
    const auto both = [&](auto step) {
      step(list);
      step(reference);
      EXPECT_EQ(contents(list), reference);
    };
    for (std::size_t i = 0; i < size; ++i) {
      both([&](auto& v) { v.push_back(static_cast<std::int64_t>(i * i)); });
    }
    both([](auto& v) { v.insert(v.begin(), 7); });
    both([](auto& v) { v.insert(v.end(), v.front()); });
    both([](auto& v) { v.insert(v.begin() + 1, 2, -1); });
    const Reference more = {4, 5, 6};
    both([&](auto& v) { v.insert(v.end() - 1, more.begin(), more.end()); });
    both([](auto& v) { v.erase(v.begin() + 1); });
    both([](auto& v) { v.erase(v.begin() + 1, v.begin() + 3); });
    both([&](auto& v) { v.resize(size + 2, 9); });
    both([](auto& v) { v.pop_back(); });
    both([&](auto& v) { v.assign(size, 3); });
    both([&](auto& v) { v.assign(more.begin(), more.end()); });
    both([](auto& v) { v.clear(); });
  }
}

TEST(InlineVector, CopiesAndMoves) {
  for (const std::size_t size : {0U, 2U, 3U, 4U, 9U}) {
    SCOPED_TRACE(size);
    const Reference expected(size, 5);
    List list(size, 5);
    List copy = list;
    EXPECT_EQ(copy, list);
    List other = {1, 2, 3, 4, 5};
    other = copy;
    EXPECT_EQ(contents(other), expected);
    other.push_back(1);
    EXPECT_EQ(contents(copy), expected) << "it shares nothing";
    const List moved = std::move(list);
    EXPECT_EQ(contents(moved), expected);
    other = std::move(copy);
    EXPECT_EQ(contents(other), expected);
  }
}

TEST(InlineVector, AnElementOfItselfIsInsertedAsItWas) {
  List list = {1, 2, 3};  // full: the next one moves outside
  list.push_back(list[0]);
  list.insert(list.begin(), list.back());
  EXPECT_EQ(contents(list), (Reference{1, 1, 2, 3, 1}));
}

/// Of elements that may own memory.
TEST(InlineVector, HoldsVectors) {
  using Lists = InlineVector<List, 2>;
  const List small = {1, 2};
  const List large = {1, 2, 3, 4};
  Lists lists = {small, large};
  lists.push_back(lists[1]);
  const Lists copy = lists;
  lists.erase(lists.begin());
  EXPECT_EQ(lists, (Lists{large, large}));
  EXPECT_EQ(copy, (Lists{small, large, large}));
  Lists moved = std::move(lists);
  moved.resize(1);
  EXPECT_EQ(moved, (Lists{large}));
  moved = copy;
  EXPECT_EQ(moved, copy);
  moved.clear();
  EXPECT_TRUE(moved.empty());
}

TEST(InlineVector, Compares) {
  EXPECT_LT((List{1, 2}), (List{1, 2, 0}));
  EXPECT_LT((List{1, 2, 9, 9}), (List{1, 3}));
  EXPECT_NE((List{1, 2}), (List{1, 2, 0}));
  EXPECT_THROW(static_cast<void>(List{1}.at(1)), std::out_of_range);
}

}  // namespace
}  // namespace pfsday
