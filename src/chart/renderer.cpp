#include "chart/renderer.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "base/text.h"
#include "chart/render/abi.h"

namespace pfsday::chart {

struct Renderer::Library {
  decltype(&pfsday_render_start) start = nullptr;
  decltype(&pfsday_render_width) width = nullptr;
  decltype(&pfsday_render_png) png = nullptr;
};

namespace {

constexpr std::string_view hint =
    "install the packages libpangocairo-1.0-0, librsvg2-2 and fonts-inter, and keep lib/pfsday "
    "beside bin";

template <class Function>
bool look_up(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(handle, name));
  return function != nullptr;
}

std::unexpected<Error> missing(std::string_view reason) {
  return fail(Code::renderer_missing, fmt::format("charts cannot be drawn: {}", reason),
              std::string(hint));
}

}  // namespace

Result<std::unique_ptr<Renderer>> Renderer::open(std::span<const std::string> paths) {
  static Library library;
  std::string reason = "no place to look for the renderer is known";
  for (const std::string& path : paths) {
    void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      reason = dlerror();
      continue;
    }
    const bool complete = look_up(handle, "pfsday_render_start", library.start) &&
                          look_up(handle, "pfsday_render_width", library.width) &&
                          look_up(handle, "pfsday_render_png", library.png);
    if (!complete) return missing(path + " is of another version");
    if (const char* fault = library.start()) return missing(fault);
    return std::unique_ptr<Renderer>(new Renderer(library));
  }
  return missing(reason);
}

double Renderer::width(std::string_view text, const Font& font) const {
  const std::string valid = to_valid_utf8(text);
  return library_.width(valid.data(), valid.size(), font.size, font.weight);
}

Result<std::string> Renderer::to_png(std::string_view svg, double scale) const {
  std::string png;
  const auto append = [](void* context, const unsigned char* bytes, std::size_t count) {
    static_cast<std::string*>(context)->append(reinterpret_cast<const char*>(bytes), count);
  };
  if (const char* fault = library_.png(svg.data(), svg.size(), scale, append, &png)) {
    return fail(Code::output_failed, fmt::format("the chart cannot be rendered: {}", fault));
  }
  return png;
}

}  // namespace pfsday::chart
