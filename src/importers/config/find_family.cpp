#include <algorithm>
#include <cctype>

#include "importers/config/family.h"

namespace pfsday::config {
namespace {

/// "gpt_neox" and "GPTNeoX" alike: letters and digits, in lower case.
std::string to_bare(std::string_view name) {
  std::string bare;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) bare += static_cast<char>(std::tolower(byte));
  }
  return bare;
}

/// "LlamaForCausalLM" to "llama".
std::string family_of_class(std::string_view architecture) {
  for (const std::string_view end : {"For", "LMHead", "Model", "DoubleHeads", "WithProjection"}) {
    const std::size_t at = architecture.rfind(end);
    if (at != std::string_view::npos && at > 0) architecture = architecture.substr(0, at);
  }
  return to_bare(architecture);
}

const Family* find_by(auto is_meant) {
  for (const FamilyGroup* group : family_groups()) {
    for (const Family& family : group->families) {
      if (std::ranges::any_of(family.model_types, is_meant)) return &family;
    }
  }
  return nullptr;
}

}  // namespace

const Family* find_family(std::string_view model_type) {
  return find_by([&](std::string_view name) { return name == model_type; });
}

const Family* find_family(const Keys& in) {
  const std::string type = in.text_or("model_type|_class_name", "");
  if (const Family* family = find_family(type)) return family;
  const std::vector<std::string> classes = in.texts("architectures");
  if (!type.empty()) return nullptr;
  if (classes.empty()) return in.has("ssm_cfg") ? find_family("mamba_ssm") : nullptr;
  const std::string bare = family_of_class(classes.front());
  return find_by([&](std::string_view name) { return to_bare(name) == bare; });
}

std::vector<std::string_view> known_model_types() {
  std::vector<std::string_view> types;
  for (const FamilyGroup* group : family_groups()) {
    for (const Family& family : group->families) {
      types.insert(types.end(), family.model_types.begin(), family.model_types.end());
    }
  }
  std::ranges::sort(types);
  return types;
}

}  // namespace pfsday::config
