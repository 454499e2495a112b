// The real measure of text, and PNG. Both come from a program that is started when a chart is drawn
// and never before, so that other verbs start fast; it ends with the Renderer.
//
//   const auto renderer = TRY(Renderer::open({exe_folder + "/../lib/pfsday/render"}));
//   const std::string svg = to_svg(lay_out(chart, *renderer));
//   const std::string png = TRY(renderer->to_png(svg, 2));
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chart/render/protocol.h"
#include "chart/text.h"

namespace pfsday::chart {

class Renderer : public TextMeasure {
 public:
  /// Starts the program. Fault renderer_missing: it is not there, or a library or a font that it
  /// needs is not installed.
  static Result<std::unique_ptr<Renderer>> open(const std::string& path);
  ~Renderer() override;

  /// 0 once the program is gone, which to_png and `check` tell.
  double width(std::string_view text, const Font& font) const override;

  /// `scale` PNG pixels per SVG pixel. Fault output_failed: `svg` is no picture that can be drawn,
  /// or the program is gone.
  Result<std::string> to_png(std::string_view svg, double scale) const;

  /// Fault output_failed: the program is gone, so that widths are wrong.
  Result<void> check() const;

 private:
  /// Nothing once the program is gone.
  std::optional<render::Message<render::Reply>> ask(const render::Request& request,
                                                    std::string_view bytes) const;

  Renderer(int socket, pid_t process) : socket_(socket), process_(process) {}

  int socket_;
  pid_t process_;
  mutable bool is_gone_ = false;
};

}  // namespace pfsday::chart
