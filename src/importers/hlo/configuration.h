// Fields of the configuration of a custom call, however it is written:
//
//   {"gemm_backend_config":{"alpha_real":1,"epilogue":"BIAS"}}       JSON
//   "{\"alpha_real\":1}"                                             JSON in quotes
//   {attn_heads = 32 : i64, is_training = true}                      attributes of MLIR
#pragma once

#include <optional>
#include <string_view>

#include "importers/hlo/attributes.h"

namespace pfsday::hlo {

class Configuration {
 public:
  explicit Configuration(std::string_view text) : text_(text) {}

  /// The first field of that name; empty if there is none. Texts without their quotes.
  std::string_view text(std::string_view name) const;
  std::optional<std::int64_t> integer(std::string_view name) const;
  std::optional<double> real(std::string_view name) const;
  /// Of a list, the whole numbers in it; none if there is no such field.
  std::optional<Axes> integers(std::string_view name) const;

 private:
  std::size_t find(std::string_view name) const;

  std::string_view text_;
};

}  // namespace pfsday::hlo
