#include <gmock/gmock.h>

#include "importers/importer.h"

namespace pfsday::importers {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// Writes a file field by field.
struct Writer {
  std::uint32_t version = 3;
  bool is_big_endian = false;
  std::string file = "GGUF";

  template <class T>
  Writer& put(T value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    if (is_big_endian) std::ranges::reverse(bytes);
    file += bytes;
    return *this;
  }
  Writer& u32(std::uint32_t value) { return put(value); }
  Writer& u64(std::uint64_t value) { return put(value); }
  /// A length: 32 bits in version 1.
  Writer& length(std::uint64_t value) {
    return version == 1 ? u32(static_cast<std::uint32_t>(value)) : u64(value);
  }
  Writer& text(std::string_view value) {
    length(value.size());
    file += value;
    return *this;
  }
  Writer& begin(std::uint64_t tensors, std::uint64_t keys) {
    return u32(version).length(tensors).length(keys);
  }
  Writer& key(std::string_view name, std::uint32_t value) { return text(name).u32(4).u32(value); }
  Writer& key(std::string_view name, std::string_view value) {
    return text(name).u32(8).text(value);
  }
  Writer& tensor(std::string_view name, std::initializer_list<std::uint64_t> axes,
                 std::uint32_t type, std::uint64_t offset) {
    text(name).u32(static_cast<std::uint32_t>(axes.size()));
    for (const std::uint64_t size : axes) length(size);
    return u32(type).u64(offset);
  }
  /// Padding, then so many bytes of tensors.
  Writer& data(std::size_t bytes, std::size_t alignment = 32) {
    file.resize((file.size() + alignment - 1) / alignment * alignment);
    file.append(bytes, '\0');
    return *this;
  }

  Result<Model> read() const { return read_model(std::as_bytes(std::span(file)), {}); }
};

/// Two tensors of a model of two blocks.
Writer small(std::uint32_t version, bool is_big_endian) {
  Writer out{.version = version, .is_big_endian = is_big_endian};
  out.begin(2, 3).key("general.architecture", "llama").key("llama.block_count", 2);
  out.key("llama.embedding_length", 256);
  out.tensor("token_embd.weight", {256, 3}, 12, 0);  // Q4_K: 432 bytes, up to 448
  out.tensor("blk.1.attn_q.weight", {256, 2}, 1, 448);
  return out.data(448 + 1024);
}

TEST(Gguf, ReadsAllVersionsInBothByteOrders) {
  for (const std::uint32_t version : {1U, 2U, 3U}) {
    for (const bool is_big_endian : {false, true}) {
      SCOPED_TRACE(testing::Message() << version << (is_big_endian ? " big" : " little"));
      const Model model = small(version, is_big_endian).read().value();
      EXPECT_EQ(model.format, "gguf");
      ASSERT_EQ(model.tensors.size(), 2U);
      EXPECT_EQ(model.tensors[0].type, "Q4_K");
      EXPECT_EQ(model.tensors[0].shape, (graph::Shape{3, 256}));
      EXPECT_EQ(model.tensors[0].bytes, units::Count(432));
      EXPECT_EQ(model.tensors[0].use, "embedding");
      EXPECT_EQ(model.tensors[1].bytes, units::Count(1024));
      EXPECT_EQ(model.tensors[1].use, "linear");
      EXPECT_THAT(model.notes[0], HasSubstr("Architecture llama: 2 blocks, 256 wide"));
    }
  }
}

TEST(Gguf, EachTypeHasItsBlocks) {
  const struct {
    std::uint32_t type;
    std::string_view name;
    std::uint64_t bytes;  ///< of 256 numbers
  } cases[] = {{0, "F32", 1024},    {1, "F16", 512},     {2, "Q4_0", 144},    {3, "Q4_1", 160},
               {6, "Q5_0", 176},    {7, "Q5_1", 192},    {8, "Q8_0", 272},    {10, "Q2_K", 84},
               {11, "Q3_K", 110},   {12, "Q4_K", 144},   {13, "Q5_K", 176},   {14, "Q6_K", 210},
               {16, "IQ2_XXS", 66}, {20, "IQ4_NL", 144}, {23, "IQ4_XS", 136}, {24, "I8", 256},
               {28, "F64", 2048},   {30, "BF16", 512},   {34, "TQ1_0", 54},   {39, "MXFP4", 136}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Writer out;
    const Model model = out.begin(1, 0).tensor("a", {256}, c.type, 0).data(c.bytes).read().value();
    EXPECT_EQ(model.tensors[0].type, c.name);
    EXPECT_EQ(model.tensors[0].bytes, units::Count(c.bytes));
  }
}

TEST(Gguf, RefusesWhatIsNotThere) {
  const auto of = [](auto write) {
    Writer out;
    write(out);
    return out;
  };
  const struct {
    std::string_view name;
    Writer file;
    Code code;
    std::string_view what;
  } cases[] = {
      {"only its name", Writer{}, Code::model_truncated, "the version"},
      {"version 4", of([](Writer& w) { w.u32(4); }), Code::model_malformed, "version 4"},
      {"more tensors than bytes", of([](Writer& w) { w.begin(~std::uint64_t{0}, 0); }),
       Code::model_truncated, "the number of tensors"},
      {"more keys than bytes", of([](Writer& w) { w.begin(0, 1); }), Code::model_truncated,
       "the number of keys"},
      {"long key", of([](Writer& w) { w.begin(0, 1).u64(1000).u64(0); }), Code::model_truncated,
       "a key"},
      {"type of a value", of([](Writer& w) { w.begin(0, 1).text("a").u32(13).u64(0); }),
       Code::model_malformed, "a value of type 13"},
      {"long array", of([](Writer& w) { w.begin(0, 1).text("a").u32(9).u32(10).u64(9).u64(0); }),
       Code::model_truncated, "an array"},
      {"array of arrays", of([](Writer& w) {
         w.begin(0, 1).text("a").u32(9);
         for (int i = 0; i < 9; ++i) w.u32(9).u64(1);
       }),
       Code::model_malformed, "nest too deep"},
      {"key twice", of([](Writer& w) { w.begin(0, 2).key("a", 1).key("a", 1); }),
       Code::model_malformed, "\"a\" stands there twice"},
      {"tensor twice",
       of([](Writer& w) { w.begin(2, 0).tensor("a", {}, 0, 0).tensor("a", {}, 0, 32).data(64); }),
       Code::model_malformed, "\"a\" stands there twice"},
      {"part of a block", of([](Writer& w) { w.begin(1, 0).tensor("a", {33}, 2, 0).data(64); }),
       Code::model_malformed, "no whole number of blocks of 32"},
      {"unknown type", of([](Writer& w) { w.begin(1, 0).tensor("a", {32}, 99, 0).data(64); }),
       Code::type_unsupported, "element type 99"},
      {"five axes",
       of([](Writer& w) { w.begin(1, 0).tensor("a", {1, 1, 1, 1, 1}, 0, 0).data(64); }),
       Code::model_malformed, "5 axes"},
      {"huge axis",
       of([](Writer& w) { w.begin(1, 0).tensor("a", {~std::uint64_t{0}}, 0, 0).data(64); }),
       Code::limit_exceeded, "an axis of"},
      {"huge tensor", of([](Writer& w) {
         constexpr std::uint64_t n = std::uint64_t{1} << 40U;
         w.begin(1, 0).tensor("a", {n, n, n, n}, 0, 0).data(64);
       }),
       Code::limit_exceeded, "a tensor of"},
      {"cut off", of([](Writer& w) { w.begin(1, 0).tensor("a", {9}, 0, 0).data(35); }),
       Code::model_truncated, "end at 36, the file holds 35"},
      {"gap", of([](Writer& w) { w.begin(1, 0).tensor("a", {8}, 0, 32).data(64); }),
       Code::model_malformed, "begins at 32"},
      {"overlap",
       of([](Writer& w) { w.begin(2, 0).tensor("a", {9}, 0, 0).tensor("b", {8}, 0, 32).data(96); }),
       Code::model_malformed, "ends at 64"},
      {"alignment", of([](Writer& w) { w.begin(0, 1).key("general.alignment", 24); }),
       Code::model_malformed, "general.alignment is 24"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto model = c.file.read();
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, c.code);
    EXPECT_THAT(model.error().what, HasSubstr(std::string(c.what)));
  }
}

TEST(Gguf, HoldsTheMetadataAgainstTheTensors) {
  Writer out;
  out.begin(1, 3).key("general.architecture", "llama").key("llama.block_count", 5);
  out.key("split.count", 2).tensor("blk.1.attn_q.weight", {8, 2}, 0, 0).data(64);
  const Model model = out.read().value();
  EXPECT_THAT(model.notes, Contains("block_count is 5 in the metadata, 2 in the tensors."));
  EXPECT_THAT(model.notes, Contains(HasSubstr("one of 2 parts")));
}

TEST(Gguf, CountsTheExpertsThatATokenGoesThrough) {
  Writer out;
  out.begin(1, 2).key("general.architecture", "m").key("m.expert_used_count", 2);
  out.tensor("blk.0.ffn_up_exps.weight", {4, 3, 8}, 0, 0).data(384);
  EXPECT_THAT(out.read().value().notes, Contains(HasSubstr(" 24 multiply-adds")));
}

TEST(Gguf, AFileWithoutTensorsSaysSo) {
  Writer out;
  const Model model = out.begin(0, 1).key("general.architecture", "bert").read().value();
  EXPECT_TRUE(model.tensors.empty());
  EXPECT_THAT(model.notes, Contains(HasSubstr("lists no tensors")));
}

}  // namespace
}  // namespace pfsday::importers
