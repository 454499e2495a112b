// The renderer: Pango for the width of text and librsvg for PNG, as protocol.h says. It is a
// program of its own that runs while a chart is drawn, because its fifty shared libraries would
// slow every start of pfsday.
//
// Both see two fonts, Inter regular and semibold, from files, and no other: a chart does not depend
// on what else is installed.
#include <fontconfig/fontconfig.h>
#include <librsvg/rsvg.h>
#include <pango/pangocairo.h>
#include <unistd.h>

#include <cmath>
#include <memory>
#include <string>
#include <string_view>

#include "chart/render/protocol.h"

namespace {

using namespace pfsday::chart::render;

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

cairo_status_t append(void* png, const unsigned char* bytes, unsigned int count) {
  static_cast<std::string*>(png)->append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

Message<Reply> failure(std::string reason) {
  return {.head = {.failed = 1}, .bytes = std::move(reason)};
}

Message<Reply> failure(GError* error) {
  const Owned<GError, g_error_free> owned{error};
  return failure(owned ? owned->message : "librsvg gives no reason");
}

Message<Reply> draw(RsvgHandle* handle, double scale) {
  double width = 0, height = 0;
  if (!rsvg_handle_get_intrinsic_size_in_pixels(handle, &width, &height)) {
    return failure("the picture has no size in pixels");
  }
  const RsvgRectangle area{0, 0, std::round(width * scale), std::round(height * scale)};
  const Surface surface{cairo_image_surface_create(
      CAIRO_FORMAT_ARGB32, static_cast<int>(area.width), static_cast<int>(area.height))};
  const Cairo cairo{cairo_create(surface.get())};
  GError* error = nullptr;
  if (!rsvg_handle_render_document(handle, cairo.get(), &area, &error)) return failure(error);
  Message<Reply> reply;
  const cairo_status_t status =
      cairo_surface_write_to_png_stream(surface.get(), append, &reply.bytes);
  if (status != CAIRO_STATUS_SUCCESS) return failure(cairo_status_to_string(status));
  return reply;
}

Message<Reply> draw(std::string_view svg, double scale) {
  GError* error = nullptr;
  const auto* bytes = reinterpret_cast<const guint8*>(svg.data());
  const Object<RsvgHandle> handle{rsvg_handle_new_from_data(bytes, svg.size(), &error)};
  return handle ? draw(handle.get(), scale) : failure(error);
}

Message<Reply> measure(std::string_view text, double size, int weight) {
  static const Object<PangoContext> context{make_context()};
  const Object<PangoLayout> layout{pango_layout_new(context.get())};
  const FontDescription font{pango_font_description_from_string("Inter")};
  pango_font_description_set_absolute_size(font.get(), size * PANGO_SCALE);
  pango_font_description_set_weight(font.get(), static_cast<PangoWeight>(weight));
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  PangoRectangle logical;
  pango_layout_get_extents(layout.get(), nullptr, &logical);
  return {.head = {.width = static_cast<double>(logical.width) / PANGO_SCALE}, .bytes = {}};
}

/// Makes the fonts known.
Message<Reply> start() {
  FcConfig* fonts = FcConfigCreate();
  for (const char* file : {"Inter-Regular.otf", "Inter-SemiBold.otf"}) {
    const std::string path = std::string(PFSDAY_FONT_FOLDER "/") + file;
    if (!FcConfigAppFontAddFile(fonts, reinterpret_cast<const FcChar8*>(path.c_str()))) {
      FcConfigDestroy(fonts);
      return failure("the font " + path + " cannot be read");
    }
  }
  FcConfigSetCurrent(fonts);
  FcConfigDestroy(fonts);  // the current configuration holds it now
  return {};
}

Message<Reply> serve(const Message<Request>& request) {
  const Request& head = request.head;
  return head.task == Task::draw ? draw(request.bytes, head.size)
                                 : measure(request.bytes, head.size, head.weight);
}

bool send_reply(const Message<Reply>& reply) {
  return send(STDOUT_FILENO, reply.head, reply.bytes);
}

}  // namespace

int main() {
  const Message<Reply> started = start();
  bool is_heard = send_reply(started) && started.head.failed == 0;
  while (is_heard) {
    const auto request = receive<Request>(STDIN_FILENO);
    is_heard = request && send_reply(serve(*request));
  }
}
