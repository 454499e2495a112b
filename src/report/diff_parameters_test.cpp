#include "report/diff_parameters.h"

#include <gtest/gtest.h>

namespace pfsday::report {
namespace {

count::Parameter tensor(std::string name, graph::Shape shape) {
  const units::Count numbers = graph::element_count(shape);
  return {std::move(name), std::move(shape), numbers};
}

/// Tensors of A and B for each match, in the order of Match.
std::string matches(const ParameterDiff& diff) {
  std::string text;
  for (const ParameterDiff::Line& line : diff.matches) {
    text += (text.empty() ? "" : ", ") + std::to_string(line.a.tensors) + ":" +
            std::to_string(line.b.tensors);
  }
  return text;
}

TEST(DiffParameters, Matches) {
  using Tensors = std::vector<count::Parameter>;
  const struct {
    std::string_view name;
    Tensors a, b;
    std::string_view expected;
  } cases[] = {
      {"none", {}, {}, "0:0, 0:0, 0:0, 0:0, 0:0"},
      {"by name", {tensor("w", {2, 3})}, {tensor("w", {3, 2})}, "1:1, 0:0, 0:0, 0:0, 0:0"},
      {"by shape", {tensor("w", {2, 1, 3})}, {tensor("v", {3, 2})}, "0:0, 1:1, 0:0, 0:0, 0:0"},
      {"by size", {tensor("w", {4, 6})}, {tensor("v", {4, 2, 3})}, "0:0, 0:0, 1:1, 0:0, 0:0"},
      {"the name comes first",
       {tensor("v", {6}), tensor("w", {6})},
       {tensor("w", {6}), tensor("x", {6})},
       "1:1, 1:1, 0:0, 0:0, 0:0"},
      {"layers in one tensor",
       {tensor("0.w", {4, 6}), tensor("1.w", {4, 6}), tensor("2.w", {4, 6})},
       {tensor("w", {3, 4, 6})},
       "0:0, 0:0, 0:0, 3:1, 0:0"},
      {"experts in one tensor",
       {tensor("w", {2, 4, 6})},
       {tensor("0.w", {4, 6}), tensor("1.w", {4, 6}), tensor("2.w", {4, 6})},
       "0:0, 0:0, 0:0, 1:2, 0:1"},
      {"heads in a size of their own, stacked",
       {tensor("down", {4, 64}), tensor("0.q", {4, 8}), tensor("1.q", {4, 8}),
        tensor("2.q", {4, 8}), tensor("3.q", {4, 8}), tensor("4.q", {4, 8}), tensor("5.q", {4, 8}),
        tensor("6.q", {4, 8}), tensor("7.q", {4, 8})},
       {tensor("q", {4, 8, 2, 4}), tensor("down", {64, 4})},
       "1:1, 0:0, 0:0, 8:1, 0:0"},
      {"the same size before a stack of the same shape",
       {tensor("a", {4}), tensor("b", {4}), tensor("0.o", {4, 4})},
       {tensor("o", {4, 2, 2})},
       "0:0, 0:0, 1:1, 0:0, 2:0"},
      {"too few", {tensor("w", {2, 4, 6})}, {tensor("0.w", {4, 6})}, "0:0, 0:0, 0:0, 0:0, 1:1"},
      {"the same name, another size",
       {tensor("w", {7})},
       {tensor("w", {5})},
       "0:0, 0:0, 0:0, 0:0, 1:1"},
      {"of no numbers", {tensor("w", {6})}, {tensor("v", {0})}, "0:0, 0:0, 0:0, 0:0, 1:1"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const ParameterDiff diff = diff_parameters(c.a, c.b);
    EXPECT_EQ(matches(diff), c.expected);
    EXPECT_EQ(diff.agrees(), c.expected.ends_with("0:0"));
    units::Count a = 0, b = 0;
    for (const ParameterDiff::Line& line : diff.matches) {
      a += line.a.numbers;
      b += line.b.numbers;
    }
    EXPECT_EQ(a, diff.total.a.numbers);
    EXPECT_EQ(b, diff.total.b.numbers);
  }
}

TEST(DiffParameters, ThoseOfOneModelOnly) {
  const ParameterDiff diff =
      diff_parameters({tensor("a", {7}), tensor("b", {7}), tensor("c", {5})}, {tensor("d", {11})});
  const Grid grid = lone_parameter_grid(diff);
  ASSERT_EQ(grid.rows.size(), 3U);
  EXPECT_EQ(grid.rows[0], (std::vector<std::string>{"a and 1 more", "[7]", "2", ""}));
  EXPECT_EQ(grid.rows[1], (std::vector<std::string>{"c", "[5]", "1", ""}));
  EXPECT_EQ(grid.rows[2], (std::vector<std::string>{"d", "[11]", "", "1"}));
}

}  // namespace
}  // namespace pfsday::report
