#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

NodeSample make_tf_idf(std::string_view op, NodeDraw& draw) {
  Shape shape = {draw.integer(4, 9)};
  if (draw.coin()) shape.insert(shape.begin(), 2);
  const std::string x = draw.whole_numbers(shape, 0, 3);
  const std::int64_t shortest = draw.integer(1, 2);
  return draw.finish(9, op, {x},
                     {{"mode", draw.choose({"TF", "IDF", "TFIDF"})},
                      {"min_gram_length", shortest},
                      {"max_gram_length", draw.integer(shortest, 2)},
                      {"max_skip_count", draw.integer(0, 3)},
                      {"ngram_counts", Axes{0, 3}},
                      {"ngram_indexes", Axes{1, 0, 2, 5, 4}},
                      {"pool_int64s", Axes{0, 1, 2, 0, 1, 2, 3}},
                      {"weights", std::vector<float>{1, 2, 3, 4, 5}}});
}

constexpr LoweringSample samples[] = {{"TfIdfVectorizer", make_tf_idf}};

}  // namespace

extern constinit const LoweringSampleFamily text_features_sample{samples};

}  // namespace pfsday::onnx
