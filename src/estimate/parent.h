// A run that another one builds on: its weights to start from, weights merged in, a teacher.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml.h"
#include "estimate/factor.h"
#include "estimate/view.h"

namespace pfsday::estimate {

enum class Relation : std::uint8_t { init, merge, distill };
std::string_view to_string(Relation relation);
/// init-parent, merge-parent, distill-teacher: under which a view counts it.
Purpose purpose_of(Relation relation);

struct Parent {
  Relation relation = Relation::init;
  std::string name = {};                     ///< as the file states it; empty: that of its run
  std::string path = {};                     ///< of its run file, relative to this one; or else
  std::string id = {};                       ///< in the bundled catalogue; or else
  std::optional<Uncertain> operations = {};  ///< of its training, with a name
  std::string note = {};
  std::vector<Judgement> judgements = {};
  Place place = {};
};

/// A table of [[lineage]].
Result<Parent> read_parent(const TomlTable& table);

}  // namespace pfsday::estimate
