// Every operation that is lowered: what it costs, and where it can be evaluated, what it gives.
#include "importers/hlo/lowering.h"

#include <cmath>
#include <limits>
#include <set>

#include "importers/hlo/program_test_support.h"

namespace pfsday::hlo {
namespace {

struct Case {
  std::string_view op;  ///< operation that the case is for
  std::string_view entry;
  std::string_view work;  ///< as to_text writes it
  /// For each parameter its elements; none where nothing is evaluated.
  std::vector<std::vector<Exact>> inputs = {};
  std::vector<std::vector<Exact>> outputs = {};
};

constexpr Exact infinity = std::numeric_limits<Exact>::infinity();

/// y = op(x) of four numbers.
std::string unary(std::string_view op, std::string_view rest = "") {
  return fmt::format("x = f32[4] parameter(0)\nROOT y = f32[4] {}(x){}", op, rest);
}
std::string binary(std::string_view op, std::string_view type = "f32") {
  return fmt::format("a = {1}[4] parameter(0)\nb = {1}[4] parameter(1)\nROOT y = {1}[4] {0}(a, b)",
                     op, type);
}

void check(const Case& one) {
  SCOPED_TRACE(fmt::format("{}: {}", one.op, one.entry));
  const std::string text = program(one.entry);
  const auto model = read(text);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(to_text(work_of(model->graph)), one.work) << graph::to_string(model->graph);
  if (one.outputs.empty()) return;
  const auto outputs = evaluate(*model, one.inputs);
  ASSERT_EQ(outputs.size(), one.outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    ASSERT_EQ(outputs[i].size(), one.outputs[i].size());
    for (std::size_t k = 0; k < outputs[i].size(); ++k) {
      if (outputs[i][k] == one.outputs[i][k]) continue;  // infinities
      EXPECT_NEAR(static_cast<double>(outputs[i][k]), static_cast<double>(one.outputs[i][k]), 1e-5)
          << "output " << i << ", element " << k;
    }
  }
}

struct ElementwiseCase {
  std::string_view op;
  std::string_view work;
  std::vector<Exact> y;  ///< of x = {0.25, 0.5, 1, 4}, or of that and {2, 0.5, 3, 1}
};

const ElementwiseCase unary_cases[] = {
    {"negate", "", {-0.25L, -0.5L, -1, -4}},
    {"abs", "4 compare", {0.25L, 0.5L, 1, 4}},
    {"ceil", "4 compare", {1, 1, 1, 4}},
    {"floor", "4 compare", {0, 0, 1, 4}},
    {"sign", "4 compare", {1, 1, 1, 1}},
    {"round-nearest-even", "4 compare", {0, 0, 1, 4}},
    {"round-nearest-afz", "4 compare", {}},
    {"exponential", "4 special", {std::exp(0.25L), std::exp(0.5L), std::exp(1.0L), std::exp(4.0L)}},
    {"exponential-minus-one",
     "4 add, 4 special",
     {std::expm1(0.25L), std::expm1(0.5L), std::expm1(1.0L), std::expm1(4.0L)}},
    {"log", "4 special", {std::log(0.25L), std::log(0.5L), 0, std::log(4.0L)}},
    {"log-plus-one",
     "4 add, 4 special",
     {std::log(1.25L), std::log(1.5L), std::log(2.0L), std::log(5.0L)}},
    {"logistic",
     "4 special",
     {1 / (1 + std::exp(-0.25L)), 1 / (1 + std::exp(-0.5L)), 1 / (1 + std::exp(-1.0L)),
      1 / (1 + std::exp(-4.0L))}},
    {"sqrt", "4 special", {0.5L, std::sqrt(0.5L), 1, 2}},
    {"rsqrt", "4 special", {2, 1 / std::sqrt(0.5L), 1, 0.5L}},
    {"cbrt", "4 special", {std::cbrt(0.25L), std::cbrt(0.5L), 1, std::cbrt(4.0L)}},
    {"tanh", "4 special", {std::tanh(0.25L), std::tanh(0.5L), std::tanh(1.0L), std::tanh(4.0L)}},
    {"erf", "4 special", {std::erf(0.25L), std::erf(0.5L), std::erf(1.0L), std::erf(4.0L)}},
    {"sine", "4 special", {std::sin(0.25L), std::sin(0.5L), std::sin(1.0L), std::sin(4.0L)}},
    {"cosine", "4 special", {std::cos(0.25L), std::cos(0.5L), std::cos(1.0L), std::cos(4.0L)}},
    {"tan", "4 special", {std::tan(0.25L), std::tan(0.5L), std::tan(1.0L), std::tan(4.0L)}},
    {"asin", "4 special", {}},
    {"acos", "4 special", {}},
    {"atan", "4 special", {std::atan(0.25L), std::atan(0.5L), std::atan(1.0L), std::atan(4.0L)}},
    {"asinh", "4 special", {}},
    {"acosh", "4 special", {}},
    {"atanh", "4 special", {}},
    {"sinh", "4 special", {}},
    {"cosh", "4 special", {}},
    {"copy", "", {0.25L, 0.5L, 1, 4}},
    {"optimization-barrier", "", {0.25L, 0.5L, 1, 4}},
    {"opt-barrier", "", {0.25L, 0.5L, 1, 4}},
    {"popcnt", "4 compare", {}},
    {"count-leading-zeros", "4 compare", {}},
};

const ElementwiseCase binary_cases[] = {
    {"add", "4 add", {2.25L, 1, 4, 5}},
    {"subtract", "4 add", {-1.75L, 0, -2, 3}},
    {"multiply", "4 mul", {0.5L, 0.25L, 3, 4}},
    {"divide", "4 div", {0.125L, 1, 1 / 3.0L, 4}},
    {"remainder", "4 div", {0.25L, 0, 1, 0}},
    {"power", "4 special", {0.0625L, std::sqrt(0.5L), 1, 4}},
    {"maximum", "4 compare", {2, 0.5L, 3, 4}},
    {"minimum", "4 compare", {0.25L, 0.5L, 1, 1}},
    {"atan2", "4 special", {}},
};

TEST(HloLowering, Elementwise) {
  for (const ElementwiseCase& one : unary_cases) {
    const std::string entry = unary(one.op);
    Case whole{one.op, entry, one.work, {{0.25L, 0.5L, 1, 4}}};
    if (!one.y.empty()) whole.outputs = {one.y};
    check(whole);
  }
  for (const ElementwiseCase& one : binary_cases) {
    const std::string entry = binary(one.op);
    Case whole{one.op, entry, one.work, {{0.25L, 0.5L, 1, 4}, {2, 0.5L, 3, 1}}};
    if (!one.y.empty()) whole.outputs = {one.y};
    check(whole);
  }
}

struct IntegerCase {
  std::string_view op, type, work;
  std::vector<Exact> y;  ///< of {12, 5, 0, 1} and {2, 1, 3, 1}, or of {1, 1, 0, 0} and {1, 0, 1, 0}
};

const IntegerCase integer_cases[] = {
    {"and", "s32", "4 compare", {0, 1, 0, 1}},
    {"or", "s32", "4 compare", {14, 5, 3, 1}},
    {"xor", "s32", "4 compare", {14, 4, 3, 0}},
    {"shift-left", "s32", "4 compare", {48, 10, 0, 2}},
    {"shift-right-logical", "u32", "4 compare", {3, 2, 0, 0}},
    {"shift-right-arithmetic", "s32", "4 compare", {3, 2, 0, 0}},
    {"and", "pred", "4 compare", {1, 0, 0, 0}},
    {"or", "pred", "4 compare", {1, 1, 1, 0}},
    {"xor", "pred", "4 compare", {0, 1, 1, 0}},
};

TEST(HloLowering, Integers) {
  for (const IntegerCase& one : integer_cases) {
    const std::string entry = binary(one.op, one.type);
    const bool is_boolean = one.type == "pred";
    check({one.op,
           entry,
           one.work,
           is_boolean ? std::vector<std::vector<Exact>>{{1, 1, 0, 0}, {1, 0, 1, 0}}
                      : std::vector<std::vector<Exact>>{{12, 5, 0, 1}, {2, 1, 3, 1}},
           {one.y}});
  }
}

TEST(HloLowering, Comparisons) {
  const std::pair<std::string_view, std::vector<Exact>> directions[] = {
      {"EQ", {0, 1, 0, 0}}, {"NE", {1, 0, 1, 1}}, {"LT", {1, 0, 1, 0}},
      {"LE", {1, 1, 1, 0}}, {"GT", {0, 0, 0, 1}}, {"GE", {0, 1, 0, 1}}};
  for (const auto& [direction, y] : directions) {
    const std::string entry = fmt::format(
        "a = f32[4] parameter(0)\nb = f32[4] parameter(1)\n"
        "ROOT y = pred[4] compare(a, b), direction={}",
        direction);
    check({"compare", entry, "4 compare", {{0.25L, 0.5L, 1, 4}, {2, 0.5L, 3, 1}}, {y}});
  }
}

const Case cases[] = {
    {"parameter", "ROOT x = f32[2] parameter(0)", "", {{1, 2}}, {{1, 2}}},
    {"constant",
     "ROOT x = f32[2,2] constant({ { 1, -inf }, { 2.5, 1e3 } })",
     "",
     {},
     {{1, -infinity, 2.5L, 1000}}},
    {"tuple",
     R"(x = f32[2] parameter(0)
n = s32[] constant(7)
t = (f32[2], s32[]) tuple(x, n)
ROOT u = (s32[], (f32[2], s32[])) tuple(n, t))",
     "",
     {{1, 2}},
     {{7}, {1, 2}, {7}}},
    {"get-tuple-element",
     R"(x = f32[2] parameter(0)
n = s32[] constant(7)
t = ((f32[2], s32[]), f32[2]) tuple(x, n, x)
i = (f32[2], s32[]) get-tuple-element(t), index=0
ROOT y = s32[] get-tuple-element(i), index=1)",
     "",
     {{1, 2}},
     {{7}}},
    {"add-dependency",
     R"(x = f32[2] parameter(0)
t = token[] after-all()
ROOT y = f32[2] add-dependency(x, t))",
     "",
     {{1, 2}},
     {{1, 2}}},
    {"domain",
     R"(x = f32[2] parameter(0)
ROOT y = f32[2] domain(x), domain={kind="sharding", entry={maximal device=1}, exit={}})",
     "",
     {{1, 2}},
     {{1, 2}}},
    {"after-all", "ROOT t = token[] after-all()", ""},
    {"outfeed", R"(x = f32[2] parameter(0)
t = token[] after-all()
ROOT o = token[] outfeed(x, t), outfeed_config="foo")",
     ""},
    {"infeed", R"(t = token[] after-all()
ROOT i = ((s32[3], f32[2]), token[]) infeed(t), infeed_config="foo")",
     ""},
    {"send", R"(x = f32[2] parameter(0)
t = token[] after-all()
s = (f32[2], u32[], token[]) send(x, t), channel_id=1
ROOT d = token[] send-done(s), channel_id=1)",
     ""},
    {"send-done", R"(x = f32[2] parameter(0)
t = token[] after-all()
s = (f32[2], u32[], token[]) send(x, t), channel_id=1
ROOT d = token[] send-done(s), channel_id=1)",
     ""},
    {"recv", R"(t = token[] after-all()
r = (f32[2], u32[], token[]) recv(t), channel_id=1
d = (f32[2], token[]) recv-done(r), channel_id=1
x = f32[2] get-tuple-element(d), index=0
ROOT y = f32[2] add(x, x))",
     "2 add"},
    {"recv-done", R"(t = token[] after-all()
r = (f32[2], u32[], token[]) recv(t), channel_id=1
ROOT d = (f32[2], token[]) recv-done(r), channel_id=1)",
     ""},
    {"partition-id",
     R"(a = u32[] partition-id()
b = u32[] partition-id()
ROOT y = u32[] add(a, b))",
     "1 add",
     {{3}},
     {{6}}},
    {"replica-id", "ROOT y = u32[] replica-id()", ""},
    {"rng-get-and-update-state", "ROOT y = u64[2] rng-get-and-update-state(), delta=1", ""},
    {"set-dimension-size", R"(x = f32[4] parameter(0)
n = s32[] constant(2)
ROOT y = f32[<=4] set-dimension-size(x, n), dimensions={0})",
     ""},
    {"get-dimension-size",
     R"(x = f32[4,5] parameter(0)
ROOT y = s32[] get-dimension-size(x), dimensions={1})",
     "",
     {{}},
     {{5}}},
    {"convert",
     R"(x = f32[4] parameter(0)
ROOT y = s32[4] convert(x))",
     "",
     {{1.5L, -1.5L, 2, 0}},
     {{1, -1, 2, 0}}},
    {"stochastic-convert", R"(x = f32[4] parameter(0)
r = u32[4] parameter(1)
ROOT y = s8[4] stochastic-convert(x, r))",
     ""},
    {"reduce-precision",
     R"(x = f32[1] parameter(0)
ROOT y = f32[1] reduce-precision(x), exponent_bits=8, mantissa_bits=7)",
     ""},
    {"not", "x = pred[2] parameter(0)\nROOT y = pred[2] not(x)", "2 compare", {{1, 0}}, {{0, 1}}},
    {"not", "x = u8[2] parameter(0)\nROOT y = u8[2] not(x)", "2 compare", {{1, 0}}, {{254, 255}}},
    {"is-finite",
     "x = f32[3] parameter(0)\nROOT y = pred[3] is-finite(x)",
     "6 compare",
     {{1, infinity, -infinity}},
     {{1, 0, 0}}},
    {"select",
     R"(p = pred[3] parameter(0)
a = f32[3] parameter(1)
b = f32[3] parameter(2)
ROOT y = f32[3] select(p, a, b))",
     "3 compare",
     {{1, 0, 1}, {1, 2, 3}, {4, 5, 6}},
     {{1, 5, 3}}},
    {"clamp",
     R"(low = f32[] constant(0)
x = f32[3] parameter(0)
high = f32[] constant(6)
ROOT y = f32[3] clamp(low, x, high))",
     "6 compare",
     {{-1, 3, 9}},
     {{0, 3, 6}}},
    {"compare", "a = c64[2] parameter(0)\nROOT y = pred[2] compare(a, a), direction=EQ",
     "4 compare"},
    {"complex", R"(a = f32[3] parameter(0)
c = c64[3] complex(a, a)
d = c64[3] multiply(c, c)
e = c64[3] add(d, c)
ROOT y = f32[3] real(e))",
     "12 mul, 12 add"},
    {"real", "a = c64[3] parameter(0)\nROOT y = f32[3] real(a)", ""},
    {"imag", "a = c64[3] parameter(0)\nROOT y = f32[3] imag(a)", ""},
    {"reshape",
     "x = f32[2,3] parameter(0)\nROOT y = f32[3,2] reshape(x)",
     "",
     {{1, 2, 3, 4, 5, 6}},
     {{1, 2, 3, 4, 5, 6}}},
    {"dynamic-reshape", R"(x = f32[2,3] parameter(0)
n = s32[] parameter(1)
ROOT y = f32[<=6] dynamic-reshape(x, n))",
     ""},
    {"bitcast",
     "x = f32[2,3] parameter(0)\nROOT y = f32[6] bitcast(x)",
     "",
     {{1, 2, 3, 4, 5, 6}},
     {{1, 2, 3, 4, 5, 6}}},
    {"bitcast-convert", "x = f32[2] parameter(0)\nROOT y = u8[2,4] bitcast-convert(x)", ""},
    {"broadcast",
     "x = f32[2] parameter(0)\nROOT y = f32[3,2,2] broadcast(x), dimensions={1}",
     "",
     {{1, 2}},
     {{1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2}}},
    {"broadcast",
     "x = f32[1,2] parameter(0)\nROOT y = f32[2,1] broadcast(x), dimensions={1,0}",
     "",
     {{1, 2}},
     {{1, 2}}},
    {"transpose",
     "x = f32[2,3] parameter(0)\nROOT y = f32[3,2] transpose(x), dimensions={1,0}",
     "",
     {{1, 2, 3, 4, 5, 6}},
     {{1, 4, 2, 5, 3, 6}}},
    {"reverse",
     "x = f32[2,2] parameter(0)\nROOT y = f32[2,2] reverse(x), dimensions={0,1}",
     "",
     {{1, 2, 3, 4}},
     {{4, 3, 2, 1}}},
    {"slice",
     "x = f32[2,5] parameter(0)\nROOT y = f32[1,2] slice(x), slice={[1:2], [0:4:2]}",
     "",
     {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
     {{6, 8}}},
    {"concatenate",
     R"(a = f32[1,2] parameter(0)
b = f32[2,2] parameter(1)
ROOT y = f32[3,2] concatenate(a, b), dimensions={0})",
     "",
     {{1, 2}, {3, 4, 5, 6}},
     {{1, 2, 3, 4, 5, 6}}},
    {"pad",
     R"(x = f32[3] parameter(0)
zero = f32[] constant(0)
ROOT y = f32[7] pad(x, zero), padding=-1_3_1)",
     "",
     {{1, 2, 3}},
     {{0, 2, 0, 3, 0, 0, 0}}},
    {"pad", R"(x = f32[2] parameter(0)
low = f32[] constant(-inf)
ROOT y = f32[4] pad(x, low), padding=1_1)",
     ""},
    {"iota", "ROOT y = s32[2,3] iota(), iota_dimension=1", "", {}, {{0, 1, 2, 0, 1, 2}}},
    // Products.
    {"dot",
     R"(a = f32[2,3] parameter(0)
b = f32[3,2] parameter(1)
ROOT y = f32[2,2] dot(a, b), lhs_contracting_dims={1}, rhs_contracting_dims={0})",
     "12 mul, 12 add, 12 products",
     {{1, 2, 3, 4, 5, 6}, {1, 0, 0, 1, 1, 1}},
     {{4, 5, 10, 11}}},
    {"dot", R"(a = bf16[3,2,2] parameter(0)
b = bf16[2,2,3] parameter(1)
ROOT y = f32[2,3,3] dot(a, b), lhs_batch_dims={1}, lhs_contracting_dims={2}, rhs_batch_dims={0}, rhs_contracting_dims={1})",
     "36 mul, 36 add, 36 products"},
    {"dot",
     R"(a = f32[4] parameter(0)
ROOT y = f32[] dot(a, a), lhs_contracting_dims={0}, rhs_contracting_dims={0})",
     "4 mul, 4 add, 4 products",
     {{1, 2, 3, 4}},
     {{30}}},
    {"dot", R"(a = c64[2,3] parameter(0)
b = c64[3,2] parameter(1)
ROOT y = c64[2,2] dot(a, b), lhs_contracting_dims={1}, rhs_contracting_dims={0})",
     "48 mul, 48 add, 48 products"},
    {"dot", R"(a = f16[2,16] parameter(0)
b = f16[32,4] parameter(1)
m = u16[2,2] parameter(2)
ROOT y = f32[2,4] dot(a, b, m), lhs_contracting_dims={1}, rhs_contracting_dims={0}, sparsity=L.1@2:4)",
     "128 mul, 128 add, 128 products"},
    {"dot", R"(a = f16[32,2] parameter(0)
b = f16[4,16] parameter(1)
m = u16[4,2] parameter(2)
ROOT y = f32[2,4] dot(a, b, m), lhs_contracting_dims={0}, rhs_contracting_dims={1}, sparsity=R.1@2:4)",
     "128 mul, 128 add, 128 products"},
    {"ragged-dot", R"(a = f32[6,3] parameter(0)
b = f32[2,3,5] parameter(1)
n = s32[2] parameter(2)
ROOT y = f32[6,5] ragged-dot(a, b, n), lhs_contracting_dims={1}, rhs_contracting_dims={1}, lhs_ragged_dims={0}, rhs_group_dims={0})",
     "90 mul, 90 add, 90 products"},
    {"ragged-dot", R"(a = f32[6,3] parameter(0)
b = f32[6,5] parameter(1)
n = s32[2] parameter(2)
ROOT y = f32[2,3,5] ragged-dot(a, b, n), lhs_contracting_dims={0}, rhs_contracting_dims={0}, lhs_ragged_dims={0})",
     "90 mul, 90 add, 90 products"},
    // Convolutions: [1,1,4] with a kernel of 3.
    {"convolution",
     R"(x = f32[1,1,4] parameter(0)
w = f32[1,1,3] parameter(1)
ROOT y = f32[1,1,4] convolution(x, w), window={size=3 pad=1_1}, dim_labels=bf0_oi0->bf0)",
     "12 mul, 12 add, 12 products",
     {{1, 2, 3, 4}, {1, 10, 100}},
     {{210, 321, 432, 43}}},
    {"convolution",
     R"(x = f32[1,4,2] parameter(0)
w = f32[2,2,3] parameter(1)
ROOT y = f32[1,2,3] convolution(x, w), window={size=2 stride=2}, dim_labels=b0f_0io->b0f)",
     "24 mul, 24 add, 24 products",
     {{1, 2, 3, 4, 5, 6, 7, 8}, {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1}},
     {{1 + 4, 2 + 4, 3 + 4, 5 + 8, 6 + 8, 7 + 8}}},
    {"convolution",
     R"(x = f32[1,2,3] parameter(0)
w = f32[2,1,3] parameter(1)
ROOT y = f32[1,2,1] convolution(x, w), window={size=3}, dim_labels=bf0_oi0->bf0, feature_group_count=2)",
     "6 mul, 6 add, 6 products",
     {{1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 1, 1}},
     {{6, 15}}},
    {"convolution",
     R"(x = f32[1,1,3] parameter(0)
w = f32[1,1,2] parameter(1)
ROOT y = f32[1,1,4] convolution(x, w), window={size=2 pad=1_1 rhs_reversal=1}, dim_labels=bf0_oi0->bf0)",
     // The gradient of the input of 3 windows over 4 numbers: 3 x 2 taps.
     "6 mul, 6 add, 6 products",
     {{1, 2, 3}, {1, 10}},
     {{1, 12, 23, 30}}},
    {"convolution",
     R"(x = f32[1,1,3] parameter(0)
w = f32[1,1,2] parameter(1)
t = f32[1,1,2] reverse(w), dimensions={2}
ROOT y = f32[1,1,4] convolution(x, t), window={size=2 pad=1_1}, dim_labels=bf0_oi0->bf0)",
     "6 mul, 6 add, 6 products",
     {{1, 2, 3}, {1, 10}},
     {{1, 12, 23, 30}}},
    {"convolution",
     R"(x = f32[1,1,3] parameter(0)
w = f32[1,1,3] parameter(1)
ROOT y = f32[1,1,6] convolution(x, w), window={size=3 pad=1_2 lhs_dilate=2}, dim_labels=bf0_oi0->bf0)",
     // Holes are no taps: 3 x 3, not 6 x 3.
     "9 mul, 9 add, 9 products",
     {{1, 2, 3}, {1, 10, 100}},
     {{10, 201, 20, 302, 30, 3}}},
    {"convolution",
     R"(x = f32[1,2,2] parameter(0)
w = f32[2,3,2] parameter(1)
ROOT y = f32[1,3,4] convolution(x, w), window={size=2 pad=1_1 lhs_dilate=2}, dim_labels=bf0_io0->bf0)",
     "24 mul, 24 add, 24 products",
     {{1, 2, 3, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
     {{2 * 1 + 8 * 3, 1 * 1 + 7 * 3, 2 * 2 + 8 * 4, 1 * 2 + 7 * 4, 4 * 1 + 10 * 3, 3 * 1 + 9 * 3,
       4 * 2 + 10 * 4, 3 * 2 + 9 * 4, 6 * 1 + 12 * 3, 5 * 1 + 11 * 3, 6 * 2 + 12 * 4,
       5 * 2 + 11 * 4}}},
    {"convolution", R"(x = f32[1,1,3] parameter(0)
w = f32[1,1,3] parameter(1)
ROOT y = f32[1,1,2] convolution(x, w), window={size=3 stride=3 pad=1_2 lhs_dilate=2}, dim_labels=bf0_oi0->bf0)",
     // Outputs 0 and 3 of the six above: taps 1, and 0 and 2.
     "3 mul, 3 add, 3 products"},
    {"convolution",
     R"(x = f32[4,1,3] parameter(0)
w = f32[2,1,3] parameter(1)
ROOT y = f32[2,2,1] convolution(x, w), window={size=3}, dim_labels=bf0_oi0->bf0, batch_group_count=2)",
     // The first filter meets the first half of the batch, the second the other.
     "12 mul, 12 add, 12 products",
     {{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}, {1, 1, 1, 10, 10, 10}},
     {{3, 90, 6, 120}}},
    {"convolution",
     R"(x = f32[2,3] parameter(0)
w = f32[3,4] parameter(1)
ROOT y = f32[2,4] convolution(x, w), dim_labels=bf_io->bf)",
     "24 mul, 24 add, 24 products",
     {{1, 2, 3, 4, 5, 6}, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1}},
     {{1, 2, 3, 3, 4, 5, 6, 6}}},
    {"convolution", R"(x = f32[2,3,4] parameter(0)
w = f32[3,5,4] parameter(1)
ROOT y = f32[2,5,4] convolution(x, w), window={size=4 stride=3 lhs_dilate=4}, dim_labels=bf0_io0->bf0)",
     // A product of [4,2,3] and [4,3,5].
     "120 mul, 120 add, 120 products"},
    {"convolution",
     R"(x = f32[1,1,2] parameter(0)
w = f32[1,1,2] parameter(1)
ROOT y = f32[1,1,2] convolution(x, w), window={size=2 stride=1 lhs_dilate=2}, dim_labels=bf0_io0->bf0)",
     "2 mul, 2 add, 2 products",
     {{2, 3}, {5, 7}},
     {{10, 21}}},
    {"convolution",
     R"(x = f32[1,2,3] parameter(0)
w = f32[2,2,3] parameter(1)
ROOT y = f32[1,2,3] convolution(x, w), window={size=3 stride=3 pad=2_2 lhs_dilate=2 rhs_reversal=1}, dim_labels=bf0_io0->bf0)",
     // The other way to write a batch, of 3: element 0 of the first output is 1 x 1 + 4 x 7.
     "12 mul, 12 add, 12 products",
     {{1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
     {{1 * 1 + 4 * 7, 2 * 2 + 5 * 8, 3 * 3 + 6 * 9, 1 * 4 + 4 * 10, 2 * 5 + 5 * 11,
       3 * 6 + 6 * 12}}},
    {"convolution",
     R"(x = f32[1,1,3] parameter(0)
w = f32[1,1,2] parameter(1)
ROOT y = f32[1,1,1] convolution(x, w), window={size=2 pad=-1_0}, dim_labels=bf0_oi0->bf0)",
     "2 mul, 2 add, 2 products",
     {{1, 2, 3}, {1, 10}},
     {{32}}},
    // Reductions.
    {"reduce",
     R"(x = f32[2,3] parameter(0)
zero = f32[] constant(0)
ROOT y = f32[2] reduce(x, zero), dimensions={1}, to_apply=sum)",
     "4 add",
     {{1, 2, 3, 4, 5, 6}},
     {{6, 15}}},
    {"reduce",
     R"(x = f32[2,3] parameter(0)
one = f32[] constant(1)
ROOT y = f32[3] reduce(x, one), dimensions={0}, to_apply=sum)",
     "6 add",
     {{1, 2, 3, 4, 5, 6}},
     {{6, 8, 10}}},
    {"reduce",
     R"(x = f32[2,3] parameter(0)
low = f32[] constant(-inf)
ROOT y = f32[] reduce(x, low), dimensions={0,1}, to_apply=most)",
     "5 compare",
     {{1, 2, 3, 4, 5, 6}},
     {{6}}},
    {"reduce",
     R"(x = f32[2,3] parameter(0)
one = f32[] constant(1)
ROOT y = f32[2] reduce(x, one), dimensions={1}, to_apply=product)",
     "4 mul",
     {{1, 2, 3, 4, 5, 6}},
     {{6, 120}}},
    {"reduce",
     R"(x = pred[2,3] parameter(0)
yes = pred[] constant(true)
ROOT y = pred[2] reduce(x, yes), dimensions={1}, to_apply=both)",
     "4 compare",
     {{1, 1, 1, 1, 0, 1}},
     {{1, 0}}},
    // Windows.
    {"reduce-window",
     R"(x = f32[1,6] parameter(0)
zero = f32[] constant(0)
ROOT y = f32[1,3] reduce-window(x, zero), window={size=1x2 stride=1x2}, to_apply=sum)",
     "3 add",
     {{1, 2, 3, 4, 5, 6}},
     {{3, 7, 11}}},
    {"reduce-window",
     R"(x = f32[1,6] parameter(0)
low = f32[] constant(-inf)
ROOT y = f32[1,5] reduce-window(x, low), window={size=1x2}, to_apply=most)",
     "5 compare",
     {{1, 2, 3, 6, 5, 4}},
     {{2, 3, 6, 6, 5}}},
    {"reduce-window",
     R"(x = f32[1,6] parameter(0)
high = f32[] constant(inf)
ROOT y = f32[1,5] reduce-window(x, high), window={size=1x2}, to_apply=least)",
     "5 compare",
     {{1, 2, 3, 6, 5, 4}},
     {{1, 2, 3, 5, 4}}},
    {"reduce-window", R"(x = f32[1,6] parameter(0)
one = f32[] constant(1)
ROOT y = f32[1,4] reduce-window(x, one), window={size=1x3}, to_apply=product)",
     "8 mul"},
    {"select-and-scatter", R"(x = f32[4,4] parameter(0)
d = f32[2,2] parameter(1)
zero = f32[] constant(0)
ROOT y = f32[4,4] select-and-scatter(x, d, zero), window={size=2x2 stride=2x2}, select=at_least, scatter=sum)",
     "4 add, 12 compare"},
    // Elements by index.
    {"dynamic-slice",
     R"(x = f32[3,2] parameter(0)
i = s32[] constant(7)
z = s32[] constant(0)
ROOT y = f32[1,2] dynamic-slice(x, i, z), dynamic_slice_sizes={1,2})",
     "",
     {{1, 2, 3, 4, 5, 6}},
     {{5, 6}}},
    {"dynamic-update-slice", R"(x = f32[3,2] parameter(0)
u = f32[1,2] parameter(1)
i = s32[] parameter(2)
ROOT y = f32[3,2] dynamic-update-slice(x, u, i, i))",
     ""},
    {"gather",
     R"(x = f32[3,2] parameter(0)
i = s32[2,1] parameter(1)
ROOT y = f32[2,2] gather(x, i), offset_dims={1}, collapsed_slice_dims={0}, start_index_map={0}, index_vector_dim=1, slice_sizes={1,2})",
     "",
     {{1, 2, 3, 4, 5, 6}, {2, 0}},
     {{5, 6, 1, 2}}},
    {"gather",
     R"(x = f32[3,2] parameter(0)
i = s32[2] parameter(1)
ROOT y = f32[2,2] gather(x, i), offset_dims={0}, collapsed_slice_dims={0}, start_index_map={0}, index_vector_dim=1, slice_sizes={1,2})",
     "",
     {{1, 2, 3, 4, 5, 6}, {2, 0}},
     {{5, 1, 6, 2}}},
    {"gather", R"(x = f32[3,2] parameter(0)
i = s32[2,2] parameter(1)
ROOT y = f32[2,1,1] gather(x, i), offset_dims={1,2}, collapsed_slice_dims={}, start_index_map={0,1}, index_vector_dim=1, slice_sizes={1,1})",
     ""},
    {"scatter", R"(x = f32[3,2] parameter(0)
i = s32[2,1] parameter(1)
u = f32[2,2] parameter(2)
ROOT y = f32[3,2] scatter(x, i, u), update_window_dims={1}, inserted_window_dims={0}, scatter_dims_to_operand_dims={0}, index_vector_dim=1, to_apply=sum)",
     "4 add"},
    {"scatter", R"(x = f32[3,2] parameter(0)
i = s32[2,1] parameter(1)
u = f32[2,2] parameter(2)
ROOT y = f32[3,2] scatter(x, i, u), update_window_dims={1}, inserted_window_dims={0}, scatter_dims_to_operand_dims={0}, index_vector_dim=1, to_apply=second)",
     ""},
    // Order. Four elements are sorted by at most 1 + 2 + 2 comparisons.
    {"sort", R"(x = f32[2,4] parameter(0)
ROOT y = f32[2,4] sort(x), dimensions={1}, to_apply=less)",
     "10 compare"},
    {"topk",
     R"(x = f32[1,4] parameter(0)
ROOT y = (f32[1,1], s32[1,1]) topk(x), k=1, largest=true)",
     "3 compare",
     {{3, 9, 1, 2}},
     {{9}, {1}}},
    // Random numbers.
    {"rng", R"(a = f32[] constant(0)
b = f32[] constant(1)
ROOT y = f32[6] rng(a, b), distribution=rng_uniform)",
     "6 special"},
    {"rng", R"(a = f32[] constant(2)
b = f32[] constant(5)
ROOT y = f32[6] rng(a, b), distribution=rng_uniform)",
     "6 mul, 6 add, 6 special"},
    {"rng", R"(a = f32[] constant(2)
b = f32[] constant(5)
ROOT y = f32[6] rng(a, b), distribution=rng_normal)",
     "6 mul, 6 add, 6 special"},
    {"rng-bit-generator", R"(s = u64[2] parameter(0)
ROOT y = (u64[2], u32[6]) rng-bit-generator(s), algorithm=rng_philox)",
     "6 special"},
    // Matrices.
    {"cholesky", "a = f32[2,3,3] parameter(0)\nROOT y = f32[2,3,3] cholesky(a), lower=true",
     "8 mul, 8 add, 6 div, 6 special"},
    {"triangular-solve", R"(a = f32[3,3] parameter(0)
b = f32[3,2] parameter(1)
ROOT y = f32[3,2] triangular-solve(a, b), left_side=true, lower=true, transpose_a=NO_TRANSPOSE, unit_diagonal=false)",
     "6 mul, 6 add, 6 div"},
    {"triangular-solve", R"(a = f32[3,3] parameter(0)
b = f32[3,2] parameter(1)
ROOT y = f32[3,2] triangular-solve(a, b), left_side=true, lower=true, transpose_a=NO_TRANSPOSE, unit_diagonal=true)",
     "6 mul, 6 add"},
    // Two complex adds of two adds each.
    {"fft", "x = c64[2] parameter(0)\nROOT y = c64[2] fft(x), fft_type=FFT, fft_length={2}",
     "4 add"},
    // Normalization of four numbers in two features.
    {"batch-norm-inference",
     R"(x = f32[2,2] parameter(0)
s = f32[2] parameter(1)
o = f32[2] parameter(2)
m = f32[2] parameter(3)
v = f32[2] parameter(4)
ROOT y = f32[2,2] batch-norm-inference(x, s, o, m, v), epsilon=0, feature_index=1)",
     "6 mul, 10 add, 2 special",
     {{1, 2, 3, 4}, {2, 1}, {0, 1}, {1, 2}, {4, 1}},
     {{0, 1, 2, 3}}},
    {"batch-norm-training",
     R"(x = f32[2,2] parameter(0)
s = f32[2] parameter(1)
o = f32[2] parameter(2)
ROOT y = (f32[2,2], f32[2], f32[2]) batch-norm-training(x, s, o), epsilon=0, feature_index=1)",
     "10 mul, 14 add, 4 div, 2 special",
     {{1, 2, 3, 6}, {1, 1}, {0, 0}},
     {{-1, -1, 1, 1}, {2, 4}, {1, 4}}},
    {"batch-norm-grad",
     R"(x = f32[2,2] parameter(0)
s = f32[2] parameter(1)
m = f32[2] parameter(2)
v = f32[2] parameter(3)
d = f32[2,2] parameter(4)
ROOT y = (f32[2,2], f32[2], f32[2]) batch-norm-grad(x, s, m, v, d), epsilon=0, feature_index=1)",
     "18 mul, 18 add, 4 div, 2 special",
     {{1, 2, 3, 6}, {1, 1}, {2, 4}, {1, 4}, {1, 0, 0, 1}},
     {{0, 0, 0, 0}, {-1, 1}, {1, 1}}},
    // Devices.
    {"all-reduce",
     R"(x = f32[4] parameter(0)
ROOT y = f32[4] all-reduce(x), replica_groups={{0,1}}, to_apply=sum)",
     "",
     {{1, 2, 3, 4}},
     {{1, 2, 3, 4}}},
    {"all-gather", R"(x = f32[4] parameter(0)
ROOT y = f32[8] all-gather(x), replica_groups={{0,1}}, dimensions={0})",
     ""},
    {"reduce-scatter", R"(x = f32[4] parameter(0)
ROOT y = f32[2] reduce-scatter(x), replica_groups={{0,1}}, dimensions={0}, to_apply=sum)",
     ""},
    {"all-to-all", R"(x = f32[4] parameter(0)
ROOT y = f32[4] all-to-all(x), replica_groups={{0,1}}, dimensions={0})",
     ""},
    {"ragged-all-to-all", R"(x = f32[4] parameter(0)
o = f32[6] parameter(1)
n = s32[2] parameter(2)
ROOT y = f32[6] ragged-all-to-all(x, o, n, n, n, n), replica_groups={{0,1}})",
     ""},
    {"collective-permute", R"(x = f32[4] parameter(0)
ROOT y = f32[4] collective-permute(x), source_target_pairs={{0,1},{1,0}})",
     ""},
    {"collective-broadcast", R"(x = f32[4] parameter(0)
ROOT y = f32[4] collective-broadcast(x), replica_groups={{0,1}})",
     ""},
    {"all-reduce-done",
     R"(x = f32[4] parameter(0)
s = f32[4] all-reduce-start(x), replica_groups={{0,1}}, to_apply=sum
d = f32[4] all-reduce-done(s)
ROOT y = f32[4] add(d, d))",
     "4 add",
     {{1, 2, 3, 4}},
     {{2, 4, 6, 8}}},
    {"all-gather-done", R"(x = f32[4] parameter(0)
s = (f32[4], f32[8]) all-gather-start(x), replica_groups={{0,1}}, dimensions={0}
ROOT d = f32[8] all-gather-done(s))",
     ""},
    {"collective-permute-done", R"(x = f32[4] parameter(0)
s = (f32[4], f32[4], u32[], u32[]) collective-permute-start(x), source_target_pairs={{0,1}}
ROOT d = f32[4] collective-permute-done(s))",
     ""},
    {"reduce-scatter-done", R"(x = f32[4] parameter(0)
s = (f32[4], f32[2]) reduce-scatter-start(x), replica_groups={{0,1}}, dimensions={0}, to_apply=sum
ROOT d = f32[2] reduce-scatter-done(s))",
     ""},
    {"all-to-all-done", R"(x = f32[4] parameter(0)
s = ((f32[4]), f32[4]) all-to-all-start(x), replica_groups={{0,1}}, dimensions={0}
ROOT d = f32[4] all-to-all-done(s))",
     ""},
    {"copy-done",
     R"(x = f32[4] parameter(0)
s = (f32[4], f32[4], u32[]) copy-start(x)
ROOT d = f32[4] copy-done(s))",
     "",
     {{1, 2, 3, 4}},
     {{1, 2, 3, 4}}},
    {"slice-done",
     R"(x = f32[4] parameter(0)
s = ((f32[4]), f32[2], s32[]) slice-start(x), slice={[0:2]}
ROOT d = f32[2] slice-done(s))",
     "",
     {{1, 2, 3, 4}},
     {{1, 2}}},
    {"dynamic-slice-done", R"(x = f32[4] parameter(0)
i = s32[] parameter(1)
s = ((f32[4], s32[]), f32[2], s32[]) dynamic-slice-start(x, i), dynamic_slice_sizes={2}
ROOT d = f32[2] dynamic-slice-done(s))",
     ""},
    {"dynamic-update-slice-done", R"(x = f32[4] parameter(0)
u = f32[2] parameter(1)
i = s32[] parameter(2)
s = ((f32[4], f32[2], s32[]), f32[4], s32[]) dynamic-update-slice-start(x, u, i)
ROOT d = f32[4] dynamic-update-slice-done(s))",
     ""},
    {"custom-call-done",
     R"(x = f32[4] parameter(0)
s = ((f32[4]), f32[4], s32[]) custom-call-start(x), custom_call_target="MoveToHost"
ROOT d = f32[4] custom-call-done(s))",
     "",
     {{1, 2, 3, 4}},
     {{1, 2, 3, 4}}},
};

TEST(HloLowering, Cases) {
  for (const Case& one : cases) check(one);
}

/// Computations that combine other than by one operation run once for each element but the first.
TEST(HloLowering, ReducesByAnyComputation) {
  const std::string text = program(R"(x = f32[2,4] parameter(0)
i = s32[2,4] parameter(1)
low = f32[] constant(-inf)
zero = s32[] constant(0)
ROOT y = (f32[2], s32[2]) reduce(x, i, low, zero), dimensions={1}, to_apply=best)",
                                   R"(best {
  a = f32[] parameter(0)
  i = s32[] parameter(1)
  b = f32[] parameter(2)
  j = s32[] parameter(3)
  p = pred[] compare(a, b), direction=GE
  v = f32[] select(p, a, b)
  k = s32[] select(p, i, j)
  ROOT t = (f32[], s32[]) tuple(v, k)
})");
  const Model model = *read(text);
  EXPECT_EQ(to_text(work_of(model.graph)), "18 compare");
  const auto y = evaluate(model, {{1, 9, 3, 2, 5, 4, 7, 7}, {0, 1, 2, 3, 0, 1, 2, 3}});
  EXPECT_EQ(y[0], (std::vector<Exact>{9, 7}));
  EXPECT_EQ(y[1], (std::vector<Exact>{1, 2}));
}

TEST(HloLowering, MapsAnyComputation) {
  const std::string text = program(R"(a = f32[3] parameter(0)
b = f32[3] parameter(1)
ROOT y = f32[3] map(a, b), dimensions={0}, to_apply=mixed)",
                                   R"(mixed {
  a = f32[] parameter(0)
  b = f32[] parameter(1)
  two = f32[] constant(2)
  p = f32[] multiply(a, two)
  ROOT r = f32[] add(p, b)
})");
  const Model model = *read(text);
  EXPECT_EQ(to_text(work_of(model.graph)), "3 mul, 3 add");
  EXPECT_EQ(evaluate(model, {{1, 2, 3}, {10, 20, 30}})[0], (std::vector<Exact>{12, 24, 36}));
}

struct CallCase {
  std::string_view name, entry, work;
};

const CallCase custom_calls[] = {
    {"attention", R"(q = bf16[2,8,4,16] parameter(0)
k = bf16[2,8,2,16] parameter(1)
v = bf16[2,8,2,16] parameter(2)
ROOT y = (bf16[2,8,4,16], f32[2,4,8,1]) custom-call(q, k, v), custom_call_target="te_fused_attn_forward_ffi", backend_config={attn_heads = 4 : i64, dropout_probability = 0.0 : f64, input_batch = 2 : i64, kv_max_seqlen = 8 : i64, mask_type = 2 : i64, num_gqa_groups = 2 : i64, q_max_seqlen = 8 : i64, qk_head_dim = 16 : i64, scaling_factor = 1.0 : f64, v_head_dim = 16 : i64, window_size_left = -1 : i64})",
     // 2 x 4 heads of 36 pairs, twice 16.
     "9216 products"},
    {"attention backward", R"(q = bf16[2,8,4,16] parameter(0)
k = bf16[2,8,2,16] parameter(1)
v = bf16[2,8,2,16] parameter(2)
ROOT y = (bf16[2,8,4,16], bf16[2,8,2,16], bf16[2,8,2,16]) custom-call(q, k, v, q), custom_call_target="te_fused_attn_backward_ffi", backend_config={attn_heads = 4 : i64, input_batch = 2 : i64, kv_max_seqlen = 8 : i64, mask_type = 0 : i64, num_gqa_groups = 2 : i64, q_max_seqlen = 8 : i64, qk_head_dim = 16 : i64})",
     // 2 x 4 heads of 64 pairs, four products of 16.
     "32768 products"},
    {"attention with a window", R"(q = bf16[1,8,1,16] parameter(0)
ROOT y = (bf16[1,8,1,16]) custom-call(q, q, q), custom_call_target="te_fused_attn_forward_ffi", backend_config={attn_heads = 1 : i64, input_batch = 1 : i64, kv_max_seqlen = 8 : i64, mask_type = 2 : i64, num_gqa_groups = 1 : i64, q_max_seqlen = 8 : i64, head_dim = 16 : i64, window_size_left = 1 : i64})",
     // 1 + 7 x 2 pairs.
     "480 products"},
    {"cuDNN attention", R"(q = bf16[2,4,8,16] parameter(0)
k = bf16[2,4,8,16] parameter(1)
ROOT y = (bf16[2,4,8,16], u8[0]) custom-call(q, k, k), custom_call_target="__cudnn$fmhaSoftmax", backend_config={"operation_queue_id":"0","cudnn_fmha_backend_config":{"algorithm":{"algo_id":"0"},"fmha_scale":1,"intermediate_tensor_shape":{"element_type":"BF16","dimensions":["2","4","8","8"]},"mask_type":"CAUSAL"}})",
     "9216 products"},
    {"matmul", R"(a = f32[2,3] parameter(0)
b = f32[3,5] parameter(1)
c = f32[5] parameter(2)
ROOT y = (f32[2,5], s8[4096]) custom-call(a, b, c), custom_call_target="__cublas$lt$matmul", backend_config={"gemm_backend_config":{"alpha_real":1,"alpha_imag":0,"beta":0,"dot_dimension_numbers":{"lhs_contracting_dimensions":["1"],"rhs_contracting_dimensions":["0"],"lhs_batch_dimensions":[],"rhs_batch_dimensions":[]},"epilogue":"BIAS_RELU"}})",
     "30 mul, 40 add, 10 compare, 30 products"},
    {"matmul and sum", R"(a = f32[2,3] parameter(0)
b = f32[5,3] parameter(1)
c = f32[2,5] parameter(2)
ROOT y = f32[2,5] custom-call(a, b, c), custom_call_target="__cublas$gemm", backend_config="{\"alpha_real\":0.5,\"beta\":1,\"dot_dimension_numbers\":{\"lhs_contracting_dimensions\":[\"1\"],\"rhs_contracting_dimensions\":[\"1\"]},\"epilogue\":\"DEFAULT\"}")",
     "40 mul, 40 add, 30 products"},
    {"convolution", R"(x = f32[1,2,4] parameter(0)
w = f32[3,2,3] parameter(1)
b = f32[3] parameter(2)
ROOT y = (f32[1,3,4], u8[0]) custom-call(x, w, b), window={size=3 pad=1_1}, dim_labels=bf0_oi0->bf0, custom_call_target="__cudnn$convBiasActivationForward", backend_config={"cudnn_conv_backend_config":{"activation_mode":"kRelu","conv_result_scale":1,"side_input_scale":0}})",
     "72 mul, 84 add, 12 compare, 72 products"},
    {"gradient of its input", R"(d = f32[1,3,4] parameter(0)
w = f32[3,2,3] parameter(1)
ROOT y = (f32[1,2,4], u8[0]) custom-call(d, w), window={size=3 pad=1_1}, dim_labels=bf0_oi0->bf0, custom_call_target="__cudnn$convBackwardInput")",
     "72 mul, 72 add, 72 products"},
    {"gradient of its filter", R"(x = f32[1,2,4] parameter(0)
d = f32[1,3,4] parameter(1)
ROOT y = (f32[3,2,3], u8[0]) custom-call(x, d), window={size=3 pad=1_1}, dim_labels=bf0_oi0->bf0, custom_call_target="__cudnn$convBackwardFilter")",
     "72 mul, 72 add, 72 products"},
    {"best", R"(x = f32[1,4] parameter(0)
ROOT y = (f32[1,1], s32[1,1]) custom-call(x), custom_call_target="TopK", called_computations={less})",
     "3 compare"},
    {"factor", R"(x = f32[3,3] parameter(0)
ROOT y = (f32[3,3], s32[]) custom-call(x), custom_call_target="lapack_spotrf_ffi")",
     "4 mul, 4 add, 3 div, 3 special"},
    {"sharding", R"(x = f32[4] parameter(0)
ROOT y = f32[4] custom-call(x), custom_call_target="Sharding", sharding={devices=[2]<=[2]})",
     ""},
    {"allocation", R"(ROOT y = f32[4] custom-call(), custom_call_target="AllocateBuffer")", ""},
};

TEST(HloLowering, CustomCalls) {
  for (const CallCase& one : custom_calls) {
    SCOPED_TRACE(one.name);
    const std::string text = program(one.entry);
    const auto model = read(text);
    ASSERT_TRUE(model) << to_string(model.error());
    ops::Work work = work_of(model->graph);
    const bool is_attention = one.name.find("attention") != std::string_view::npos;
    if (is_attention) work = {.products = work.products};
    EXPECT_EQ(to_text(work), one.work) << graph::to_string(model->graph);
  }
}

/// What nobody knows makes a lower bound, and is named.
TEST(HloLowering, KeepsTheUnknown) {
  for (const std::string_view entry :
       {R"(x = f32[4] parameter(0)
ROOT y = f32[4] custom-call(x), custom_call_target="secret")",
        "x = f32[4] parameter(0)\nROOT y = f32[4] secret(x)",
        "x = f32[4] parameter(0)\nROOT y = f32[4] reduce-precision(x), exponent_bits=8, "
        "mantissa_bits=7, metadata={op_name=\"a\"}"}) {
    SCOPED_TRACE(entry);
    const std::string text = program(entry);
    const Model model = *read(text);
    const bool is_known = entry.find("secret") == std::string_view::npos;
    const graph::Node& last = model.graph.nodes().back();
    EXPECT_EQ(last.kind->name == "uncounted", !is_known);
    if (!is_known) {
      EXPECT_EQ(*graph::find_attribute<std::string>(last.attributes, "op"), "secret");
    }
  }
}

TEST(HloLowering, EveryOperationHasACase) {
  std::set<std::string_view> tested = {"map",        "custom-call", "while",       "conditional",
                                       "call",       "fusion",      "async-start", "async-update",
                                       "async-done", "call-done",   "fusion-done"};  // control_test
  for (const Case& one : cases) tested.insert(one.op);
  for (const ElementwiseCase& one : unary_cases) tested.insert(one.op);
  for (const ElementwiseCase& one : binary_cases) tested.insert(one.op);
  for (const IntegerCase& one : integer_cases) tested.insert(one.op);
  for (const LoweringFamily* family : hlo_lowering_families()) {
    for (const Lowering& one : family->lowerings) {
      EXPECT_TRUE(tested.contains(one.op)) << one.op;
    }
  }
}

}  // namespace
}  // namespace pfsday::hlo
