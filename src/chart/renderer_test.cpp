#include "chart/renderer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace pfsday::chart {
namespace {

const Renderer& renderer() {
  static const auto opened = Renderer::open(PFSDAY_RENDERER);
  return **opened;
}

TEST(Renderer, MeasuresInter) {  // advance widths of the font's own table, in 2048ths of an em
  const double narrow = renderer().width("i", {.size = 100}),
               wide = renderer().width("W", {.size = 100});
  EXPECT_GT(narrow, 20);
  EXPECT_LT(narrow, 30);
  EXPECT_GT(wide, 90);
  EXPECT_LT(wide, 110);
  EXPECT_GT(renderer().width("W", {.size = 100, .weight = 600}), wide);
  EXPECT_NEAR(renderer().width("AlexNet", {.size = 26}),
              2 * renderer().width("AlexNet", {.size = 13}), 0.05);
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

TEST(Renderer, WritesPngOfTheScaledSize) {
  const auto png = renderer().to_png(
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="9" height="9"/></svg>)",
      2);
  ASSERT_TRUE(png);
  EXPECT_TRUE(png->starts_with("\x89PNG\r\n\x1A\n"));
  EXPECT_EQ(big_endian(png->substr(16)), 60U);
  EXPECT_EQ(big_endian(png->substr(20)), 40U);
}

TEST(Renderer, RefusesWhatIsNoPicture) {
  EXPECT_EQ(renderer().to_png("no svg", 1).error().code, Code::output_failed);
}

TEST(Renderer, IsMissingWhereItCannotStart) {
  for (const char* path : {"/nowhere/render", "", "/bin/true"}) {
    EXPECT_EQ(Renderer::open(path).error().code, Code::renderer_missing) << path;
  }
}

TEST(Renderer, SaysThatItIsGone) {
  const std::filesystem::path path = testing::TempDir() + "renderer_that_ends";
  std::ofstream(path) << "#!/bin/sh\nhead -c 24 /dev/zero\n";  // the greeting, and nothing more
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  const auto opened = Renderer::open(path);
  ASSERT_TRUE(opened);
  EXPECT_TRUE((*opened)->check());
  EXPECT_EQ((*opened)->width("AlexNet", {}), 0);
  EXPECT_EQ((*opened)->check().error().code, Code::output_failed);
  EXPECT_EQ((*opened)->to_png("<svg/>", 1).error().code, Code::output_failed);
}

}  // namespace
}  // namespace pfsday::chart
