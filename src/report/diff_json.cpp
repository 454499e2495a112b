#include "report/diff_json.h"

namespace pfsday::report {
namespace {

void write_sides(JsonWriter& json, const TwoSides& sides) {
  json.member("a", sides.a).member("b", sides.b);
}

void write_side(JsonWriter& json, std::string_view key, const ProductSide& side) {
  json.key(key).begin_object().member("times", side.times).member("macs", side.macs);
  json.member("recomputed", side.again).member("layer", side.layer).end_object();
}

void write_rows(JsonWriter& json, std::string_view key, const std::vector<ProductRow>& rows) {
  json.key(key).begin_array();
  for (const ProductRow& row : rows) {
    json.begin_object();
    if (row.product.has_sizes()) {
      json.member("batch", row.product.batch).member("m", row.product.m);
      json.member("n", row.product.n).member("k", row.product.k);
    } else {
      json.member("name", row.product.name);
    }
    write_side(json, "a", row.a);
    write_side(json, "b", row.b);
    json.key("reasons").begin_array();
    for (const ProductRow::Cause& cause : row.causes) {
      json.begin_object().member("reason", key_of(cause.why));
      write_sides(json, cause.only);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

void write_line(JsonWriter& json, const ParameterDiff::Line& line) {
  const auto write = [&](std::string_view key, const ParameterDiff::Side& side) {
    json.key(key).begin_object().member("tensors", side.tensors);
    json.member("numbers", side.numbers).end_object();
  };
  write("a", line.a);
  write("b", line.b);
}

}  // namespace

void write_products(JsonWriter& json, const ProductDiff& diff) {
  json.begin_object();
  write_rows(json, "same", diff.same);
  write_rows(json, "different", diff.different);
  json.key("reasons").begin_array();
  for (std::size_t i = 0; i < why_count; ++i) {
    const Why why = static_cast<Why>(i);
    const TwoSides sum = diff.sum_of(why);
    if (sum.a == units::Count(0) && sum.b == units::Count(0)) continue;
    json.begin_object().member("reason", key_of(why));
    write_sides(json, sum);
    json.end_object();
  }
  json.end_array().member("in_both", diff.common());
  json.key("total").begin_object();
  write_sides(json, diff.total);
  json.end_object().member("agrees", diff.agrees()).end_object();
}

void write_parameters(JsonWriter& json, const ParameterDiff& diff) {
  json.begin_object().key("matches").begin_array();
  for (std::size_t i = 0; i < match_count; ++i) {
    const Match match = static_cast<Match>(i);
    if (diff.of(match).a.tensors + diff.of(match).b.tensors == 0) continue;
    json.begin_object().member("match", key_of(match));
    write_line(json, diff.of(match));
    json.end_object();
  }
  json.end_array().key("in_one_only").begin_array();
  for (const LoneParameters& lone : diff.lone) {
    json.begin_object().member("first", lone.first).key("shape").begin_array();
    for (const std::int64_t size : lone.shape) json.value(size);
    json.end_array().member("in_a", lone.in_a).member("in_b", lone.in_b).end_object();
  }
  json.end_array().key("total").begin_object();
  write_line(json, diff.total);
  json.end_object().member("agrees", diff.agrees()).end_object();
}

}  // namespace pfsday::report
