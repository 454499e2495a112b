// Named sets: selections of the bundled catalogue that reproduce a published trend, each a file in
// data/sets (docs/methods.md explains their keys).
//
//   const PointSet set = TRY(find_set("2018-chart"));
//   const auto systems = TRY(systems_of(set, TRY(estimate::catalogue_rows())));
//
// Systems without a printed figure have no compute unless the set states what implies it: a factor
// times the figure of another system. Such a system is marked.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "estimate/row.h"
#include "trend/system.h"

namespace pfsday::trend {

struct Implied {
  std::string id = {};
  double times = 0;
  std::string of = {};  ///< the id of the other system
};

/// The same set with some systems left out, fitted beside it.
struct Variant {
  std::string name = {};
  std::vector<std::string> leave_out = {};  ///< ids
};

/// What was published about the set.
struct Published {
  double doubling_months = 0;
  std::string source = {};
  std::string url = {};
};

enum class Unit { operations, pfs_days };

struct PointSet {
  std::string id = {};
  std::string title = {};
  std::string name = {};         ///< of the set without a variant, beside those of its variants
  std::string tag = {};          ///< of the rows that belong to it
  std::string rule = {};         ///< how they were selected, in words
  std::string vintage = {};      ///< as of when the figures stand
  std::string credit = {};       ///< whose figures they are
  Unit unit = Unit::operations;  ///< for people; fits are always in operations
  std::vector<Implied> implied = {};
  std::vector<Variant> variants = {};
  std::optional<Published> published = {};
};

Result<PointSet> parse_set(std::string_view toml);

/// An embedded set. Fault set_unknown.
Result<PointSet> find_set(std::string_view id);

/// The rows with the set's tag, by date; with compute where they have a figure, printed or implied.
/// Fault run_input_missing: a figure is implied by a row that has none.
Result<std::vector<System>> systems_of(const PointSet& set, std::span<const estimate::Row> rows);

}  // namespace pfsday::trend
