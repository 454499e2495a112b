// What `pfsday rules` says: the rules of the packs, their status, lines and sources.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "report/grid.h"
#include "rules/pack.h"

namespace pfsday::report {

Grid rules_grid(std::span<const rules::Chosen> chosen);

/// Instrument and article, conditions, consequence, note and source of one rule.
std::string rule_text(const rules::Chosen& chosen, std::size_t width);
/// What stands below the title: the part that `check --explain` shows too.
std::string rule_conditions(const rules::Rule& rule, std::size_t width);

/// The document pfsday.rules/1.
std::string rules_json(std::span<const rules::Chosen> chosen);

}  // namespace pfsday::report
