#include "importers/stablehlo/attributes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "importers/hlo/cursor.h"
#include "importers/stablehlo/numbers.h"
#include "importers/stablehlo/type.h"

namespace pfsday::stablehlo {
namespace {

using Text = Result<std::string>;

/// The numbers of an attribute by one of its names; `count` of them, where one stands for all.
Result<Numbers> numbers(const Operation& one, std::string_view name, std::string_view other = {},
                        std::size_t count = 0) {
  Numbers list = TRY(parse_numbers(one.find(name, other)));
  if (list.size() == 1 && count > 1) list.assign(count, list[0]);
  return list;
}

Result<Numbers> sizes_of_operand(const Operation& one, std::size_t i) {
  if (i < one.operand_types.size()) return sizes_of(one.operand_types[i]);
  return fail(Code::attribute_invalid, fmt::format("operand {} has no type", i));
}

/// One attribute that is a list of axes, by the name that HLO gives it.
Text list(const Operation& one, std::string_view hlo_name, std::string_view name,
          std::string_view other = {}) {
  return fmt::format(", {}={}", hlo_name, in_braces(TRY(numbers(one, name, other))));
}

std::string join_by_x(const Numbers& list) { return fmt::format("{}", fmt::join(list, "x")); }

/// One of the lists of a window, unless it says nothing.
std::string window_field(std::string_view name, const Numbers& list) {
  return list.empty() ? "" : fmt::format(" {}={}", name, join_by_x(list));
}

Text pads(const Numbers& list, std::size_t rank) {
  if (list.empty()) return std::string();
  if (list.size() != 2 * rank) {
    return fail(Code::attribute_invalid,
                fmt::format("{} pads for {} axes of a window", list.size(), rank));
  }
  std::string text = " pad=";
  for (std::size_t i = 0; i < rank; ++i) {
    text += fmt::format("{}{}_{}", i == 0 ? "" : "x", list[2 * i], list[2 * i + 1]);
  }
  return text;
}

Text dot_general(const Operation& one) {
  const std::string_view generic = one.find("dot_dimension_numbers");
  std::string text;
  const auto add = [&](std::string_view hlo, std::string_view field, std::string_view pretty,
                       std::size_t side) -> Result<void> {
    std::string_view value = field_of(generic, field);
    if (const std::string_view pair = one.find(pretty); !pair.empty()) {
      const std::size_t middle = pair.find(']');
      value =
          side == 0 ? pair.substr(0, middle + 1) : pair.substr(std::min(middle + 1, pair.size()));
      if (side == 1) value = value.substr(std::min(value.find('['), value.size()));
    }
    text += fmt::format(", {}={}", hlo, in_braces(TRY(parse_numbers(value))));
    return {};
  };
  TRY(add("lhs_batch_dims", "lhs_batching_dimensions", "batching_dims", 0));
  TRY(add("rhs_batch_dims", "rhs_batching_dimensions", "batching_dims", 1));
  TRY(add("lhs_contracting_dims", "lhs_contracting_dimensions", "contracting_dims", 0));
  TRY(add("rhs_contracting_dims", "rhs_contracting_dimensions", "contracting_dims", 1));
  return text;
}

/// Vectors and matrices: the last axis of the first, the first of the second.
Text dot(const Operation& one) {
  const Numbers a = TRY(sizes_of_operand(one, 0));
  if (a.empty()) return fail(Code::attribute_invalid, "it takes vectors or matrices");
  return fmt::format(", lhs_contracting_dims={{{}}}, rhs_contracting_dims={{0}}", a.size() - 1);
}

/// [b, 0, f]x[0, i, o]->[b, 0, f] to b0f_0io->b0f.
Text labels(std::string_view value) {
  std::string text;
  int lists = 0;
  for (const char c : value) {
    if (c == '[') text += lists == 0 ? "" : lists == 1 ? "_" : "->";
    if (c == '[') ++lists;
    const bool is_label = c == 'b' || c == 'f' || c == 'i' || c == 'o' || (c >= '0' && c <= '9');
    if (is_label) text += c;
  }
  if (lists == 3) return text;
  return fail(Code::attribute_invalid,
              fmt::format("\"{}\" says not where the axes are", value.substr(0, 60)));
}

Text convolution(const Operation& one) {
  std::string_view axes = one.find("dim_numbers", "dimension_numbers");
  axes.remove_prefix(std::min(axes.find('['), axes.size()));
  const std::string where = TRY(labels(axes));
  const Numbers kernel = TRY(sizes_of_operand(one, 1));
  const std::string_view of_kernel =
      std::string_view(where).substr(where.find('_') + 1, where.find("->") - where.find('_') - 1);
  if (of_kernel.size() != kernel.size() || kernel.size() < 2) {
    return fail(Code::attribute_invalid,
                fmt::format("{} of a kernel of rank {}", where, kernel.size()));
  }
  const std::size_t rank = kernel.size() - 2;
  Numbers size(rank, 1);
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const auto axis = static_cast<std::size_t>(of_kernel[i] - '0');
    if (of_kernel[i] >= '0' && of_kernel[i] <= '9' && axis < rank) size[axis] = kernel[i];
  }
  const std::string_view window = one.find("window");
  const auto field = [&](std::string_view pretty, std::string_view generic,
                         std::size_t count) -> Result<Numbers> {
    if (window.empty()) return numbers(one, generic, {}, count);
    // pad = [[1, 1], [1, 1]] ends at the bracket that closes it
    const std::size_t at = window.find(fmt::format("{} =", pretty));
    const std::size_t bracket = at == window.npos ? at : window.find('[', at);
    if (bracket == window.npos) return Numbers{};
    hlo::Cursor in(window, bracket);
    return parse_numbers(TRY(in.balanced()));
  };
  std::string text = fmt::format(", window={{size={}", join_by_x(size));
  text += window_field("stride", TRY(field("stride", "window_strides", rank)));
  const Numbers edges = TRY(field("pad", "padding", 2 * rank));
  text += TRY(pads(edges, rank));
  text += window_field("lhs_dilate", TRY(field("lhs_dilate", "lhs_dilation", rank)));
  text += window_field("rhs_dilate", TRY(field("rhs_dilate", "rhs_dilation", rank)));
  text += window_field("rhs_reversal", TRY(field("reverse", "window_reversal", rank)));
  if (rank == 0) text = ", window={";
  text += fmt::format("}}, dim_labels={}", where);
  for (const std::string_view count : {"feature_group_count", "batch_group_count"}) {
    const Numbers groups = TRY(numbers(one, count));
    if (!groups.empty()) text += fmt::format(", {}={}", count, groups[0]);
  }
  return text;
}

Text window(const Operation& one) {
  const Numbers size = TRY(numbers(one, "window_dimensions"));
  const std::size_t rank = size.size();
  std::string text = fmt::format(", window={{size={}", join_by_x(size));
  text += window_field("stride", TRY(numbers(one, "window_strides", {}, rank)));
  const Numbers edges = TRY(numbers(one, "padding", {}, 2 * rank));
  text += TRY(pads(edges, rank));
  text += window_field("lhs_dilate", TRY(numbers(one, "base_dilations", {}, rank)));
  text += window_field("rhs_dilate", TRY(numbers(one, "window_dilations", {}, rank)));
  if (rank == 0) return std::string(", window={}");
  return text + "}";
}

Text slice(const Operation& one) {
  if (const std::string_view short_form = one.find(""); !short_form.empty()) {
    std::string text;
    for (const std::string_view part : split(short_form.substr(1, short_form.size() - 2), ',')) {
      if (!trim(part).empty()) text += fmt::format("{}[{}]", text.empty() ? "" : ",", trim(part));
    }
    return fmt::format(", slice={{{}}}", text);
  }
  const Numbers starts = TRY(numbers(one, "start_indices"));
  const Numbers limits = TRY(numbers(one, "limit_indices", {}, starts.size()));
  const Numbers strides = TRY(numbers(one, "strides", {}, starts.size()));
  if (limits.size() != starts.size() || strides.size() != starts.size()) {
    return fail(Code::attribute_invalid, "its starts, limits and strides differ in number");
  }
  std::string text;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    text += fmt::format("{}[{}:{}:{}]", i == 0 ? "" : ",", starts[i], limits[i], strides[i]);
  }
  return fmt::format(", slice={{{}}}", text);
}

Text pad(const Operation& one) {
  const std::size_t rank = TRY(sizes_of_operand(one, 0)).size();
  const Numbers low = TRY(numbers(one, "low", "edge_padding_low", rank));
  const Numbers high = TRY(numbers(one, "high", "edge_padding_high", rank));
  const Numbers interior = TRY(numbers(one, "interior", "interior_padding", rank));
  if (low.size() != rank || high.size() != rank || interior.size() != rank) {
    return fail(Code::attribute_invalid, fmt::format("its pads are not for {} axes", rank));
  }
  std::string text;
  for (std::size_t i = 0; i < rank; ++i) {
    text += fmt::format("{}{}_{}_{}", i == 0 ? "" : "x", low[i], high[i], interior[i]);
  }
  return rank == 0 ? std::string() : ", padding=" + text;
}

/// Fields of #stablehlo.gather<...> and #stablehlo.scatter<...> by the names of HLO.
Text gather(const Operation& one) {
  const std::string_view where = one.find("dimension_numbers");
  std::string text;
  for (const std::string_view name :
       {"offset_dims", "collapsed_slice_dims", "start_index_map", "operand_batching_dims"}) {
    text += fmt::format(", {}={}", name, in_braces(TRY(parse_numbers(field_of(where, name)))));
  }
  const Numbers vector = TRY(parse_numbers(field_of(where, "index_vector_dim")));
  text += fmt::format(", index_vector_dim={}", vector.empty() ? 0 : vector[0]);
  return text + TRY(list(one, "slice_sizes", "slice_sizes"));
}

Text compare(const Operation& one) {
  std::string_view direction = one.find("comparison_direction");
  if (direction.empty()) direction = one.find("");
  return fmt::format(", direction={}", word_of(direction));
}

Text fft(const Operation& one) {
  return fmt::format(", fft_type={}{}", word_of(one.find("type", "fft_type")),
                     TRY(list(one, "fft_length", "length", "fft_length")));
}

Text flags(const Operation& one) {
  std::string text;
  for (const std::string_view name : {"left_side", "lower", "unit_diagonal"}) {
    if (!one.find(name).empty()) text += fmt::format(", {}={}", name, word_of(one.find(name)));
  }
  return text;
}

Text random(const Operation& one) {
  const bool is_normal = word_of(one.find("distribution", "rng_distribution")) == "NORMAL";
  return fmt::format(", distribution=rng_{}", is_normal ? "normal" : "uniform");
}

Text precision(const Operation& one) {
  if (const std::string_view format = one.find("format"); !format.empty()) {  // e5m10
    const std::size_t m = std::min(format.find('m'), format.size());
    return fmt::format(", exponent_bits={}, mantissa_bits={}", format.substr(1, m - 1),
                       format.substr(std::min(m + 1, format.size())));
  }
  return fmt::format(", exponent_bits={}, mantissa_bits={}", word_of(one.find("exponent_bits")),
                     word_of(one.find("mantissa_bits")));
}

Text index(const Operation& one) {
  Numbers at = TRY(numbers(one, "index"));
  if (at.empty()) at = TRY(numbers(one, ""));
  return fmt::format(", index={}", at.empty() ? -1 : at[0]);
}

Text one_axis(const Operation& one, std::string_view hlo_name) {
  Numbers axis = TRY(numbers(one, "dim", "dimension"));
  if (axis.empty()) axis = TRY(numbers(one, "iota_dimension"));
  if (axis.empty()) axis = {0};
  return fmt::format(", {}={{{}}}", hlo_name, axis[0]);
}
Text dimension(const Operation& one) { return one_axis(one, "dimensions"); }
Text iota(const Operation& one) {
  Numbers axis = TRY(numbers(one, "dim", "iota_dimension"));
  return fmt::format(", iota_dimension={}", axis.empty() ? 0 : axis[0]);
}
Text sort_axis(const Operation& one) {
  const Numbers axis = TRY(numbers(one, "dimension"));
  const std::size_t rank = TRY(sizes_of_operand(one, 0)).size();
  const std::int64_t last = static_cast<std::int64_t>(rank) - 1;
  const std::int64_t stated = axis.empty() ? -1 : axis[0];
  return fmt::format(", dimensions={{{}}}", stated < 0 ? last + 1 + stated : stated);
}

Text broadcast_axes(const Operation& one) {
  return list(one, "dimensions", "dims", "broadcast_dimensions");
}
Text transpose_axes(const Operation& one) { return list(one, "dimensions", "dims", "permutation"); }
Text plain_axes(const Operation& one) { return list(one, "dimensions", "dims", "dimensions"); }
Text best(const Operation& one) {
  const Numbers k = TRY(numbers(one, "k"));
  return fmt::format(", k={}", k.empty() ? 1 : k[0]);
}

/// [[0, 1], [2, 3]] to {{0,1},{2,3}}.
Text groups(const Operation& one) {
  std::string text;
  for (const std::string_view name : {"replica_groups", "source_target_pairs"}) {
    std::string_view value = one.find(name);
    if (value.starts_with("dense<")) value = value.substr(6, value.size() - 7);
    if (value.empty() || value.front() != '[') continue;
    std::string braces(value);
    std::ranges::replace(braces, '[', '{');
    std::ranges::replace(braces, ']', '}');
    text += fmt::format(", {}={}", name, braces);
  }
  return text;
}

Text custom_call(const Operation& one) {
  std::string_view target = one.symbol;
  if (target.empty()) target = one.find("call_target_name");
  if (target.starts_with('"') && target.size() >= 2) target = target.substr(1, target.size() - 2);
  std::string text = fmt::format(", custom_call_target=\"{}\"", target);
  for (const std::string_view name : {"backend_config", "mhlo.backend_config"}) {
    const std::string_view value = one.find(name);
    if (value.starts_with('"')) text += fmt::format(", backend_config={}", value);
  }
  return text;
}

Text normalization(const Operation& one) {
  return fmt::format(", epsilon={}, feature_index={}", one.find("epsilon"),
                     one.find("feature_index"));
}

struct Row {
  std::string_view name;
  std::string_view op = {};  ///< where HLO does not write - for _
  Text (*attributes)(const Operation& one) = nullptr;
};
constexpr Row rows[] = {
    {"all_gather", {}, groups},
    {"all_reduce", {}, groups},
    {"all_to_all", {}, groups},
    {"batch_norm_grad", {}, normalization},
    {"batch_norm_inference", {}, normalization},
    {"batch_norm_training", {}, normalization},
    {"broadcast_in_dim", "broadcast", broadcast_axes},
    {"cholesky", {}, flags},
    {"collective_broadcast", {}, groups},
    {"collective_permute", {}, groups},
    {"compare", {}, compare},
    {"concatenate", {}, dimension},
    {"convolution", {}, convolution},
    {"custom_call", {}, custom_call},
    {"dot", {}, dot},
    {"dot_general", "dot", dot_general},
    {"dynamic_broadcast_in_dim", "broadcast", broadcast_axes},
    {"fft", {}, fft},
    {"gather", {}, gather},
    {"get_dimension_size", {}, dimension},
    {"get_tuple_element", {}, index},
    {"iota", {}, iota},
    {"map", {}, plain_axes},
    {"optimization_barrier", "opt-barrier"},
    {"pad", {}, pad},
    {"reduce", {}, plain_axes},
    {"reduce_precision", {}, precision},
    {"reduce_scatter", {}, groups},
    {"reduce_window", {}, window},
    {"reverse", {}, plain_axes},
    {"rng", {}, random},
    {"select_and_scatter", {}, window},
    {"set_dimension_size", {}, dimension},
    {"slice", {}, slice},
    {"sort", {}, sort_axis},
    {"top_k", "topk", best},
    {"transpose", {}, transpose_axes},
    {"triangular_solve", {}, flags},
};

}  // namespace

std::string_view short_name(std::string_view name) {
  for (const std::string_view dialect : {"stablehlo.", "mhlo.", "chlo."}) {
    if (name.starts_with(dialect)) return name.substr(dialect.size());
  }
  return {};
}

Result<HloOperation> to_hlo_operation(const Operation& one) {
  if (one.name == "sdy.sharding_constraint") return HloOperation{.op = "copy", .attributes = {}};
  const std::string_view name = short_name(one.name);
  if (name.empty()) {
    return fail(Code::type_unsupported, fmt::format("operation \"{}\" is not known", one.name));
  }
  const auto row = std::ranges::find(rows, name, &Row::name);
  HloOperation result;
  result.op = row != std::end(rows) && !row->op.empty() ? row->op : name;
  std::ranges::replace(result.op, '_', '-');
  if (row != std::end(rows) && row->attributes != nullptr) {
    result.attributes = TRY(row->attributes(one));
  }
  return result;
}

}  // namespace pfsday::stablehlo
