#include "count/samples.h"

namespace pfsday::count {
namespace {

Count figure_of(const PassCount& pass, Figure figure) {
  const Work& work = pass.work;
  switch (figure) {
    case Figure::mul:
      return work.mul;
    case Figure::add:
      return work.add;
    case Figure::div:
      return work.div;
    case Figure::special:
      return work.special;
    case Figure::compare:
      return work.compare;
    case Figure::bytes:
      return pass.bytes;
    case Figure::flop:
      return work.operations();
    case Figure::products:
      return work.products * 2;
    case Figure::macs:
      return work.products;
    case Figure::other:
      return work.div + work.special + work.compare;
  }
  return {};
}

/// In another convention, `flop` is its figure.
Count seen_flop(const Counts& counts, std::size_t pass, const PassCount& count) {
  if (counts.views.empty()) return count.work.operations();
  const ViewCounts& seen = counts.views.front();
  return (pass == Symbolic::total ? seen.total : seen.passes[pass]).figure;
}

std::vector<Rational> figures_of(const Counts& counts) {
  std::vector<Rational> figures;
  for (std::size_t pass = 0; pass <= Symbolic::total; ++pass) {
    const PassCount& count = pass == Symbolic::total ? counts.total : counts.passes[pass];
    for (std::size_t i = 0; i < figure_count; ++i) {
      const auto figure = static_cast<Figure>(i);
      figures.emplace_back(figure == Figure::flop ? seen_flop(counts, pass, count)
                                                  : figure_of(count, figure));
    }
  }
  return figures;
}

}  // namespace

const Sample& Samples::at(const Point& point) {
  const auto [found, is_new] = samples_.try_emplace(point);
  if (is_new) found->second = count(point);
  return found->second;
}

Sample Samples::count(const Point& point) const {
  if (exhausted()) return {.fault = Error{.code = Code::limit_exceeded}};
  Sizes sizes;
  for (std::size_t i = 0; i < names_.size(); ++i) sizes.emplace(names_[i], point[i]);
  auto counts = count_at_(sizes);
  if (!counts) return {.fault = std::move(counts).error()};
  return {.figures = figures_of(*counts)};
}

}  // namespace pfsday::count
