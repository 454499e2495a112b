#include "importers/recipe/kinds.h"

#include <fmt/format.h>

namespace pfsday::recipe {

std::span<const Kind* const> kinds() {
  static const std::vector<const Kind*> all = [] {
    std::vector<const Kind*> list;
    for (const auto& some :
         {structure_kinds, image_kinds, recurrent_kinds, sequence_kinds, naming_kinds}) {
      for (const Kind& kind : some) list.push_back(&kind);
    }
    return list;
  }();
  return all;
}

bool is_ids(Lowering& to, Value v) { return to.builder().type(v).element == ElementType::i64; }

bool is_sequence(Lowering& to, Value v) { return to.shape(v).size() == 3; }

bool is_image(Lowering& to, Value v) { return to.shape(v).size() >= 4; }

std::int64_t channels_of(Lowering& to, Value v) {
  if (is_ids(to, v)) return 1;
  return is_image(to, v) ? to.shape(v)[1] : to.shape(v).back();
}

Value channels_last(Lowering& to, Value x) {
  const auto rank = static_cast<std::int64_t>(to.shape(x).size());
  Axes order = {0};
  for (std::int64_t i = 2; i < rank; ++i) order.push_back(i);
  order.push_back(1);
  return to.builder().transpose(x, order);
}

Value channels_second(Lowering& to, Value x) {
  const auto rank = static_cast<std::int64_t>(to.shape(x).size());
  Axes order = {0, rank - 1};
  for (std::int64_t i = 1; i + 1 < rank; ++i) order.push_back(i);
  return to.builder().transpose(x, order);
}

Result<void> need_image(Lowering& to, const Layer& in, Value x) {
  if (is_image(to, x)) return {};
  return in.invalid(
      fmt::format("the layer needs an image, but its input, {}, is none", to_string(to.shape(x))),
      "give the input as [channels, height, width]");
}

Result<void> need_sequence(Lowering& to, const Layer& in, Value x) {
  if (is_sequence(to, x)) return {};
  return in.invalid(
      fmt::format("the layer needs a sequence, but its input is {}", to_string(to.shape(x))),
      "an image becomes one by {sequence = true}, ids of tokens by {embedding = ROWS, width = ..}");
}

}  // namespace pfsday::recipe
