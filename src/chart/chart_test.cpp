#include "chart/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "chart/label_choice.h"
#include "chart/layout.h"
#include "chart/svg.h"
#include "chart/testing.h"
#include "chart/wrap.h"
#include "chart/xml.h"

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
  std::ranges::copy_if(all_texts(layout), std::back_inserter(found),
                       [&](const TextMark& text) { return text.role == role; });
  return found;
}

void expect_no_overlap(const Layout& layout) {
  const std::vector<TextMark> texts = all_texts(layout);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const TextMark& text = texts[i];
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_FALSE(overlap(text.box, texts[j].box)) << text.text << " covers " << texts[j].text;
    }
    const bool is_era = text.role == TextRole::era;  // behind the points
    for (const PointMark& point : layout.points) {
      EXPECT_TRUE(is_era || distance(text.box, point.center) >= point.radius)
          << text.text << " covers the point " << point.name;
    }
    const bool in_plot = text.role == TextRole::point || text.role == TextRole::line || is_era;
    const Box page{.center = {layout.width / 2, layout.height / 2},
                   .half = {layout.width / 2, layout.height / 2}};
    EXPECT_TRUE(holds(in_plot ? layout.plot.box() : page, text.box)) << text.text << " is cut";
  }
}

std::vector<Segment> leaders_of(const Layout& layout) {
  std::vector<Segment> leaders;
  for (const PointMark& point : layout.points) {
    if (point.leader) leaders.push_back(*point.leader);
  }
  for (const CurveMark& curve : layout.curves) {
    if (curve.leader) leaders.push_back(*curve.leader);
  }
  return leaders;
}

void expect_clear_leaders(const Layout& layout) {
  for (const Segment& leader : leaders_of(layout)) {
    for (const TextMark& text : all_texts(layout)) {
      Box inside = text.box;
      inside.half = inside.half - Vec{0.1, 0.1};
      EXPECT_FALSE(overlap(box_around(leader, 0), inside)) << "a leader crosses " << text.text;
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
  EXPECT_GT(layout.plot.box().half.y, 100);
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
  ASSERT_EQ(layout.curves.size(), 1U);
  const std::vector<Vec>& path = layout.curves[0].path;
  EXPECT_NEAR(path.front().y, layout.plot.y.start, 1e-9);
  EXPECT_NEAR(path.back().y, layout.plot.y.end, 1e-9);
}

TEST(LayOut, OfManyPointsLabelsThoseOfTheHighestPriority) {
  Chart chart;
  for (int i = 0; i < 1000; ++i) {
    chart.points.push_back({.x = -10 + 0.01 * i,
                            .y = std::pow(10, 0.01 * (i % 100)),
                            .label = "n",
                            .priority = i % 250 == 99 ? 1.0 : 0.0});
  }
  const Layout layout = lay_out(chart, FixedWidth());
  for (const std::size_t i : {99, 349, 599, 849}) EXPECT_TRUE(layout.points[i].label) << i;
  EXPECT_GT(layout.unlabeled, 950U);
  EXPECT_EQ(texts_of(layout, TextRole::note)[0].text,
            std::to_string(layout.unlabeled) + " of 1000 points not labeled");
  expect_no_overlap(layout);
}

/// A place of no turned label, at a cost.
LabelPlace place_at(double x, double cost) {
  return {.box = {.center = {x, 0}, .half = {4, 4}}, .cost = cost};
}

TEST(ChoosePlaces, LetsOthersMoveAwayWhereThatIsCheaper) {
  const WantedLabel first{.places = {place_at(0, 0), place_at(100, 1)}};
  const WantedLabel second{.places = {place_at(0, 0)}};
  const auto chosen = choose_places(std::vector{first, second});
  EXPECT_EQ(chosen[0], 1U);
  EXPECT_EQ(chosen[1], 0U);
}

TEST(ChoosePlaces, MovesTwoForOne) {
  const WantedLabel left{.places = {place_at(0, 0), place_at(-100, 3)}};
  const WantedLabel right{.places = {place_at(12, 0), place_at(100, 3)}};
  const WantedLabel wide{.places = {place_at(6, 0)}};
  const auto chosen = choose_places(std::vector{left, right, wide});
  EXPECT_EQ(chosen[0], 1U);
  EXPECT_EQ(chosen[1], 1U);
  EXPECT_EQ(chosen[2], 0U);
}

TEST(ChoosePlaces, LeavesOutWhatCostsMore) {
  const WantedLabel dear{.places = {place_at(0, 12)}, .missing_cost = 11};
  EXPECT_FALSE(choose_places(std::vector{dear})[0]);
  const WantedLabel first{.places = {place_at(0, 0)}};
  const auto chosen = choose_places(std::vector{first, first});
  EXPECT_TRUE(chosen[0]);
  EXPECT_FALSE(chosen[1]);
}

TEST(LayOut, LeadersStopBeforeTheirLabels) {
  const Layout layout = lay_out(chart_of_2018(), FixedWidth());
  for (const PointMark& point : layout.points) {
    if (!point.leader) continue;
    EXPECT_GE(distance(point.label->box, point.leader->to), 2.9) << point.name;
  }
}

TEST(LayOut, DatesAreUprightLinesWithTheirNames) {
  Chart chart = chart_of_2018();
  chart.dates = {{"break 2015-01-01", -5, -5.5, -4.5}, {"outside", 9}};
  const Layout layout = lay_out(chart, FixedWidth());
  const CurveMark& date = layout.curves[0];
  EXPECT_EQ(date.style, LineStyle::date);
  EXPECT_EQ(date.path[0].x, date.path[1].x);
  EXPECT_NEAR(date.path[0].x, layout.plot.x.at(-5), 1e-9);
  ASSERT_TRUE(date.label);
  EXPECT_EQ(date.anchor.x, date.path[0].x);
  EXPECT_EQ(layout.curves.size(), 4U);
  ASSERT_EQ(layout.bands.size(), 1U);
  EXPECT_NEAR(layout.bands[0].outline[0].x, layout.plot.x.at(-5.5), 1e-9);
  expect_no_overlap(layout);
  EXPECT_THAT(to_svg(layout, theme_of("light")), testing::HasSubstr(">break 2015-01-01<"));
}

/// Everything that a chart can hold.
Chart full_chart() {
  Chart chart = chart_of_2018();
  chart.y.unit = "pfs-days";
  chart.y.other = OtherUnit{.title = "FLOP", .unit = "FLOP", .per_unit = 8.64e19};
  chart.groups = {"DeepMind", "Google, \"Brain\""};
  chart.points[3].group = 0;
  chart.points[9].group = 1;
  chart.points[1].interval = Interval{0.002, 0.02};
  chart.points[1].notes = {.method = "counting", .source = "<paper>"};
  chart.bands = {{.label = "90 % band", .edges = {{-7, 0.001, 0.1}, {-3, 1, 1e9}}},
                 {.label = "fan", .style = BandStyle::fan, .edges = {{-2, 1, 10}, {-1, 1, 100}}}};
  chart.eras = {{"first era", -9, -6}, {"second era", -6, -1}};
  chart.thresholds = {{"a line drawn by law", 10000}};
  return chart;
}

TEST(LayOut, DrawsAllThatAChartHolds) {
  const Layout layout = lay_out(full_chart(), FixedWidth());
  expect_no_overlap(layout);
  expect_clear_leaders(layout);
  EXPECT_EQ(texts_of(layout, TextRole::era).size(), 2U);
  for (const TextMark& name : texts_of(layout, TextRole::era)) {  // above every point
    for (const PointMark& point : layout.points) EXPECT_GT(point.center.y, name.box.center.y);
  }
  EXPECT_EQ(layout.shades.size(), 1U);
  EXPECT_EQ(layout.curves.size(), 4U);
  EXPECT_EQ(layout.curves[0].style, LineStyle::threshold);
  EXPECT_EQ(layout.keys.size(), 5U);  // two groups, others, two bands
  EXPECT_TRUE(layout.points[0].muted);
  EXPECT_FALSE(layout.points[3].muted);
  const auto [low, high] = *layout.points[1].whisker;
  EXPECT_NEAR(low.y, layout.plot.at(0, 0.002).y, 1e-9);
  EXPECT_NEAR(high.y, layout.plot.at(0, 0.02).y, 1e-9);
  for (const Vec& corner : layout.bands[0].outline) {  // cut at the plot
    EXPECT_GE(corner.y, layout.plot.y.end);
  }
}

TEST(LayOut, OtherUnitHasItsOwnTicks) {
  const Layout layout = lay_out(full_chart(), FixedWidth());
  const auto ticks = right_ticks(layout.plot, *full_chart().y.other);
  EXPECT_EQ(ticks.front().label, "10¹⁵");
  EXPECT_NEAR(ticks.front().value, std::log10(1e15 / 8.64e19), 1e-12);
}

TEST(LayOut, LinearAxisBendsTheLine) {
  Chart chart = full_chart();
  chart.y.scale = YScale::linear;
  const Layout layout = lay_out(chart, FixedWidth());
  expect_no_overlap(layout);
  EXPECT_EQ(layout.plot.y.values.low, 0);
  EXPECT_EQ(layout.curves.back().path.size(), 97U);
  EXPECT_NEAR(layout.points[14].center.y, layout.plot.y.at(424.5), 1e-9);
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
  const std::string svg = to_svg(lay_out(chart_of_2018(), FixedWidth()), theme_of("light"));
  EXPECT_EQ(svg, to_svg(lay_out(chart_of_2018(), FixedWidth()), theme_of("light")));
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_THAT(svg, testing::HasSubstr("role=\"img\""));
  EXPECT_THAT(svg, testing::HasSubstr(">Neural Machine Translation</text>"));
}

TEST(Svg, TakesItsColorsFromTheTheme) {
  const Layout layout = lay_out(full_chart(), FixedWidth());
  for (const Theme& theme : themes()) {
    const std::string svg = to_svg(layout, theme);
    EXPECT_THAT(svg, testing::HasSubstr(theme.background));
    EXPECT_THAT(svg, testing::HasSubstr(theme.groups[1]));
    EXPECT_THAT(svg, testing::HasSubstr("class=\"whisker\""));
  }
}

TEST(Svg, EscapesWhatXmlForbids) {
  EXPECT_EQ(escape_xml("a < b & \"c\" > d"), "a &lt; b &amp; &quot;c&quot; &gt; d");
  EXPECT_EQ(escape_xml("Ørsted 中 😀\tx"), "Ørsted 中 😀\tx");
  EXPECT_EQ(escape_xml("\x01\x7F\uFFFE\uFFFF."), "\uFFFD\x7F\uFFFD\uFFFD.");
  EXPECT_EQ(escape_xml("a\xFFz"), "a\uFFFDz");
}

}  // namespace
}  // namespace pfsday::chart
