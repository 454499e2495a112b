// What the renderer library exports, in C so that it can be looked up by name. Only renderer.cpp
// calls it; everyone else uses renderer.h.
#pragma once

#include <cstddef>

extern "C" {

/// Makes the fonts known. Null, or why that failed. Call once, before the others.
const char* pfsday_render_start();

/// Pixels that one line of UTF-8 text takes at `size` pixels per em.
double pfsday_render_width(const char* text, std::size_t length, double size, int weight);

/// Renders SVG as PNG at `scale` pixels per SVG pixel and hands the bytes to `sink`, in pieces.
/// Null, or why that failed.
const char* pfsday_render_png(const char* svg, std::size_t length, double scale,
                              void (*sink)(void* context, const unsigned char* bytes,
                                           std::size_t count),
                              void* context);
}
