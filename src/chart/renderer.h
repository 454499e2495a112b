// The real measure of text, and PNG. Both come from a library that is opened when a chart is drawn
// and never before, so that other verbs start fast.
//
//   const auto renderer = TRY(Renderer::open({exe_folder + "/../lib/pfsday/render.so"}));
//   const std::string svg = to_svg(lay_out(chart, *renderer));
//   const std::string png = TRY(renderer->to_png(svg, 2));
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chart/text.h"

namespace pfsday::chart {

class Renderer : public TextMeasure {
 public:
  /// Opens the first of the paths that is there. Fault renderer_missing: none is, or a library or a
  /// font that it needs is not installed.
  static Result<std::unique_ptr<Renderer>> open(std::span<const std::string> paths);

  double width(std::string_view text, const Font& font) const override;

  /// `scale` PNG pixels per SVG pixel. Fault output_failed: `svg` is no picture that can be drawn.
  Result<std::string> to_png(std::string_view svg, double scale) const;

 private:
  struct Library;
  explicit Renderer(const Library& library) : library_(library) {}

  const Library& library_;  ///< stays open until the program ends
};

}  // namespace pfsday::chart
