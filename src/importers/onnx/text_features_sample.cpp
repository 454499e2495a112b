#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

NodeSample make_tf_idf(std::string_view op, NodeDraw& draw) {
  Shape shape = {draw.integer(4, 9)};
  if (draw.coin()) shape.insert(shape.begin(), 2);
  const std::int64_t shortest = draw.integer(1, 2);
  std::vector<std::pair<std::string, AttributeToWrite>> attributes = {
      {"mode", draw.choose({"TF", "IDF", "TFIDF"})},
      {"min_gram_length", shortest},
      {"max_gram_length", draw.integer(shortest, 2)},
      {"max_skip_count", draw.integer(0, 3)},
      {"ngram_counts", Axes{0, 3}},
      {"ngram_indexes", Axes{1, 0, 2, 5, 4}},
      {"weights", std::vector<float>{1, 2, 3, 4, 5}}};
  if (draw.coin()) {
    attributes.emplace_back("pool_int64s", Axes{0, 1, 2, 0, 1, 2, 3});
    return draw.finish(9, op, {draw.whole_numbers(shape, 0, 3)}, attributes);
  }
  attributes.emplace_back("pool_strings",
                          std::vector<std::string>{"a", "b", "c", "a", "b", "c", "d"});
  const std::string x = draw.typed_integers(ElementType::text, shape, 0, 0, NodeDraw::Held::no);
  return draw.finish(9, op, {x}, attributes);
}

constexpr LoweringSample samples[] = {{"TfIdfVectorizer", make_tf_idf}};

}  // namespace

extern constinit const LoweringSampleFamily text_features_sample{samples};

}  // namespace pfsday::onnx
