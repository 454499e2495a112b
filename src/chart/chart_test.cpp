#include "chart/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "chart/layout.h"
#include "chart/svg.h"
#include "chart/testing.h"
#include "chart/wrap.h"

namespace pfsday::chart {
namespace {

/// The systems of the 2018 chart, in years since 2020 and pfs-days.
Chart chart_of_2018() {
  Chart chart{.title = "AI and Compute",
              .subtitle = "Fifteen systems",
              .caption = "Source: a blog post",
              .x = {.title = "Date"},
              .y = {.title = "Training compute (pfs-days)"}};
  chart.points = {{-7.497, 0.0021, "Dropout"},
                  {-7.253, 0.0058, "AlexNet"},
                  {-6.136, 0.0062, "Visualizing and Understanding Conv Nets"},
                  {-6.034, 2.7e-05, "DQN"},
                  {-5.325, 0.098, "VGG"},
                  {-5.309, 0.085, "Seq2Seq"},
                  {-5.289, 0.018, "GoogleNet"},
                  {-4.068, 0.3, "DeepSpeech2"},
                  {-4.063, 0.117, "ResNets"},
                  {-3.263, 79, "Neural Machine Translation"},
                  {-3.233, 5, "Xception"},
                  {-3.154, 22, "Neural Architecture Search"},
                  {-2.390, 7, "TI7 Dota 1v1"},
                  {-2.204, 1740, "AlphaGo Zero", PointStyle::hollow},
                  {-2.073, 424.5, "AlphaZero"}};
  chart.lines = {{1.078, 5.18, -7.6, -2, "doubles every 3.4 months", LineStyle::main},
                 {1.003, 4.76, -7.6, -2, "every 3.6 without AlphaGo Zero", LineStyle::second},
                 {0.1505, -1.2, -7.6, -2, "Moore: every 24 months", LineStyle::ruler}};
  return chart;
}

std::vector<TextMark> texts_of(const Layout& layout, TextRole role) {
  std::vector<TextMark> found;
  std::ranges::copy_if(layout.texts, std::back_inserter(found),
                       [&](const TextMark& text) { return text.role == role; });
  return found;
}

void expect_no_overlap(const Layout& layout) {
  for (std::size_t i = 0; i < layout.texts.size(); ++i) {
    const TextMark& text = layout.texts[i];
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(overlap(text.box, layout.texts[j].box))
          << text.text << " covers " << layout.texts[j].text;
    }
    for (const PointMark& point : layout.points) {
      EXPECT_GE(distance(text.box, point.center), point.radius)
          << text.text << " covers the point " << point.name;
    }
    const bool in_plot = text.role == TextRole::point || text.role == TextRole::line;
    const Box page{.center = {layout.width / 2, layout.height / 2},
                   .half = {layout.width / 2, layout.height / 2}};
    EXPECT_TRUE(holds(in_plot ? layout.plot : page, text.box)) << text.text << " is cut";
  }
}

void expect_clear_leaders(const Layout& layout) {
  for (const LineMark& line : layout.lines) {
    if (line.role != LineRole::leader) continue;
    for (const TextMark& text : layout.texts) {
      Box inside = text.box;
      inside.half = inside.half - Vec{0.1, 0.1};
      EXPECT_FALSE(overlap(box_around(line.segment, 0), inside))
          << "a leader crosses " << text.text;
    }
  }
}

TEST(LayOut, LabelsAllOf2018WithoutOverlap) {
  const Layout layout = lay_out(chart_of_2018(), FixedWidth());
  EXPECT_EQ(layout.unlabeled, 0U);
  EXPECT_EQ(texts_of(layout, TextRole::point).size(), 15U);
  EXPECT_EQ(texts_of(layout, TextRole::line).size(), 3U);
  expect_no_overlap(layout);
  expect_clear_leaders(layout);
}

TEST(LayOut, RandomSetsNeverOverlap) {
  std::mt19937 random(3);
  std::uniform_real_distribution<double> uniform;
  for (const std::size_t n : {1, 2, 10, 30, 60, 120, 121, 300}) {
    SCOPED_TRACE(n);
    Chart chart = chart_of_2018();
    chart.points.clear();
    for (std::size_t i = 0; i < n; ++i) {
      chart.points.push_back({.x = -8 + 8 * uniform(random),
                              .y = std::pow(10, -4 + 8 * uniform(random)),
                              .label = std::string(3 + random() % 20, 'n')});
    }
    const Layout layout = lay_out(chart, FixedWidth());
    EXPECT_EQ(layout.points.size(), n);
    EXPECT_EQ(texts_of(layout, TextRole::point).size() + layout.unlabeled, n);
    expect_no_overlap(layout);
    expect_clear_leaders(layout);
  }
}

TEST(LayOut, GrowsForLongTexts) {
  Chart chart = chart_of_2018();
  for (int i = 0; i < 1000; ++i) chart.caption += " and another system left out";
  const Layout layout = lay_out(chart, FixedWidth());
  EXPECT_GT(layout.height, chart.height);
  EXPECT_GT(layout.plot.half.y, 100);
  expect_no_overlap(layout);
}

TEST(LayOut, PutsPointsWhereTheirValuesAre) {
  Chart chart;
  chart.points = {{-4, 1, "a"}, {-2, 100, "b"}, {-3, 10, "c"}};
  const Layout layout = lay_out(chart, FixedWidth());
  const Vec a = layout.points[0].center, b = layout.points[1].center, c = layout.points[2].center;
  EXPECT_NEAR(c.x, (a.x + b.x) / 2, 1e-9);
  EXPECT_NEAR(c.y, (a.y + b.y) / 2, 1e-9);
  EXPECT_GT(a.y, b.y);
}

TEST(LayOut, CutsLinesAtThePlot) {
  Chart chart;
  chart.points = {{-4, 1, "a"}, {-2, 100, "b"}};
  chart.lines = {{.slope = 30, .height = 90, .from = -9, .to = 9},  // steep: cut above and below
                 {.slope = 0, .height = 50, .from = -9, .to = 9}};  // far above the plot
  const Layout layout = lay_out(chart, FixedWidth());
  std::vector<Segment> drawn;
  for (const LineMark& line : layout.lines) {
    if (line.role == LineRole::fitted) drawn.push_back(line.segment);
  }
  ASSERT_EQ(drawn.size(), 1U);
  EXPECT_NEAR(drawn[0].from.y, layout.plot.center.y + layout.plot.half.y, 1e-9);
  EXPECT_NEAR(drawn[0].to.y, layout.plot.center.y - layout.plot.half.y, 1e-9);
}

TEST(Wrap, BreaksAtSpacesAndLineBreaks) {
  const FixedWidth measure;
  const Font font{.size = 10};
  EXPECT_THAT(wrap("", 50, font, measure), testing::IsEmpty());
  EXPECT_THAT(wrap("one two three\nfour", 10 * FixedWidth::em * 7, font, measure),
              testing::ElementsAre("one two", "three", "four"));
  EXPECT_THAT(wrap("unbreakable", 1, font, measure), testing::ElementsAre("unbreakable"));
}

TEST(Svg, IsTheSameOnEachRun) {
  const std::string svg = to_svg(lay_out(chart_of_2018(), FixedWidth()));
  EXPECT_EQ(svg, to_svg(lay_out(chart_of_2018(), FixedWidth())));
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_THAT(svg, testing::HasSubstr("role=\"img\""));
  EXPECT_THAT(svg, testing::HasSubstr(">Neural Machine Translation</text>"));
}

TEST(Svg, EscapesWhatXmlForbids) {
  EXPECT_EQ(escape_xml("a < b & \"c\" > d"), "a &lt; b &amp; &quot;c&quot; &gt; d");
  EXPECT_EQ(escape_xml("Ørsted 中 😀\tx"), "Ørsted 中 😀\tx");
  EXPECT_EQ(escape_xml("\x01\x7F\uFFFE\uFFFF."), "\uFFFD\x7F\uFFFD\uFFFD.");
  EXPECT_EQ(escape_xml("a\xFFz"), "a\uFFFDz");
}

}  // namespace
}  // namespace pfsday::chart
