#include "importers/recipe/recipe.h"

#include <gmock/gmock.h>

#include "ops/verify.h"

namespace pfsday::importers {
namespace {

using testing::HasSubstr;

Result<graph::Graph> read(std::string_view text) {
  const TomlTable table = TRY(parse_toml(text));
  TomlReader in(table, "recipe");
  graph::Graph graph = TRY(read_recipe(in));
  TRY(in.finish());
  return graph;
}

TEST(ReadRecipe, ShapesFollowTheLayers) {
  const struct {
    std::string_view name, text;
    graph::Shape output;
  } cases[] = {
      {"valid padding",
       "input = [3, 84, 84]\nlayers = [{conv = 16, kernel = 8, stride = 4}]",
       {1, 16, 20, 20}},
      {"same padding",
       "input = [3, 7, 8]\nlayers = [{conv = 4, kernel = [3, 5], stride = 2, pad = \"same\"}]",
       {1, 4, 4, 4}},
      {"groups", "input = [4, 5, 5]\nlayers = [{conv = 6, kernel = 3, groups = 2}]", {1, 6, 3, 3}},
      {"pool", "input = [4, 9, 9]\nlayers = [{pool = \"max\", kernel = 3}]", {1, 4, 3, 3}},
      {"average pool",
       "input = [4, 9, 9]\nlayers = [{pool = \"average\", kernel = 3, stride = 2}]",
       {1, 4, 4, 4}},
      {"global pool", "input = [4, 9, 9]\nlayers = [{global_pool = \"average\"}]", {1, 4}},
      {"dense flattens", "input = [4, 9, 9]\nlayers = [{dense = 10}]", {1, 10}},
      {"repeated",
       "input = [8]\nlayers = [{repeat = 3, layers = [{dense = 8}, {dense = 7}]}]",
       {1, 7}},
      {"shortcut",
       "input = [4, 9, 9]\nlayers = [{residual = [{conv = 4, kernel = 3, pad = 1}], repeat = 2}]",
       {1, 4, 9, 9}},
      {"projected shortcut",
       "input = [4, 9, 9]\nlayers = [{residual = [{conv = 8, kernel = 1, stride = 2}]}]",
       {1, 8, 5, 5}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto network = read(c.text);
    ASSERT_TRUE(network) << to_string(network.error());
    EXPECT_TRUE(ops::verify(*network));
    EXPECT_EQ(graph::to_string(network->type(network->outputs()[0]).shape),
              graph::to_string(c.output));
  }
}

TEST(ReadRecipe, FaultsNameTheLayer) {
  const struct {
    std::string_view name, text;
    Code code;
    std::string_view says;
  } cases[] = {
      {"no input", "layers = [{dense = 1}]", Code::recipe_invalid, "\"input\""},
      {"no layers", "input = [3]", Code::run_input_missing, "\"layers\""},
      {"what layer", "input = [3]\nlayers = [{units = 1}]", Code::run_input_missing, "line 2"},
      {"no kernel", "input = [3, 9, 9]\nlayers = [{conv = 1}]", Code::run_input_missing,
       "\"kernel\""},
      {"flat", "input = [9]\nlayers = [{conv = 1, kernel = 3}]", Code::recipe_invalid, "is none"},
      {"window", "input = [3, 9, 9]\nlayers = [{conv = 1, kernel = 10}]", Code::recipe_invalid,
       "10 x 10 does not fit an input of 9 x 9"},
      {"groups", "input = [3, 9, 9]\nlayers = [{conv = 1, kernel = 1, groups = 2}]",
       Code::recipe_invalid, "2 groups"},
      {"shortcut", "input = [3, 9, 9]\nlayers = [{residual = [{conv = 3, kernel = 3, pad = 3}]}]",
       Code::recipe_invalid, "no shortcut leads from [1,3,9,9] to [1,3,13,13]"},
      {"unknown key", "input = [3]\nlayers = [{dense = 1, rellu = false}]", Code::run_key_unknown,
       "did you mean \"relu\"?"},
      {"size", "input = [3]\nlayers = [{dense = 0}]", Code::run_malformed, "not between 1 and"},
      {"kind of pool", "input = [3, 9, 9]\nlayers = [{pool = \"min\", kernel = 3}]",
       Code::run_malformed, "is \"min\""},
      {"endless",
       "input = [3]\nlayers = [{repeat = 99999, layers = [{repeat = 99999, layers = []}]}]",
       Code::limit_exceeded, "more than 10000 layers"},
      {"huge", "input = [2000000000, 2000000000, 2000000000]\nlayers = [{dense = 1}]",
       Code::recipe_invalid, "too many features"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto network = read(c.text);
    ASSERT_FALSE(network);
    EXPECT_EQ(to_string(network.error().code), to_string(c.code));
    EXPECT_THAT(to_string(network.error()), HasSubstr(c.says));
  }
}

}  // namespace
}  // namespace pfsday::importers
