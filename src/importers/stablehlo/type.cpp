#include "importers/stablehlo/type.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/text.h"
#include "importers/hlo/type.h"

namespace pfsday::stablehlo {
namespace {

/// Tuples in tuples.
constexpr int depth_limit = 16;

struct Name {
  std::string_view mlir;
  std::string_view hlo;
};
constexpr Name names[] = {{"i1", "pred"},
                          {"i2", "s2"},
                          {"i4", "s4"},
                          {"i8", "s8"},
                          {"i16", "s16"},
                          {"i32", "s32"},
                          {"i64", "s64"},
                          {"ui2", "u2"},
                          {"ui4", "u4"},
                          {"ui8", "u8"},
                          {"ui16", "u16"},
                          {"ui32", "u32"},
                          {"ui64", "u64"},
                          {"si8", "s8"},
                          {"si16", "s16"},
                          {"si32", "s32"},
                          {"si64", "s64"},
                          {"index", "s64"},
                          {"f16", "f16"},
                          {"bf16", "bf16"},
                          {"f32", "f32"},
                          {"f64", "f64"},
                          {"complex<f32>", "c64"},
                          {"complex<f64>", "c128"}};

/// What stands between TYPE< and >; empty where it does not begin so.
std::string_view inside(std::string_view type, std::string_view begin) {
  if (!type.starts_with(begin) || !type.ends_with('>')) return {};
  return type.substr(begin.size(), type.size() - begin.size() - 1);
}

/// Up to a comma outside of all brackets.
std::string_view first_part(std::string_view list) {
  int depth = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const char c = list[i];
    if (c == '<' || c == '[' || c == '(') ++depth;
    if (c == '>' || c == ']' || c == ')') --depth;
    if (c == ',' && depth == 0) return list.substr(0, i);
  }
  return list;
}

std::unexpected<Error> unsupported(std::string_view type) {
  constexpr std::size_t most = 60;
  return fail(Code::type_unsupported,
              fmt::format("type \"{}\" is not known", type.substr(0, most)));
}

Result<std::string> to_hlo_element(std::string_view element) {
  const auto found = std::ranges::find(names, element, &Name::mlir);
  if (found != std::end(names)) return std::string(found->hlo);
  if (const std::string_view quantized = inside(element, "!quant.uniform<"); !quantized.empty()) {
    return to_hlo_element(trim(quantized.substr(0, quantized.find_first_of(":<,"))));
  }
  std::string lower(element);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (lower.starts_with("f") && hlo::find_element_type(lower)) return lower;  // f8E4M3FN
  return unsupported(element);
}

struct Tensor {
  std::vector<std::int64_t> sizes;
  std::string_view element;
};

Result<Tensor> split_tensor(std::string_view type) {
  std::string_view rest = inside(type, "tensor<");
  if (rest.empty() || rest.starts_with('*')) return unsupported(type);
  rest = trim(first_part(rest));  // without an encoding
  Tensor tensor;
  while (!rest.empty() && (rest[0] == '?' || (rest[0] >= '0' && rest[0] <= '9'))) {
    const std::size_t end = rest.find('x');
    if (end == rest.npos) return unsupported(type);
    std::int64_t size = -1;
    if (rest[0] != '?') {
      const auto [at, error] = std::from_chars(rest.data(), rest.data() + end, size);
      if (error == std::errc::result_out_of_range) {
        return fail(Code::limit_exceeded, fmt::format("a size of \"{}\" is too large", type));
      }
      if (error != std::errc() || at != rest.data() + end) return unsupported(type);
    }
    tensor.sizes.push_back(size);
    rest.remove_prefix(end + 1);
  }
  tensor.element = rest;
  return tensor;
}

Result<std::string> to_hlo_type(std::string_view type, int depth) {
  type = trim(type);
  if (type == "!stablehlo.token" || type == "!mhlo.token") return std::string("token[]");
  if (depth > depth_limit) {
    return fail(Code::limit_exceeded,
                fmt::format("tuples are nested more than {} deep", depth_limit));
  }
  if (type.starts_with("tuple<")) {
    std::string_view rest = inside(type, "tuple<");
    std::string all = "(";
    while (!rest.empty()) {
      const std::string_view part = first_part(rest);
      if (all.size() > 1) all += ", ";
      all += TRY(to_hlo_type(part, depth + 1));
      rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    }
    return all + ")";
  }
  if (!type.starts_with("tensor<")) return TRY(to_hlo_element(type)) + "[]";
  const Tensor tensor = TRY(split_tensor(type));
  std::string text = TRY(to_hlo_element(tensor.element)) + "[";
  for (const std::int64_t size : tensor.sizes) {
    if (text.back() != '[') text += ',';
    text += size < 0 ? "?" : std::to_string(size);
  }
  return text + "]";
}

}  // namespace

Result<std::string> to_hlo_type(std::string_view type) { return to_hlo_type(type, 0); }

Result<std::vector<std::int64_t>> sizes_of(std::string_view type) {
  return TRY(split_tensor(trim(type))).sizes;
}

std::string_view element_of(std::string_view type) {
  const auto tensor = split_tensor(trim(type));
  return tensor ? tensor->element : std::string_view{};
}

}  // namespace pfsday::stablehlo
