// Labels of points and lines: finds each a place that touches nothing else, or counts it as left
// out.
#pragma once

#include "chart/layout.h"

namespace pfsday::chart {

/// The layout has its points, curves and texts already.
void add_labels(const Chart& chart, const TextMeasure& measure, Layout& layout);

}  // namespace pfsday::chart
