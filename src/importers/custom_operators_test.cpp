#include "importers/custom_operators.h"

#include <gtest/gtest.h>

namespace pfsday::importers {
namespace {

using graph::ElementType;
using graph::TensorType;

/// A node with inputs f32[2,7], none, i64[2] = {5, 9}, and the attribute group = 3.
OperatorSite make_site() {
  return {.inputs = {TensorType{ElementType::f32, {2, 7}}, {}, TensorType{ElementType::i64, {2}}},
          .attribute = [](std::string_view name) -> std::optional<std::int64_t> {
            return name == "group" ? std::optional<std::int64_t>(3) : std::nullopt;
          },
          .contents = [](std::size_t input) -> const graph::Literal* {
            static const auto sizes = graph::Literal::of({ElementType::i64, {2}}, {5, 9});
            return input == 2 ? &sizes : nullptr;
          }};
}

Result<CustomFigures> work_out(std::string_view keys) {
  const auto operators = parse_custom_operators("[[operator]]\nop = \"Foo\"\n" + std::string(keys));
  if (!operators) return fail(operators.error());
  return work_out(*operators->find("", "Foo"), make_site());
}

std::string fault_of(std::string_view keys) {
  const auto figures = work_out(keys);
  if (figures) return "none";
  Error fault = figures.error();
  fault.place = {};
  return to_string(fault);
}

TEST(CustomOperators, WorkAndTypes) {
  const CustomFigures figures = *work_out(R"toml(
inputs = [["b", "w"]]
outputs = [{like = 0}, {type = "u8", shape = ["b", "value(2, 1)", "ceil(w / 2)", 3]}, {like = 0, type = "i8"}]
let = {all = "group * half", half = "floor(w / 2)"}
work = {mul = "all", add = 1, special = "elements(0)", macs = "b * w"}
gradient = [{div = "w"}, {}]
)toml");
  EXPECT_EQ(figures.work, (graph::Axes{9 + 14, 1 + 14, 0, 14, 0, 14}));
  EXPECT_EQ(figures.gradient, (graph::Axes{0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  ASSERT_EQ(figures.outputs.size(), 3U);
  EXPECT_EQ(to_string(figures.outputs[0]), "f32[2,7]");
  EXPECT_EQ(to_string(figures.outputs[1]), "u8[2,9,4,3]");
  EXPECT_EQ(to_string(figures.outputs[2]), "i8[2,7]");
}

TEST(CustomOperators, InputsFitTheirNames) {
  for (const char* inputs : {"[]", "[[2, 7]]", "[[\"_\", \"w\"]]", "[[\"...\"]]",
                             "[[\"...\", \"w\"]]", "[[\"b\", \"w\"], [\"x\"], [2]]"}) {
    EXPECT_EQ(fault_of(std::string("work = {}\ninputs = ") + inputs), "none") << inputs;
  }
  for (const char* inputs :
       {"[[\"n\"]]", "[[2, 8]]", "[[\"n\", \"n\"]]", "[[\"...\", \"a\", \"b\", \"c\"]]"}) {
    const auto figures = work_out(std::string("work = {}\ninputs = ") + inputs);
    ASSERT_FALSE(figures) << inputs;
    EXPECT_EQ(figures.error().code, Code::shapes_disagree) << inputs;
  }
}

TEST(CustomOperators, Faults) {
  const struct {
    std::string_view keys, message;
  } cases[] = {
      {"",
       "error[PFD303]: operator lacks \"work\"\n"
       "  hint: an operator without arithmetic has work = {}"},
      {"work = {mull = 1}",
       "error[PFD302]: unknown key \"mull\" in work\n  hint: did you mean \"mul\"?"},
      {"work = {mul = \"2 *\"}",
       "error[PFD216]: formula \"2 *\", column 4: its end instead "
       "of a number, a name or \"(\""},
      {"work = {mul = \"depth\"}",
       "error[PFD216]: \"depth\" is no size of an input, no constant and no attribute"},
      {"work = {mul = \"group / 2\"}",
       "error[PFD216]: mul: \"group / 2\" is 3/2, which is no count\n"
       "  hint: round it with floor() or ceil()"},
      {"work = {mul = \"1 - group\"}",
       "error[PFD216]: mul: \"1 - group\" is -2, which is no count"},
      {"work = {macs = \"9223372036854775807\", add = 1}",
       "error[PFD216]: more than 2^63 - 1 operations of one node"},
      {"work = {mul = \"a\"}\nlet = {a = \"b\", b = \"a\"}",
       "error[PFD216]: \"a\" is made of itself, or of too long a chain"},
      {"work = {mul = \"elements(1)\"}", "error[PFD216]: the node has no input 1"},
      {"work = {mul = \"value(0)\"}", "error[PFD209]: input 0 is known only when the model runs"},
      {"work = {mul = \"value(2, 2)\"}", "error[PFD216]: input 2 has no element 2"},
      {"work = {mul = \"sqrt(4)\"}",
       "error[PFD216]: there is no function sqrt() of 1 values\n"
       "  hint: ceil, floor, min, max, elements(INPUT), value(INPUT, "
       "INDEX)"},
      {"work = {}\noutputs = [{shape = []}]",
       "error[PFD303]: output lacks \"type\"\n  hint: or say like = 0"},
      {"work = {}\noutputs = [{type = \"float\", shape = []}]",
       "error[PFD301]: \"type\" of output is no element type\n"
       "  hint: such as f32, i64 or u8"},
      {"work = {}\noutputs = [{type = \"f32\", shape = [-1]}]",
       "error[PFD216]: shape: \"-1\" is -1, which is no count"},
      {"work = {}\ninputs = [\"n\"]",
       "error[PFD301]: \"inputs\" of operator is not a list with a list of names for each "
       "input\n  hint: such as [[\"n\"], [\"h\", \"w\", 3]]"},
  };
  for (const auto& c : cases) EXPECT_EQ(fault_of(c.keys), c.message) << c.keys;
}

TEST(CustomOperators, ConstantsOfConstantsAreWorkedOutOnce) {
  std::string let = "work = {mul = \"a1\"}\n[operator.let]\na60 = 1\n";
  for (int i = 1; i < 60; ++i) {
    let += "a" + std::to_string(i) + " = \"a" + std::to_string(i + 1) + " + a" +
           std::to_string(i + 1) + "\"\n";
  }
  EXPECT_EQ(work_out(let)->work[0], std::int64_t{1} << 59);
}

TEST(CustomOperators, AnOperatorIsThereOnce) {
  const auto operators = parse_custom_operators(
      "[[operator]]\nop = \"A\"\nwork = {}\n[[operator]]\nop = \"A\"\nwork = {}\n");
  EXPECT_EQ(operators.error().what, "\"A\" of domain \"\" is there twice");
  EXPECT_EQ(operators.error().place.line, 4U);
}

}  // namespace
}  // namespace pfsday::importers
