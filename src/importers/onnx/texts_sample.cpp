#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

std::string draw_texts(NodeDraw& draw, const Shape& shape) {
  return draw.typed_integers(ElementType::text, shape, 0, 0, NodeDraw::Held::no);
}

NodeSample make_normalizer(std::string_view op, NodeDraw& draw) {
  const std::int64_t size = draw.integer(1, 4);
  const std::string x = draw_texts(draw, draw.coin() ? Shape{size} : Shape{1, size});
  std::vector<std::string> stop_words;
  if (draw.coin()) stop_words.emplace_back("the");
  return draw.finish(
      10, op, {x},
      {{"case_change_action", draw.choose({"LOWER", "UPPER", "NONE"})}, {"stopwords", stop_words}});
}

NodeSample make_concat(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(0, 3);
  const std::string x = draw_texts(draw, shape);
  return draw.finish(20, op, {x, draw_texts(draw, draw.broadcastable(shape))});
}

NodeSample make_split(std::string_view op, NodeDraw& draw) {
  const std::string x = draw_texts(draw, draw.shape(0, 3));
  return draw.finish(20, op, {x}, {{"maxsplit", draw.integer(0, 3)}}, 2);
}

NodeSample make_match(std::string_view op, NodeDraw& draw) {
  return draw.finish(20, op, {draw_texts(draw, draw.shape(0, 3))}, {{"pattern", "a+b"}});
}

constexpr LoweringSample samples[] = {
    {"StringNormalizer", make_normalizer},
    {"StringConcat", make_concat},
    {"StringSplit", make_split},
    {"RegexFullMatch", make_match},
};

}  // namespace

extern constinit const LoweringSampleFamily texts_sample{samples};

}  // namespace pfsday::onnx
