// The renderer library: Pango for the width of text and librsvg for PNG. It is loaded only when a
// chart is drawn, because its fifty shared libraries would slow every start of the program.
//
// Both see two fonts, Inter regular and semibold, from files, and no other: a chart does not depend
// on what else is installed.
#include <fontconfig/fontconfig.h>
#include <librsvg/rsvg.h>
#include <pango/pangocairo.h>

#include <cmath>
#include <memory>
#include <string>
#include <type_traits>

#include "chart/render/abi.h"

namespace {

template <auto release>
struct Releaser {
  template <class T>
  void operator()(T* pointer) const {
    release(pointer);
  }
};
template <class T, auto release>
using Owned = std::unique_ptr<T, Releaser<release>>;

using FontDescription = Owned<PangoFontDescription, pango_font_description_free>;
using Surface = Owned<cairo_surface_t, cairo_surface_destroy>;
using Cairo = Owned<cairo_t, cairo_destroy>;
template <class T>
using Object = Owned<T, g_object_unref>;

/// Text shapes at whole em fractions, as in the drawing: no rounding to the pixel grid.
PangoContext* make_context() {
  PangoContext* context = pango_font_map_create_context(pango_cairo_font_map_get_default());
  pango_context_set_round_glyph_positions(context, FALSE);
  const Owned<cairo_font_options_t, cairo_font_options_destroy> options{
      cairo_font_options_create()};
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context, options.get());
  return context;
}

struct Sink {
  void (*write)(void*, const unsigned char*, std::size_t);
  void* context;
};

cairo_status_t pass_on(void* closure, const unsigned char* bytes, unsigned int count) {
  const Sink& sink = *static_cast<const Sink*>(closure);
  sink.write(sink.context, bytes, count);
  return CAIRO_STATUS_SUCCESS;
}

const char* keep(std::string reason) {
  static std::string kept;
  kept = std::move(reason);
  return kept.c_str();
}

const char* take_reason(GError* error) {
  const Owned<GError, g_error_free> owned{error};
  return keep(owned ? owned->message : "librsvg gives no reason");
}

const char* draw(RsvgHandle* handle, double scale, const Sink& sink) {
  double width = 0, height = 0;
  if (!rsvg_handle_get_intrinsic_size_in_pixels(handle, &width, &height)) {
    return "the picture has no size in pixels";
  }
  const RsvgRectangle area{0, 0, std::round(width * scale), std::round(height * scale)};
  const Surface surface{cairo_image_surface_create(
      CAIRO_FORMAT_ARGB32, static_cast<int>(area.width), static_cast<int>(area.height))};
  const Cairo cairo{cairo_create(surface.get())};
  GError* error = nullptr;
  if (!rsvg_handle_render_document(handle, cairo.get(), &area, &error)) return take_reason(error);
  Sink copy = sink;
  const cairo_status_t status = cairo_surface_write_to_png_stream(surface.get(), pass_on, &copy);
  return status == CAIRO_STATUS_SUCCESS ? nullptr : cairo_status_to_string(status);
}

}  // namespace

const char* pfsday_render_start() {
  FcConfig* fonts = FcConfigCreate();
  for (const char* file : {"Inter-Regular.otf", "Inter-SemiBold.otf"}) {
    const std::string path = std::string(PFSDAY_FONT_FOLDER "/") + file;
    if (!FcConfigAppFontAddFile(fonts, reinterpret_cast<const FcChar8*>(path.c_str()))) {
      FcConfigDestroy(fonts);
      return keep("the font " + path + " cannot be read");
    }
  }
  FcConfigSetCurrent(fonts);
  FcConfigDestroy(fonts);  // the current configuration holds it now
  return nullptr;
}

double pfsday_render_width(const char* text, std::size_t length, double size, int weight) {
  static const Object<PangoContext> context{make_context()};
  const Object<PangoLayout> layout{pango_layout_new(context.get())};
  const FontDescription font{pango_font_description_from_string("Inter")};
  pango_font_description_set_absolute_size(font.get(), size * PANGO_SCALE);
  pango_font_description_set_weight(font.get(), static_cast<PangoWeight>(weight));
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_text(layout.get(), text, static_cast<int>(length));
  PangoRectangle logical;
  pango_layout_get_extents(layout.get(), nullptr, &logical);
  return static_cast<double>(logical.width) / PANGO_SCALE;
}

const char* pfsday_render_png(const char* svg, std::size_t length, double scale,
                              void (*sink)(void*, const unsigned char*, std::size_t),
                              void* context) {
  GError* error = nullptr;
  const auto* bytes = reinterpret_cast<const guint8*>(svg);
  const Object<RsvgHandle> handle{rsvg_handle_new_from_data(bytes, length, &error)};
  if (!handle) return take_reason(error);
  return draw(handle.get(), scale, {sink, context});
}
