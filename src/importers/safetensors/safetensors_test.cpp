#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>

#include "importers/importer.h"

namespace pfsday::importers {
namespace {

using testing::HasSubstr;

/// A file with that header and that many bytes behind it.
std::string file_of(std::string_view header, std::size_t data_bytes) {
  std::string file;
  for (std::size_t i = 0; i < 8; ++i) file += static_cast<char>(header.size() >> (8 * i));
  return file + std::string(header) + std::string(data_bytes, '\0');
}

Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

Result<Model> read(std::string_view header, std::size_t data_bytes) {
  const std::string file = file_of(header, data_bytes);
  return read_model(bytes_of(file), {});
}

std::string entry(std::string_view name, std::string_view type, std::string_view shape,
                  std::size_t begin, std::size_t end) {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})", name, type,
                     shape, begin, end);
}

std::string object(std::initializer_list<std::string> members) {
  return fmt::format("{{{}}}", fmt::join(members, ","));
}

TEST(Safetensors, ListsTensorsInTheOrderOfTheirBytes) {
  const std::string header =
      object({R"("__metadata__":{"format":"pt"})", entry("fc.weight", "BF16", "[3,2]", 4, 16),
              entry("step", "I32", "[]", 0, 4), entry("none", "F32", "[0,7]", 16, 16)}) +
      "   ";
  const Model model = read(header, 16).value();
  EXPECT_EQ(model.format, "safetensors");
  ASSERT_EQ(model.tensors.size(), 3U);
  EXPECT_EQ(model.tensors[0].name, "step");
  EXPECT_EQ(model.tensors[1].name, "fc.weight");
  EXPECT_EQ(model.tensors[1].type, "BF16");
  EXPECT_EQ(model.tensors[1].shape, (graph::Shape{3, 2}));
  EXPECT_EQ(model.tensors[1].bytes, units::Count(12));
  EXPECT_EQ(model.tensors[1].use, "linear");
  EXPECT_EQ(model.tensors[2].bytes, units::Count(0));
}

TEST(Safetensors, KnowsEveryType) {
  const struct {
    std::string_view type;
    std::size_t bits;
  } cases[] = {{"F64", 64},        {"F32", 32},       {"F16", 16}, {"BF16", 16},   {"F8_E4M3", 8},
               {"F8_E5M2", 8},     {"F8_E8M0", 8},    {"F4", 4},   {"F6_E2M3", 6}, {"F6_E3M2", 6},
               {"I64", 64},        {"I32", 32},       {"I16", 16}, {"I8", 8},      {"U64", 64},
               {"U32", 32},        {"U16", 16},       {"U8", 8},   {"BOOL", 8},    {"C64", 64},
               {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.type);
    const Model model = read(object({entry("a", c.type, "[8]", 0, c.bits)}), c.bits).value();
    EXPECT_EQ(model.tensors[0].bytes, units::Count(c.bits));
  }
}

TEST(Safetensors, RefusesWhatIsNotThere) {
  const std::string a = entry("a", "F32", "[2]", 0, 8);
  const struct {
    std::string_view name;
    std::string header;
    std::size_t data_bytes;
    Code code;
    std::string_view what;
  } cases[] = {
      {"cut off", object({a}), 7, Code::model_truncated, "end at 8, the file holds 7"},
      {"more than the tensors", object({a}), 9, Code::model_malformed, "1 bytes at the end"},
      {"gap", object({a, entry("b", "F32", "[1]", 12, 16)}), 16, Code::model_malformed,
       "begins at byte 12, where the one before ends at 8"},
      {"overlap", object({a, entry("b", "F32", "[1]", 4, 8)}), 8, Code::model_malformed,
       "begins at byte 4, where the one before still goes on, to 8"},
      {"wrong size", object({entry("a", "F32", "[2]", 0, 12)}), 12, Code::model_malformed,
       "F32 of [2] has 8 bytes, data_offsets has [0, 12]"},
      {"backwards", object({entry("a", "F32", "[0]", 4, 0)}), 4, Code::model_malformed, "[4, 0]"},
      {"half a byte", object({entry("a", "F4", "[3]", 0, 2)}), 2, Code::model_malformed,
       "no whole number of bytes"},
      {"huge axis", object({entry("a", "F32", "[18446744073709551615]", 0, 4)}), 4,
       Code::limit_exceeded, "an axis of"},
      {"product beyond 128 bits",
       object(
           {entry("a", "F64", "[1099511627776,1099511627776,1099511627776,1099511627776]", 0, 8)}),
       8, Code::model_malformed, "no whole number"},
      {"many axes", object({entry("a", "F32", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", 0, 4)}), 4,
       Code::limit_exceeded, "17 axes"},
      {"unknown type", object({entry("a", "F31", "[2]", 0, 8)}), 8, Code::type_unsupported,
       "\"F31\""},
      {"twice", object({a, a}), 8, Code::model_malformed, "\"a\" stands there twice"},
      {"key twice", R"({"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 8,
       Code::model_malformed, "\"dtype\" stands there twice"},
      {"no shape", R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", 8, Code::model_malformed,
       "lacks one of"},
      {"one offset", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}})", 8,
       Code::model_malformed, "lacks one of"},
      {"three offsets", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}})", 8,
       Code::model_malformed, "more than two"},
      {"negative", R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8,
       Code::model_malformed, "\"shape\" is not what"},
      {"nested shape", R"({"a":{"dtype":"F32","shape":[[2]],"data_offsets":[0,8]}})", 8,
       Code::model_malformed, "\"shape\" is not what"},
      {"other member", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}})", 8,
       Code::model_malformed, "\"x\" is not what"},
      {"no entry", R"({"a":3})", 0, Code::model_malformed, "\"a\" is no JSON object"},
      {"deep", R"({"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":1}}}}}}}}})", 0,
       Code::model_malformed, ""},
      {"no JSON", R"({"a" 3})", 0, Code::model_malformed, "no JSON"},
      {"behind the header", object({a}) + "}", 8, Code::model_malformed, "no JSON"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto model = read(c.header, c.data_bytes);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, c.code);
    EXPECT_THAT(model.error().what, HasSubstr(std::string(c.what)));
  }
}

TEST(Safetensors, RefusesALengthThatTheFileDoesNotHold) {
  std::string file = file_of(R"({"a":1})", 0);
  file[0] = 100;
  EXPECT_EQ(read_model(bytes_of(file), {}).error().code, Code::model_truncated);
  file[4] = 1;  // 2^32 and more: no longer what this format begins with
  EXPECT_EQ(read_model(bytes_of(file), {}).error().code, Code::format_unknown);
}

TEST(Safetensors, SaysWhereTheHeaderIsBroken) {
  const auto model = read(R"({"a" 3})", 0);
  EXPECT_EQ(model.error().place.byte, std::optional<std::size_t>(8 + 5));
}

// An index and its shards.

constexpr std::string_view index_text =
    R"({"metadata":{"total_size":40},"weight_map":{"fc.weight":"1.safetensors",
        "fc.bias":"2.safetensors"}})";

Result<Model> read_index(std::string_view index, const std::map<std::string, std::string>& files) {
  const auto read_beside = [&](std::string_view name) -> std::optional<Bytes> {
    const auto found = files.find(std::string(name));
    return found == files.end() ? std::nullopt : std::optional(bytes_of(found->second));
  };
  return read_model(bytes_of(index), {.read_beside = read_beside});
}

const std::string& first_shard() {
  static const std::string file = file_of(object({entry("fc.weight", "F32", "[4,2]", 0, 32)}), 32);
  return file;
}
const std::string& second_shard() {
  static const std::string file = file_of(
      object({entry("fc.bias", "F32", "[2]", 0, 8), entry("extra", "F32", "[2]", 8, 16)}), 16);
  return file;
}

TEST(SafetensorsIndex, ReadsTheShardsBesideIt) {
  const Model model =
      read_index(index_text, {{"1.safetensors", first_shard()}, {"2.safetensors", second_shard()}})
          .value();
  EXPECT_EQ(model.format, "safetensors-index");
  ASSERT_EQ(model.tensors.size(), 2U);
  EXPECT_EQ(model.tensors[0].use, "linear");
  EXPECT_EQ(model.tensors[1].use, "vector");
  EXPECT_THAT(model.notes[0], HasSubstr("2.safetensors holds 1 tensors"));
}

TEST(SafetensorsIndex, RefusesWhatIsIncomplete) {
  const auto missing = read_index(index_text, {{"1.safetensors", first_shard()}});
  EXPECT_EQ(missing.error().code, Code::file_unreadable);
  EXPECT_THAT(missing.error().what, HasSubstr("1 of its 2 files is not beside it: 2.safetensors"));
  const auto other = read_index(
      index_text, {{"1.safetensors", second_shard()}, {"2.safetensors", second_shard()}});
  EXPECT_EQ(other.error().code, Code::model_malformed);
  EXPECT_EQ(read_index(R"({"weight_map":{}})", {}).error().code, Code::model_malformed);
  EXPECT_EQ(read_index(R"({"weight_map":{"a":["b"]}})", {}).error().code, Code::model_malformed);
  EXPECT_EQ(read_index(R"({"weight_map":{"a":"../b"}})", {{"../b", first_shard()}}).error().code,
            Code::file_unreadable);
  EXPECT_EQ(read_model(bytes_of(index_text), {}).error().code, Code::file_unreadable);
}

TEST(SafetensorsIndex, HoldsTheStatedSizeAgainstTheTensors) {
  const std::string index = R"({"metadata":{"total_size":41},"weight_map":{"fc.weight":"1"}})";
  const Model model = read_index(index, {{"1", first_shard()}}).value();
  EXPECT_THAT(model.notes[0], HasSubstr("states 41 bytes, its tensors take 32"));
}

}  // namespace
}  // namespace pfsday::importers
