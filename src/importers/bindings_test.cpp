#include "importers/bindings.h"

#include <gtest/gtest.h>

namespace pfsday::importers {
namespace {

TEST(Bindings, SizesAndShapes) {
  const std::string given[] = {"batch=32", "input_ids=1x128", "a=b=7", "batch=8", "empty=0"};
  const ImportOptions options = *parse_bindings(given);
  EXPECT_EQ(options.dimensions.at("batch"), 8) << "the last holds";
  EXPECT_EQ(options.dimensions.at("a=b"), 7) << "names may hold an equals sign";
  EXPECT_EQ(options.dimensions.at("empty"), 0);
  EXPECT_EQ(options.inputs.at("input_ids"), (graph::Shape{1, 128}));
}

TEST(Bindings, Faults) {
  for (const std::string binding : {"batch", "=3", "batch=", "batch=-1", "batch=1.5", "batch=1x",
                                    "batch=99999999999999999999", "batch=2305843009213693952"}) {
    const auto options = parse_bindings(std::span(&binding, 1));
    ASSERT_FALSE(options) << binding;
    EXPECT_EQ(options.error().code, Code::binding_malformed);
  }
}

}  // namespace
}  // namespace pfsday::importers
