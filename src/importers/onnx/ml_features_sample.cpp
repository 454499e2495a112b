#include "importers/onnx/ml_outputs.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

std::string draw_examples(NodeDraw& draw) {
  return draw.reals({draw.integer(1, 3), 3}, {}, NodeDraw::Held::no);
}

NodeSample make_scaler(std::string_view op, NodeDraw& draw) {
  const bool has_one = draw.coin();
  const std::vector<float> values = {0.5F, 2, 3};
  const Attributes attributes = {{"offset", has_one ? std::vector<float>{1} : values},
                                 {"scale", values}};
  return draw.finish_in(ml_domain, op, {draw_examples(draw)}, attributes);
}

NodeSample make_normalizer(std::string_view op, NodeDraw& draw) {
  return draw.finish_in(ml_domain, op, {draw_examples(draw)},
                        {{"norm", draw.choose({"MAX", "L1", "L2"})}});
}

NodeSample make_binarizer(std::string_view op, NodeDraw& draw) {
  return draw.finish_in(ml_domain, op, {draw_examples(draw)}, {{"threshold", 0.3}});
}

NodeSample make_imputer(std::string_view op, NodeDraw& draw) {
  if (draw.coin()) {
    return draw.finish_in(ml_domain, op, {draw_examples(draw)},
                          {{"imputed_value_floats", std::vector<float>{1, 2, 3}},
                           {"replaced_value_float", draw.coin() ? 0.125 : std::nan("")}});
  }
  return draw.finish_in(
      ml_domain, op, {draw.whole_numbers({2, 3}, 0, 3)},
      {{"imputed_value_int64s", Axes{7}}, {"replaced_value_int64", std::int64_t{1}}});
}

NodeSample make_extractor(std::string_view op, NodeDraw& draw) {
  const std::string x = draw_examples(draw);
  return draw.finish_in(ml_domain, op, {x, draw.whole_numbers({2}, 0, 2)});
}

NodeSample make_vectorizer(std::string_view op, NodeDraw& draw) {
  const std::string a = draw.reals({2, 3}, {}, NodeDraw::Held::no);
  const std::string b = draw.reals({2, 2});
  return draw.finish_in(ml_domain, op, {a, b}, {{"inputdimensions", Axes{2, 4}}});
}

std::string draw_texts(NodeDraw& draw) {
  return draw.typed_integers(ElementType::text, draw.shape(1, 3), 0, 0, NodeDraw::Held::no);
}

std::vector<std::string> two_texts() { return {"none", "two"}; }

NodeSample make_one_hot(std::string_view op, NodeDraw& draw) {
  if (draw.coin()) {
    return draw.finish_in(ml_domain, op, {draw_texts(draw)}, {{"cats_strings", two_texts()}});
  }
  return draw.finish_in(ml_domain, op, {draw.whole_numbers(draw.shape(1, 3), 0, 4)},
                        {{"cats_int64s", Axes{0, 2, 3}}});
}

NodeSample make_label_encoder(std::string_view op, NodeDraw& draw) {
  if (draw.coin()) {
    return draw.finish_in(
        ml_domain, op, {draw_texts(draw)},
        {{"keys_strings", two_texts()}, {"values_floats", std::vector<float>{0.5F, 1}}});
  }
  Attributes attributes = {{"keys_int64s", Axes{0, 2, 3}}};
  if (draw.coin()) {
    attributes.emplace_back("values_floats", std::vector<float>{0.5F, 1, 2});
  } else {
    attributes.emplace_back("values_int64s", Axes{4, 9, 1});
  }
  return draw.finish_in(ml_domain, op, {draw.whole_numbers(draw.shape(1, 2), 0, 4)}, attributes);
}

NodeSample make_category_mapper(std::string_view op, NodeDraw& draw) {
  const std::string x = draw.coin() ? draw_texts(draw) : draw.whole_numbers(draw.shape(1, 2), 0, 4);
  return draw.finish_in(ml_domain, op, {x},
                        {{"cats_int64s", Axes{0, 2}}, {"cats_strings", two_texts()}});
}

NodeSample make_zip_map(std::string_view op, NodeDraw& draw) {
  return draw.finish_in(ml_domain, op, {draw_examples(draw)},
                        {{"classlabels_int64s", Axes{0, 1, 2}}});
}

/// A map is given as one of its entries.
NodeSample make_dict_vectorizer(std::string_view op, NodeDraw& draw) {
  return draw.finish_in(ml_domain, op, {draw.whole_numbers({1}, 0, 4)},
                        {{"string_vocabulary", two_texts()}});
}

NodeSample make_cast_map(std::string_view op, NodeDraw& draw) {
  return draw.finish_in(ml_domain, op, {draw.whole_numbers({1}, 0, 4)},
                        {{"map_form", "SPARSE"},
                         {"max_map", draw.integer(1, 4)},
                         {"cast_to", draw.choose({"TO_FLOAT", "TO_INT64", "TO_STRING"})}});
}

constexpr LoweringSample samples[] = {
    {"Scaler", make_scaler, ml_domain},
    {"Normalizer", make_normalizer, ml_domain},
    {"Binarizer", make_binarizer, ml_domain},
    {"Imputer", make_imputer, ml_domain},
    {"ArrayFeatureExtractor", make_extractor, ml_domain},
    {"FeatureVectorizer", make_vectorizer, ml_domain},
    {"OneHotEncoder", make_one_hot, ml_domain},
    {"LabelEncoder", make_label_encoder, ml_domain},
    {"CategoryMapper", make_category_mapper, ml_domain},
    {"ZipMap", make_zip_map, ml_domain},
    {"DictVectorizer", make_dict_vectorizer, ml_domain},
    {"CastMap", make_cast_map, ml_domain},
};

}  // namespace

extern constinit const LoweringSampleFamily ml_features_sample{samples};

}  // namespace pfsday::onnx
