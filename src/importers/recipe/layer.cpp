#include "importers/recipe/layer.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace pfsday::recipe {
namespace {

constexpr std::size_t most_axes = 8;

}  // namespace

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == ' ';
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, fits);
}

std::string one_of(std::span<const std::string_view> known) {
  std::string list;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i > 0) list += i + 1 == known.size() ? " or " : ", ";
    list += fmt::format("\"{}\"", known[i]);
  }
  return list;
}

const TomlValue& Layer::resolved(const TomlValue& value) const {
  const auto* word = std::get_if<std::string>(&value.data);
  if (word == nullptr) return value;
  const auto found = scope_->parameters.find(*word);
  return found == scope_->parameters.end() ? value : found->second;
}

Result<std::int64_t> Layer::to_size(std::string_view key, const TomlValue& value,
                                    std::int64_t least) {
  const auto checked = [&](importers::Int128 size) -> Result<std::int64_t> {
    if (size >= least && size <= largest_size) return static_cast<std::int64_t>(size);
    return fail_at(value.place, Code::run_malformed,
                   fmt::format("\"{}\" of the layer is {}, not between {} and {}", key,
                               to_string(importers::Ratio{size, 1}), least, largest_size));
  };
  if (const auto* number = std::get_if<std::int64_t>(&value.data)) return checked(*number);
  const auto* text = std::get_if<std::string>(&value.data);
  if (text == nullptr) {
    return fail_at(value.place, Code::run_malformed,
                   fmt::format("\"{}\" of the layer is neither a whole number nor a formula", key));
  }
  const importers::Ratio size = TRY(at_place(value.place, evaluate(*text, *scope_, *sizes_)));
  if (size.is_integer()) return checked(size.numerator);
  return fail_at(value.place, Code::recipe_invalid,
                 fmt::format("\"{}\" is {}, no whole number", *text, to_string(size)),
                 "ceil() and floor() round");
}

Result<std::int64_t> Layer::size(std::string_view key) {
  const TomlValue* value = in_->find(key);
  if (value == nullptr) return in_->missing(key);
  return to_size(key, *value, 1);
}

Result<std::int64_t> Layer::size_or(std::string_view key, std::int64_t otherwise,
                                    std::int64_t least) {
  const TomlValue* value = in_->find(key);
  return value == nullptr ? otherwise : to_size(key, *value, least);
}

Result<Axes> Layer::sizes_of(std::string_view key, std::int64_t least) {
  Axes sizes;
  const TomlValue* value = in_->find(key);
  if (value == nullptr) return sizes;
  const auto* list = std::get_if<TomlValue::List>(&value->data);
  if (list == nullptr) return Axes{TRY(to_size(key, *value, least))};
  if (list->size() > most_axes) return in_->malformed(key, "has too many sizes");
  for (const TomlValue& one : *list) sizes.push_back(TRY(to_size(key, one, least)));
  return sizes;
}

Result<Axes> Layer::axes_or(std::string_view key, std::size_t axes, std::int64_t otherwise,
                            std::int64_t least) {
  if (!in_->has(key)) return Axes(axes, otherwise);
  const Axes sizes = TRY(sizes_of(key, least));
  if (!in_->holds_list(key)) return Axes(axes, sizes[0]);
  if (sizes.size() == axes) return sizes;
  return in_->malformed(key, fmt::format("has {} sizes for {} axes", sizes.size(), axes),
                        axes == 2 ? "write [height, width]" : "write one for all axes");
}

Result<bool> Layer::flag_or(std::string_view key, bool otherwise) {
  const TomlValue* value = in_->find(key);
  if (value == nullptr) return otherwise;
  const TomlValue& found = resolved(*value);
  if (const auto* flag = std::get_if<bool>(&found.data)) return *flag;
  return in_->malformed(key, "is neither true nor false");
}

Result<std::string> Layer::word_or(std::string_view key, std::string_view otherwise) {
  const TomlValue* value = in_->find(key);
  if (value == nullptr) return std::string(otherwise);
  constexpr std::size_t longest = 64;
  const auto* word = std::get_if<std::string>(&resolved(*value).data);
  if (word != nullptr && word->size() <= longest) return *word;
  return in_->malformed(key, word == nullptr ? "is not text" : "is longer than 64 characters");
}

Result<std::string> Layer::choice_or(std::string_view key, std::string_view otherwise,
                                     std::span<const std::string_view> words) {
  const std::string word = TRY(word_or(key, otherwise));
  if (std::ranges::find(words, word) != words.end()) return word;
  return in_->malformed(key, fmt::format("is \"{}\"", to_printable(word)),
                        "write " + one_of(words));
}

const TomlValue* Layer::find_pad() {
  const TomlValue* value = in_->find("pad");
  if (value != nullptr) return &resolved(*value);
  return scope_->defaults.pad ? &*scope_->defaults.pad : nullptr;
}

Result<std::vector<std::vector<const TomlTable*>>> Layer::branches(std::string_view key) {
  std::vector<std::vector<const TomlTable*>> branches;
  const auto not_lists = [&] {
    return in_->malformed(key, "is not a list of branches, each a list of layers",
                          fmt::format("write {} = [[{{...}}], [{{...}}, {{...}}]]", key));
  };
  const TomlValue* value = in_->find(key);
  const auto* list = value == nullptr ? nullptr : std::get_if<TomlValue::List>(&value->data);
  if (list == nullptr) return not_lists();
  for (const TomlValue& branch : *list) {
    const auto* layers = std::get_if<TomlValue::List>(&branch.data);
    if (layers == nullptr) return not_lists();
    branches.emplace_back();
    for (const TomlValue& layer : *layers) {
      const auto* table = std::get_if<TomlValue::Table>(&layer.data);
      if (table == nullptr) return not_lists();
      branches.back().push_back(table->get());
    }
  }
  if (branches.size() < 2) return in_->malformed(key, "has fewer than two branches");
  return branches;
}

namespace {

/// "norm activation conv".
Result<std::vector<std::string>> read_order(Layer& in, const std::vector<std::string>& around) {
  if (!in.has("order")) return around;
  std::vector<std::string> order;
  const std::string text = TRY(in.word_or("order", ""));
  for (const std::string_view word : split(text, ' ')) {
    if (!word.empty()) order.emplace_back(word);
  }
  std::vector<std::string> sorted = order;
  std::ranges::sort(sorted);
  if (sorted == std::vector<std::string>{"activation", "conv", "norm"}) return order;
  return in.toml().malformed("order", "is no order of conv, norm and activation",
                             "write \"conv norm activation\", \"norm activation conv\", ...");
}

}  // namespace

Result<Defaults> read_defaults(Layer& in, Defaults around) {
  if (in.has("bias")) around.bias = TRY(in.flag_or("bias", true));
  around.norm = TRY(in.word_or("norm", around.norm));
  around.activation = TRY(in.word_or("activation", around.activation));
  if (const TomlValue* pad = in.toml().find("pad")) {
    const auto* list = std::get_if<TomlValue::List>(&pad->data);
    if (list != nullptr && list->size() > most_axes) {
      return in.toml().malformed("pad", "has too many sizes");
    }
    around.pad = *pad;
  }
  around.order = TRY(read_order(in, around.order));
  return around;
}

}  // namespace pfsday::recipe
