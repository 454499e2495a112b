#include <gtest/gtest.h>

#include "importers/hlo/program_test_support.h"
#include "importers/stablehlo/constant.h"
#include "importers/stablehlo/location.h"
#include "importers/stablehlo/numbers.h"
#include "importers/stablehlo/type.h"

namespace pfsday::stablehlo {
namespace {

using importers::ImportOptions;

Result<std::string> work(std::string_view text, const ImportOptions& options = {}) {
  const auto model = hlo::read(text, options);
  if (!model) return fail(model.error());
  return hlo::to_text(hlo::work_of(model->graph));
}

/// A function of x [4,6] and y [6,5], whose last line returns %r of that type.
std::string function(std::string_view lines, std::string_view result) {
  return fmt::format(
      "func.func @main(%x: tensor<4x6xf32>, %y: tensor<6x5xf32>) -> {} {{\n{}\n"
      "  return %r : {}\n}}\n",
      result, lines, result);
}

struct Case {
  std::string_view name;
  std::string_view lines;
  std::string_view result;
  std::string_view work;
};

TEST(Stablehlo, CountsShortAndGenericFormsAlike) {
  const Case cases[] = {
      {"binary", "%r = stablehlo.multiply %x, %x : tensor<4x6xf32>", "tensor<4x6xf32>", "24 mul"},
      {"binary, generic",
       R"(%r = "stablehlo.multiply"(%x, %x) : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xf32>)",
       "tensor<4x6xf32>", "24 mul"},
      {"product",
       "%r = stablehlo.dot_general %x, %y, contracting_dims = [1] x [0], precision = [DEFAULT, "
       "DEFAULT] : (tensor<4x6xf32>, tensor<6x5xf32>) -> tensor<4x5xf32>",
       "tensor<4x5xf32>", "120 mul, 120 add, 120 products"},
      {"product, generic",
       R"(%r = "stablehlo.dot_general"(%x, %y) <{dot_dimension_numbers = #stablehlo.dot<)"
       R"(lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>}> : )"
       R"((tensor<4x6xf32>, tensor<6x5xf32>) -> tensor<4x5xf32>)",
       "tensor<4x5xf32>", "120 mul, 120 add, 120 products"},
      {"product of matrices",
       "%r = stablehlo.dot %x, %y : (tensor<4x6xf32>, tensor<6x5xf32>) -> tensor<4x5xf32>",
       "tensor<4x5xf32>", "120 mul, 120 add, 120 products"},
      {"batches",
       R"(%a = stablehlo.reshape %x : (tensor<4x6xf32>) -> tensor<2x2x6xf32>
  %b = stablehlo.transpose %a, dims = [0, 2, 1] : (tensor<2x2x6xf32>) -> tensor<2x6x2xf32>
  %r = stablehlo.dot_general %a, %b, batching_dims = [0] x [0], contracting_dims = [2] x [1] : (tensor<2x2x6xf32>, tensor<2x6x2xf32>) -> tensor<2x2x2xf32>)",
       "tensor<2x2x2xf32>", "48 mul, 48 add, 48 products"},
      {"reduction",
       R"(%c = stablehlo.constant dense<0.000000e+00> : tensor<f32>
  %r = stablehlo.reduce(%x init: %c) applies stablehlo.add across dimensions = [1] : (tensor<4x6xf32>, tensor<f32>) -> tensor<4xf32>)",
       "tensor<4xf32>", "20 add"},
      {"reduction by a region",
       R"(%c = stablehlo.constant dense<0.000000e+00> : tensor<f32>
  %r = stablehlo.reduce(%x init: %c) across dimensions = [1] : (tensor<4x6xf32>, tensor<f32>) -> tensor<4xf32>
   reducer(%a: tensor<f32>, %b: tensor<f32>)  {
    %s = stablehlo.add %a, %b : tensor<f32>
    stablehlo.return %s : tensor<f32>
  })",
       "tensor<4xf32>", "20 add"},
      {"reduction, generic",
       R"(%c = stablehlo.constant dense<0.000000e+00> : tensor<f32>
  %r = "stablehlo.reduce"(%x, %c) <{dimensions = array<i64: 1>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = stablehlo.add %a, %b : tensor<f32>
    "stablehlo.return"(%s) : (tensor<f32>) -> ()
  }) : (tensor<4x6xf32>, tensor<f32>) -> tensor<4xf32>)",
       "tensor<4xf32>", "20 add"},
      {"constant from outside of a region",
       R"(%c = stablehlo.constant dense<0.000000e+00> : tensor<f32>
  %two = stablehlo.constant dense<2.000000e+00> : tensor<f32>
  %r = "stablehlo.map"(%x) <{dimensions = array<i64: 0, 1>}> ({
  ^bb0(%a: tensor<f32>):
    %s = stablehlo.multiply %a, %two : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<4x6xf32>) -> tensor<4x6xf32>)",
       "tensor<4x6xf32>", "24 mul"},
      {"window",
       R"(%c = stablehlo.constant dense<0.000000e+00> : tensor<f32>
  %r = "stablehlo.reduce_window"(%x, %c) <{padding = dense<0> : tensor<2x2xi64>, window_dimensions = array<i64: 2, 3>, window_strides = array<i64: 2, 3>}> ({
  ^bb0(%a: tensor<f32>, %b: tensor<f32>):
    %s = stablehlo.add %a, %b : tensor<f32>
    stablehlo.return %s : tensor<f32>
  }) : (tensor<4x6xf32>, tensor<f32>) -> tensor<2x2xf32>)",
       "tensor<2x2xf32>", "20 add"},
      {"convolution",
       R"(%i = stablehlo.reshape %x : (tensor<4x6xf32>) -> tensor<1x4x6x1xf32>
  %k = stablehlo.reshape %y : (tensor<6x5xf32>) -> tensor<2x3x1x5xf32>
  %r = stablehlo.convolution(%i, %k) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {stride = [2, 1], pad = [[0, 0], [1, 1]]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x4x6x1xf32>, tensor<2x3x1x5xf32>) -> tensor<1x2x6x5xf32>)",
       "tensor<1x2x6x5xf32>", "360 mul, 360 add, 360 products"},
      {"a loop that counts to five",
       R"(%zero = stablehlo.constant dense<0> : tensor<i32>
  %five = stablehlo.constant dense<5> : tensor<i32>
  %one = stablehlo.constant dense<1> : tensor<i32>
  %0:2 = stablehlo.while(%i = %zero, %a = %x) : tensor<i32>, tensor<4x6xf32>
   cond {
    %p = stablehlo.compare  LT, %i, %five,  SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %n = stablehlo.add %i, %one : tensor<i32>
    %b = stablehlo.multiply %a, %x : tensor<4x6xf32>
    stablehlo.return %n, %b : tensor<i32>, tensor<4x6xf32>
  }
  %r = stablehlo.negate %0#1 : tensor<4x6xf32>)",
       "tensor<4x6xf32>", "120 mul, 5 add, 5 compare"},
      {"a branch",
       R"(%p = stablehlo.constant dense<false> : tensor<i1>
  %r = "stablehlo.if"(%p) ({
    stablehlo.return %x : tensor<4x6xf32>
  }, {
    %s = stablehlo.multiply %x, %x : tensor<4x6xf32>
    stablehlo.return %s : tensor<4x6xf32>
  }) : (tensor<i1>) -> tensor<4x6xf32>)",
       "tensor<4x6xf32>", "24 mul"},
      {"comparison and choice",
       R"(%p = stablehlo.compare  GT, %x, %x,  FLOAT : (tensor<4x6xf32>, tensor<4x6xf32>) -> tensor<4x6xi1>
  %r = stablehlo.select %p, %x, %x : tensor<4x6xi1>, tensor<4x6xf32>)",
       "tensor<4x6xf32>", "48 compare"},
      {"slices, pads and joins",
       R"(%c = stablehlo.constant dense<0.000000e+00> : tensor<f32>
  %s = stablehlo.slice %x [0:2, 1:6:2] : (tensor<4x6xf32>) -> tensor<2x3xf32>
  %q = stablehlo.pad %s, %c, low = [0, 1], high = [0, 0], interior = [1, 0] : (tensor<2x3xf32>, tensor<f32>) -> tensor<3x4xf32>
  %j = stablehlo.concatenate %q, %q, dim = 0 : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<6x4xf32>
  %r = stablehlo.exponential %j : tensor<6x4xf32>)",
       "tensor<6x4xf32>", "24 special"},
      {"square", "%r = chlo.square %x : tensor<4x6xf32> -> tensor<4x6xf32>", "tensor<4x6xf32>",
       "24 mul"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto counted = work(function(c.lines, c.result));
    ASSERT_TRUE(counted) << to_string(counted.error());
    EXPECT_EQ(*counted, c.work);
  }
}

TEST(Stablehlo, ReadsCallsOfFunctions) {
  const auto counted = work(R"(module @m {
  func.func public @main(%x: tensor<3xf32>) -> (tensor<3xf32> {jax.result_info = ""}) {
    %0:2 = call @pair(%x) : (tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>)
    %1 = stablehlo.add %0#0, %0#1 : tensor<3xf32>
    return %1 : tensor<3xf32>
  }
  func.func private @pair(%x: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
    %0 = stablehlo.tanh %x : tensor<3xf32>
    return %0, %x : tensor<3xf32>, tensor<3xf32>
  }
})");
  ASSERT_TRUE(counted) << to_string(counted.error());
  EXPECT_EQ(*counted, "3 add, 3 special");
}

constexpr std::string_view open =
    R"(func.func @main(%n: tensor<i64>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %0 = stablehlo.add %x, %x : tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
})";

TEST(Stablehlo, TakesOpenSizesFromBindings) {
  const auto unbound = work(open);
  ASSERT_FALSE(unbound);
  EXPECT_EQ(unbound.error().code, Code::dimension_unbound);
  EXPECT_EQ(unbound.error().hint, "pass --bind x=1x8");
  EXPECT_EQ(*work(open, {.inputs = {{"x", {5, 8}}}}), "40 add");
  EXPECT_EQ(work(open, {.inputs = {{"x", {5, 9}}}}).error().code, Code::shapes_disagree);
}

TEST(Stablehlo, TakesNumbersThatSteerFromBindings) {
  constexpr std::string_view reshapes =
      R"(func.func @main(%n: tensor<i32>, %x: tensor<6xf32>) -> tensor<?xf32> {
  %0 = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %1 = stablehlo.dynamic_broadcast_in_dim %x, %0, dims = [0] : (tensor<6xf32>, tensor<1xi32>) -> tensor<?xf32>
  %2 = stablehlo.tanh %1 : tensor<?xf32>
  return %2 : tensor<?xf32>
})";
  EXPECT_EQ(work(reshapes).error().code, Code::dimension_unbound);
  EXPECT_EQ(*work(reshapes, {.dimensions = {{"n", 6}}}), "6 special");
}

TEST(Stablehlo, RefusesWithThePlaceInTheProgram) {
  const struct {
    std::string_view text;
    Code code;
    std::size_t line;
  } cases[] = {
      {"module @m {\n", Code::model_truncated, 2},
      {"module @m {\n}\n", Code::model_truncated, 3},
      {"func.func @main() -> tensor<f32> {\n  return %0 : tensor<f32>\n}\n", Code::model_malformed,
       2},
      {"func.func @main(%x: tensor<f32>) -> tensor<f32> {\n  %0 = stablehlo.add %x\n",
       Code::model_truncated, 3},
      {"func.func @main(%x: tensor<f32>) -> tensor<f32> {\n"
       "  %0 = torch.aten.mm %x, %x : tensor<f32>\n  return %0 : tensor<f32>\n}\n",
       Code::type_unsupported, 2},
      {"func.func @main(%x: tensor<q7>) -> tensor<f32> {\n  return %x : tensor<f32>\n}\n",
       Code::type_unsupported, 1},
      {"func.func @main(%x: tensor<f32>) -> tensor<f32> {\n"
       "  %0 = call @main(%x) : (tensor<f32>) -> tensor<f32>\n  return %0 : tensor<f32>\n}\n",
       Code::call_cyclic, 1},
      {"func.func @main(%x: tensor<4xf32>) -> tensor<5xf32> {\n"
       "  %0 = stablehlo.add %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<5xf32>\n"
       "  return %0 : tensor<5xf32>\n}\n",
       Code::shapes_disagree, 2},
      {"func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n"
       "  %0 = stablehlo.negate %x : tensor<4xf32>\n  %0 = stablehlo.negate %x : tensor<4xf32>\n"
       "  return %0 : tensor<4xf32>\n}\n",
       Code::model_malformed, 3},
      {"func.func @main(%x: tensor<9999999999999999999xf32>) -> tensor<f32> {\n}\n",
       Code::limit_exceeded, 1},
      {"func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n"
       "  %0 = stablehlo.transpose %x, dims = [oops] : (tensor<4xf32>) -> tensor<4xf32>\n"
       "  return %0 : tensor<4xf32>\n}\n",
       Code::attribute_invalid, 2},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto counted = work(c.text);
    ASSERT_FALSE(counted);
    EXPECT_EQ(counted.error().code, c.code) << to_string(counted.error());
    EXPECT_EQ(counted.error().place.line, c.line) << to_string(counted.error());
  }
}

TEST(Stablehlo, SaysHowToReadBytecode) {
  const auto counted = work("ML\xefR\x01");
  ASSERT_FALSE(counted);
  EXPECT_EQ(counted.error().code, Code::format_unknown);
}

TEST(Stablehlo, NamesResultsOneByOne) {
  // 4 x 5 x 6 = 120; as JAX names the results of some operations.
  EXPECT_EQ(
      *work(function(
          R"(%values, %rest:2 = stablehlo.optimization_barrier %x, %y, %x : tensor<4x6xf32>, tensor<6x5xf32>, tensor<4x6xf32>
  %r = stablehlo.dot %rest#1, %rest : (tensor<4x6xf32>, tensor<6x5xf32>) -> tensor<4x5xf32>)",
          "tensor<4x5xf32>")),
      "120 mul, 120 add, 120 products");
  EXPECT_EQ(*work(R"(func.func @main(%s: tensor<2xui64>) -> tensor<4xui32> {
  %output_state, %output = stablehlo.rng_bit_generator %s, algorithm = DEFAULT : (tensor<2xui64>) -> (tensor<2xui64>, tensor<4xui32>)
  return %output : tensor<4xui32>
})"),
            "4 special");
  EXPECT_EQ(work(function("%r, %r = stablehlo.optimization_barrier %x, %x : tensor<4x6xf32>, "
                          "tensor<4x6xf32>",
                          "tensor<4x6xf32>"))
                .error()
                .code,
            Code::model_malformed);
}

TEST(Stablehlo, NormalizesTheAxisOfTheFeatures) {
  // Of 3 features over n = 2: means 3 add, 3 div; centered 6 add; squares 6 mul; variances 3 add,
  // 3 div; epsilon 3 add; roots 3 special; times scale 3 mul; times factor 6 mul; offset 6 add.
  EXPECT_EQ(*work(R"(func.func @main(%a: tensor<2x3xf32>, %b: tensor<3xf32>) -> tensor<2x3xf32> {
  %output, %mean, %var = "stablehlo.batch_norm_training"(%a, %b, %b) <{epsilon = 1.000000e-05 : f32, feature_index = 1 : i64}> : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>)
  return %output : tensor<2x3xf32>
})"),
            "15 mul, 21 add, 6 div, 3 special");
}

TEST(Stablehlo, IsOfOneReplica) {
  const auto devices = [](std::string_view attributes) {
    const std::string text =
        fmt::format("module attributes {{{}}} {{\n{}}}\n", attributes,
                    function("%r = stablehlo.add %x, %x : tensor<4x6xf32>", "tensor<4x6xf32>"));
    return hlo::read(text)->devices;
  };
  EXPECT_EQ(devices("mhlo.num_partitions = 1 : i32, mhlo.num_replicas = 4 : i32"), 4);
  EXPECT_EQ(devices("mhlo.num_partitions = 8 : i32, mhlo.num_replicas = 1 : i32"), 1);
  EXPECT_EQ(devices("mhlo.num_partitions = 8 : i32, mhlo.num_replicas = 2 : i32"), 2);
}

TEST(Stablehlo, RefusesRegionsThatNestTooDeep) {
  std::string text = "func.func @main(%p: tensor<i1>) -> tensor<i1> {\n";
  for (int i = 0; i < 5000; ++i) text += fmt::format("%{} = \"stablehlo.case\"(%p) ({{\n", i);
  EXPECT_EQ(work(text).error().code, Code::limit_exceeded);
}

TEST(StablehloTypes, AreWrittenAsHloDoes) {
  EXPECT_EQ(*to_hlo_type("tensor<2x?x3xbf16>"), "bf16[2,?,3]");
  EXPECT_EQ(*to_hlo_type("tensor<i1>"), "pred[]");
  EXPECT_EQ(*to_hlo_type("tensor<4xcomplex<f32>>"), "c64[4]");
  EXPECT_EQ(*to_hlo_type("tensor<4xf8E4M3FN>"), "f8e4m3fn[4]");
  EXPECT_EQ(*to_hlo_type("tensor<4x!quant.uniform<i8:f32, 0.1:3>>"), "s8[4]");
  EXPECT_EQ(*to_hlo_type("tensor<4xf32, #stablehlo.bounds<4>>"), "f32[4]");
  EXPECT_EQ(*to_hlo_type("tuple<tensor<2xi32>, tuple<tensor<f64>>>"), "(s32[2], (f64[]))");
  EXPECT_EQ(*to_hlo_type("!stablehlo.token"), "token[]");
  EXPECT_EQ(to_hlo_type("tensor<*xf32>").error().code, Code::type_unsupported);
}

TEST(StablehloNumbers, AreReadInEveryForm) {
  EXPECT_EQ(*parse_numbers("[0, -1]"), (Numbers{0, -1}));
  EXPECT_EQ(*parse_numbers("array<i64: 2, 3>"), (Numbers{2, 3}));
  EXPECT_EQ(*parse_numbers("array<i64>"), Numbers{});
  EXPECT_EQ(*parse_numbers("dense<[[7, 0], [0, 1]]>"), (Numbers{7, 0, 0, 1}));
  EXPECT_EQ(*parse_numbers("dense<true>"), Numbers{1});
  EXPECT_FALSE(parse_numbers("[1.5]"));
  EXPECT_EQ(field_of("#stablehlo.gather<a_dims = [1, 2], dims = [3], k = 1>", "dims"), "[3]");
  EXPECT_EQ(field_of("#stablehlo.gather<dims = [3], k = 1>", "k"), "1");
  EXPECT_EQ(word_of("#stablehlo<fft_type RFFT>"), "RFFT");
}

TEST(StablehloConstants, AreWrittenAsHloDoes) {
  EXPECT_EQ(contents_of("dense<[[1, 2], [3, 4]]>", "i32").text, "{{1, 2}, {3, 4}}");
  EXPECT_EQ(contents_of("dense<0xFF80>", "bf16").text, "-inf");
  EXPECT_EQ(contents_of("dense<0x7E00>", "f16").text, "nan");
  EXPECT_EQ(contents_of("dense<0x3C00>", "f16").text, "1");
  EXPECT_TRUE(contents_of("dense<1.0>", "f32").is_splat);
  EXPECT_EQ(contents_of("dense<[1.0, 2.0]>", "f32").text, "{...}");
  EXPECT_EQ(contents_of("dense<\"0x00112233\">", "i32").text, "{...}");
  EXPECT_EQ(contents_of("dense_resource<weights>", "f32").text, "{...}");
}

TEST(StablehloLocations, LeadToNames) {
  Locations locations;
  locations.add("#loc1", "loc(\"a/b\"(#loc2))");
  locations.add("#loc2", "loc(\"model.py\":3:1)");
  locations.add("#loc3", "loc(callsite(#loc1 at #loc2))");
  locations.add("#loc4", "loc(#loc4)");
  EXPECT_EQ(locations.name_of("#loc1"), "a/b");
  EXPECT_EQ(locations.name_of("#loc3"), "a/b");
  EXPECT_EQ(locations.name_of("fused[#loc1, #loc2]"), "a/b");
  EXPECT_EQ(locations.name_of("\"model.py\":3:1"), "");
  EXPECT_EQ(locations.name_of("#loc4"), "");
  EXPECT_EQ(locations.name_of("unknown"), "");
}

}  // namespace
}  // namespace pfsday::stablehlo
