// Which column of a published table holds what. Tables name the same thing in many ways, and each
// vintage of the same table in another; this is the one place that knows them.
//
//   const auto column = find_column(heading, Field::compute);   // index of "training_compute_flop"
//
// Headings are compared without case, spaces and punctuation. docs/tables.md lists them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace pfsday::trend {

enum class Field : std::uint8_t {
  name,
  date,
  compute,
  parameters,
  data,
  cost,
  power,
  domain,
  organization,
  country,
  tags,
  notability,
  frontier,
  record,
  base_model,
  hardware,
  chips,
  hours,
  utilization,
  low,  ///< of compute, as is high
  high,
  confidence,
  method,
};
inline constexpr std::size_t field_count = std::to_underlying(Field::method) + 1;

struct FieldColumns {
  Field field = Field::name;
  std::string_view word;  ///< what messages call it
  /// The headings it goes by, each without case and punctuation, separated by spaces. Of several
  /// that a table has, the first here is read.
  std::string_view headings;
};

std::span<const FieldColumns> field_columns();
const FieldColumns& columns_of(Field field);

/// "Training compute (FLOP)" -> "trainingcomputeflop".
std::string bare_heading(std::string_view heading);

/// The column that goes by a usual heading of the field.
std::optional<std::size_t> find_column(std::span<const std::string> heading, Field field);

/// That column, or the one the caller names.
/// Fault column_missing, which lists the columns; `option`, if any, is how the user can name it.
Result<std::size_t> require_column(std::span<const std::string> heading, Field field,
                                   const std::optional<std::string>& named,
                                   std::string_view option);

}  // namespace pfsday::trend
