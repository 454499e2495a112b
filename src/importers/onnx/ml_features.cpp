// Operators of ai.onnx.ml that prepare features: Scaler, Normalizer, Binarizer, Imputer,
// ArrayFeatureExtractor, FeatureVectorizer, OneHotEncoder, LabelEncoder, CategoryMapper, ZipMap,
// DictVectorizer, CastMap.
//
// Whatever looks numbers up among k keys is counted as k compares: an upper bound. Texts and maps
// have no arithmetic: what is looked up by a text or in a map is movement.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/ml_outputs.h"
#include "importers/onnx/opaque.h"

namespace pfsday::onnx {
namespace {

using graph::Exact;

/// x as a float tensor: f32 unless it has a float type.
Value as_real(Value x, Builder& b) {
  const ElementType element = b.type(x).element;
  return b.cast(x, graph::is_real(element) ? element : ElementType::f32);
}

/// A list of one number for all features, or of one for each; empty if it is left out.
Result<Value> per_feature(const OnnxNode& node, std::string_view attribute, Value x, Builder& b) {
  const std::size_t count = ml_count(node, attribute);
  if (count == 0) return Value{};
  const Shape shape = count == 1 ? Shape{} : Shape{static_cast<std::int64_t>(count)};
  return ml_reals(node, attribute, shape, b.type(x).element, b);
}

/// (x - offset) * scale.
Result<Values> lower_scaler(const OnnxNode& node, Builder& b) {
  Value y = as_real(node.input(0), b);
  if (const Value offset = TRY(per_feature(node, "offset", y, b))) y = b.sub(y, offset);
  if (const Value scale = TRY(per_feature(node, "scale", y, b))) y = b.mul(y, scale);
  return Values{b.cast(y, ElementType::f32)};
}

/// Each row by its largest size, the sum of its sizes, or its length; by 1 where that is zero.
Result<Values> lower_normalizer(const OnnxNode& node, Builder& b) {
  const Value x = as_real(node.input(0), b);
  const Axes last = {TRY(checked_axis(-1, b.type(x).rank()))};
  const std::string_view norm = TRY(node.text("norm", "MAX"));
  Value size;
  if (norm == "MAX") {
    size = b.reduce_max(b.emit("abs", {x}), last, keep_dims);
  } else if (norm == "L1") {
    size = b.reduce_sum(b.emit("abs", {x}), last, keep_dims);
  } else if (norm == "L2") {
    size = b.sqrt(b.reduce_sum(b.mul(x, x), last, keep_dims));
  } else {
    return fail(Code::attribute_invalid, fmt::format("norm is \"{}\"", norm));
  }
  const Value is_zero = b.with_scalar("equal", size, 0);
  const Value divisor = b.select(is_zero, b.full(b.type(size), 1), size);
  return Values{b.cast(b.div(x, divisor), ElementType::f32)};
}

/// 1 above the threshold, else 0.
Result<Values> lower_binarizer(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Value is_above = b.with_scalar("greater", x, TRY(node.real("threshold", 0)));
  return Values{b.cast(is_above, b.type(x).element)};
}

/// What stands in for `replaced`, which may be not a number: that alone differs from itself.
Result<Values> lower_imputer(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const ElementType element = b.type(x).element;
  const bool is_real = graph::is_real(element);
  const std::string_view name = is_real ? "imputed_value_floats" : "imputed_value_int64s";
  const auto* imputed = node.find(name);
  const std::size_t count = ml_count(node, name);
  if (count == 0) return fail(Code::attribute_invalid, fmt::format("\"{}\" is missing", name));
  std::vector<Exact> values(imputed->reals.begin(), imputed->reals.end());
  values.insert(values.end(), imputed->integers.begin(), imputed->integers.end());
  const Shape shape = count == 1 ? Shape{} : Shape{static_cast<std::int64_t>(count)};
  const Value by = b.constant(Literal::of({element, shape}, std::move(values)));
  const double replaced = is_real
                              ? TRY(node.real("replaced_value_float", 0))
                              : static_cast<double>(TRY(node.integer("replaced_value_int64", 0)));
  if (replaced != replaced) return Values{b.select(b.emit("equal", {x, x}), x, by)};
  return Values{b.select(b.with_scalar("equal", x, replaced), by, x)};
}

/// Columns of x, picked by index.
Result<Values> lower_extractor(const OnnxNode& node, Builder& b) {
  Value x = node.input(0);
  if (b.shape(x).size() == 1) x = b.reshape(x, {1, b.shape(x)[0]});
  const auto picked = static_cast<std::int64_t>(b.type(node.input(1)).elements().value());
  const std::int64_t axis = TRY(checked_axis(-1, b.type(x).rank()));
  return Values{b.gather(x, b.reshape(node.input(1), {picked}), axis)};
}

/// Columns of all inputs side by side, each cut or filled up to its stated width.
Result<Values> lower_vectorizer(const OnnxNode& node, Builder& b) {
  const Axes widths = TRY(node.integers("inputdimensions"));
  Values parts;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    Value x = b.cast(node.input(i), ElementType::f32);
    if (b.shape(x).size() == 1) x = b.reshape(x, {1, b.shape(x)[0]});
    if (b.shape(x).size() != 2) {
      return fail(Code::shapes_disagree, fmt::format("features of {}", to_string(b.shape(x))));
    }
    const std::int64_t added = i < widths.size() ? widths[i] - b.shape(x)[1] : 0;
    if (added != 0) {
      x = b.emit("pad", {x},
                 {{"low", Axes{0, 0}}, {"high", Axes{0, added}}, {"interior", Axes{0, 0}}});
    }
    parts.push_back(x);
  }
  return Values{b.concat(parts, 1)};
}

/// x with a last axis of one entry for each key: true where they are equal.
Value matches(Value x, const TensorType& keys, std::vector<Exact> values, Builder& b) {
  Shape column = b.shape(x);
  column.push_back(1);
  const Value listed = b.constant(Literal::of(keys, std::move(values)));
  return b.binary("equal", b.reshape(x, column), listed);
}

void note_search(Builder& b) {
  b.note_bound("upper_bound", "each element is compared with every key");
}

/// One column for each category, 1 where x is that one.
Result<Values> lower_one_hot(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const bool of_texts = b.type(x).element == ElementType::text;
  const std::string_view name = of_texts ? "cats_strings" : "cats_int64s";
  const auto count = static_cast<std::int64_t>(ml_count(node, name));
  if (count == 0) return fail(Code::attribute_invalid, fmt::format("\"{}\" is missing", name));
  if (of_texts) {
    TensorType type{ElementType::f32, b.shape(x)};
    type.shape.push_back(count);
    return Values{opaque(node, {x}, type, b)};
  }
  const auto* cats = node.find(name);
  const TensorType keys{b.type(x).element, {count}};
  std::vector<Exact> values(cats->integers.begin(), cats->integers.end());
  return Values{b.cast(matches(x, keys, std::move(values), b), ElementType::f32)};
}

/// A table of keys and of what they stand for; the last value is that of any other element.
struct Table {
  std::vector<Exact> keys;
  Value values;
};

/// The value of the first key that an element is equal to: the first maximum of the matches and a
/// half.
Value look_up(Value x, Table table, Builder& b) {
  const TensorType keys{b.type(x).element, {std::ssize(table.keys)}};
  const Value found = b.cast(matches(x, keys, std::move(table.keys), b), ElementType::f32);
  if (!found) return {};
  const std::int64_t axis = b.type(found).rank() - 1;
  TensorType other = b.type(found);
  other.shape.back() = 1;
  const Values best = b.emit_all("top_k", {b.concat({found, b.full(other, 0.5L)}, axis)},
                                 {{"axis", axis},
                                  {"k", std::int64_t{1}},
                                  {"largest", std::int64_t{1}},
                                  {"last", std::int64_t{0}}});
  note_search(b);
  return best.empty() ? Value{} : b.gather(table.values, b.reshape(best[1], b.shape(x)), 0);
}

Value number_table(ElementType element, std::vector<Exact> values, Builder& b) {
  const TensorType type{element, {std::ssize(values)}};
  return b.constant(Literal::of(type, std::move(values)));
}

/// The list under one of these names: of tensors, reals, integers or texts.
const AttributeView* list_among(const OnnxNode& node, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    const auto* found = node.find(name);
    if (found != nullptr && (found->tensor || ml_count(node, name) > 0)) return found;
  }
  return nullptr;
}

Result<std::vector<Exact>> numbers_of(const AttributeView& list) {
  if (list.tensor) {
    const auto numbers = TRY(tensor_numbers(*list.tensor));
    return std::vector<Exact>(numbers.begin(), numbers.end());
  }
  std::vector<Exact> numbers(list.reals.begin(), list.reals.end());
  numbers.insert(numbers.end(), list.integers.begin(), list.integers.end());
  return numbers;
}

Result<Exact> default_number(const OnnxNode& node, ElementType element) {
  if (const auto* given = node.find("default_tensor"); given != nullptr && given->tensor) {
    const auto numbers = TRY(tensor_numbers(*given->tensor));
    if (numbers.size() == 1) return numbers[0];
  }
  if (graph::is_real(element)) return TRY(node.real("default_float", 0));
  return static_cast<Exact>(TRY(node.integer("default_int64", -1)));
}

/// The type of the values: of their tensor, or by the kind of their list.
ElementType element_of(const AttributeView& list) {
  if (list.tensor) return list.tensor->type.element;
  if (!list.texts.empty()) return ElementType::text;
  return list.reals.empty() ? ElementType::i64 : ElementType::f32;
}

/// Values and what stands for any other key.
Result<Value> value_table(const OnnxNode& node, const AttributeView& list, std::size_t count,
                          Builder& b) {
  const ElementType element = element_of(list);
  if (element == ElementType::text) return ml_texts(list.name, count + 1, b);
  std::vector<Exact> values = TRY(numbers_of(list));
  if (values.size() != count) {
    return fail(Code::attribute_invalid, fmt::format("{} keys of {} values", count, values.size()));
  }
  values.push_back(TRY(default_number(node, element)));
  return number_table(element, std::move(values), b);
}

constexpr std::string_view value_lists[] = {"values_tensor", "values_floats", "values_int64s",
                                            "values_strings"};

/// The place of each text in the table, which no arithmetic finds; then the value there.
Result<Values> encode_texts(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Value place = opaque(node, {x}, {ElementType::i64, b.shape(x)}, b);
  if (ml_count(node, "classes_strings") > 0) return Values{place};
  constexpr std::string_view keys[] = {"keys_tensor", "keys_strings"};
  const auto* key_list = list_among(node, keys);
  const auto* value_list = list_among(node, value_lists);
  if (key_list == nullptr || value_list == nullptr) {
    return fail(Code::attribute_invalid, "there are no keys, or no values");
  }
  std::size_t count = key_list->texts.size();
  if (key_list->tensor) {
    TRY(check_limits(key_list->tensor->type));
    count = static_cast<std::size_t>(key_list->tensor->type.elements().value());
  }
  return Values{b.gather(TRY(value_table(node, *value_list, count, b)), place, 0)};
}

/// Keys to values; in operator set 1 of the domain the position of a text, and back.
Result<Values> lower_label_encoder(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  if (b.type(x).element == ElementType::text) return encode_texts(node, b);
  if (const std::size_t classes = ml_count(node, "classes_strings"); classes > 0) {
    const Value in_range = b.with_scalar("less", x, static_cast<Exact>(classes));
    const Value known = b.select(in_range, x, b.full(b.type(x), static_cast<Exact>(classes)));
    return Values{b.gather(ml_texts("classes_strings", classes + 1, b), known, 0)};
  }
  constexpr std::string_view keys[] = {"keys_tensor", "keys_floats", "keys_int64s"};
  const auto* key_list = list_among(node, keys);
  const auto* value_list = list_among(node, value_lists);
  if (key_list == nullptr || value_list == nullptr) {
    return fail(Code::attribute_invalid, "there are no keys, or no values");
  }
  Table table{.keys = TRY(numbers_of(*key_list)), .values = {}};
  table.values = TRY(value_table(node, *value_list, table.keys.size(), b));
  return Values{look_up(x, std::move(table), b)};
}

/// Integers to texts, and back.
Result<Values> lower_category_mapper(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  if (b.type(x).element == ElementType::text) {
    return Values{opaque(node, {x}, {ElementType::i64, b.shape(x)}, b)};
  }
  const auto* cats = node.find("cats_int64s");
  if (cats == nullptr || cats->integers.empty()) {
    return fail(Code::attribute_invalid, "\"cats_int64s\" is missing");
  }
  Table table{.keys = {cats->integers.begin(), cats->integers.end()}, .values = {}};
  table.values = ml_texts("cats_strings", table.keys.size() + 1, b);
  return Values{look_up(x, std::move(table), b)};
}

/// The same scores, as maps from labels.
Result<Values> lower_zip_map(const OnnxNode& node, Builder&) { return Values{node.input(0)}; }

/// The entries of a map in the order of the vocabulary; zeros for those that it lacks.
Result<Values> lower_dict_vectorizer(const OnnxNode& node, Builder& b) {
  const std::size_t words =
      std::max(ml_count(node, "string_vocabulary"), ml_count(node, "int64_vocabulary"));
  if (words == 0) return fail(Code::attribute_invalid, "there is no vocabulary");
  const ElementType element = b.type(node.input(0)).element;
  return Values{opaque(node, {node.input(0)}, {element, {1, static_cast<std::int64_t>(words)}}, b)};
}

/// The entries of a map in the order of their keys, with zeros between them where it is sparse.
Result<Values> lower_cast_map(const OnnxNode& node, Builder& b) {
  if (TRY(node.text("map_form", "DENSE")) != "SPARSE") {
    return fail(Code::value_unknown, "only the data tell how many entries a map has");
  }
  const std::int64_t entries = TRY(node.integer("max_map", 1));
  if (entries < 0) return fail(Code::attribute_invalid, fmt::format("max_map is {}", entries));
  const std::string_view to = TRY(node.text("cast_to", "TO_FLOAT"));
  ElementType element = ElementType::f32;
  if (to == "TO_INT64") element = ElementType::i64;
  if (to == "TO_STRING") element = ElementType::text;
  return Values{opaque(node, {node.input(0)}, {element, {1, entries}}, b)};
}

constexpr Lowering rows[] = {
    {.op = "Scaler", .lower = lower_scaler, .domain = ml_domain},
    {.op = "Normalizer", .lower = lower_normalizer, .domain = ml_domain},
    {.op = "Binarizer", .lower = lower_binarizer, .domain = ml_domain},
    {.op = "Imputer", .lower = lower_imputer, .domain = ml_domain},
    {.op = "ArrayFeatureExtractor", .inputs = 2, .lower = lower_extractor, .domain = ml_domain},
    {.op = "FeatureVectorizer", .lower = lower_vectorizer, .domain = ml_domain},
    {.op = "OneHotEncoder", .lower = lower_one_hot, .domain = ml_domain},
    {.op = "LabelEncoder", .lower = lower_label_encoder, .domain = ml_domain},
    {.op = "CategoryMapper", .lower = lower_category_mapper, .domain = ml_domain},
    {.op = "ZipMap", .lower = lower_zip_map, .domain = ml_domain},
    {.op = "DictVectorizer", .lower = lower_dict_vectorizer, .domain = ml_domain},
    {.op = "CastMap", .lower = lower_cast_map, .domain = ml_domain},
};

}  // namespace

extern constinit const LoweringFamily ml_features{rows};

}  // namespace pfsday::onnx
