#include "importers/config/options.h"

#include <gtest/gtest.h>

namespace pfsday::config {
namespace {

TEST(ConfigurationOptions, Lengths) {
  const auto lengths = parse_lengths("512, 300,1");
  ASSERT_TRUE(lengths);
  EXPECT_EQ(*lengths, (std::vector<std::int64_t>{512, 300, 1}));
  for (const std::string_view text : {"", "512,", "0", "-1", "a", "1e3", "99999999999999999999"}) {
    EXPECT_EQ(parse_lengths(text).error().code, Code::binding_malformed) << text;
  }
}

TEST(ConfigurationOptions, Generation) {
  const auto generation = parse_generation("prompt=10,new=5");
  ASSERT_TRUE(generation);
  EXPECT_EQ(generation->prompt, 10);
  EXPECT_EQ(generation->tokens, 5);
  EXPECT_EQ(generation->samples, 1);
  EXPECT_EQ(parse_generation("samples=3,new=5,prompt=1")->samples, 3);
  for (const std::string_view text :
       {"", "prompt=10", "new=5", "prompt=0,new=5", "prompt=1,new=1,samples=0", "prompt", "x=1"}) {
    EXPECT_EQ(parse_generation(text).error().code, Code::binding_malformed) << text;
  }
}

TEST(ConfigurationOptions, Capacity) {
  EXPECT_EQ(*parse_capacity("1.25"), 1.25);
  EXPECT_EQ(*parse_capacity("0"), 0);
  for (const std::string_view text : {"", "-1", "x", "1x", "inf", "nan"}) {
    EXPECT_EQ(parse_capacity(text).error().code, Code::binding_malformed) << text;
  }
}

}  // namespace
}  // namespace pfsday::config
