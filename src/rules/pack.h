// Rule packs: lines of laws that training compute can cross, each a row of a file in data/rules.
//
//   const std::vector<Pack> packs = TRY(read_packs());
//   const auto chosen = TRY(select_rules(packs, "eu,us-ca/frontier-model"));
//   chosen[0].rule->line.text          // "1e23"
//
// A pack says what the law says, with its status and where that was read; it decides nothing.
// Schema pfsday.rules/1, docs/rules.md lists the keys. Faults: rules_malformed, rule_unknown.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "rules/exact.h"
#include "units/date.h"

namespace pfsday::rules {

enum class Status {
  in_force,
  pending,    ///< adopted, not yet in force
  rescinded,  ///< no longer in force
  disputed,   ///< sources contradict each other on what it says
  to_verify,  ///< no primary source was read
};
std::string_view to_string(Status status);

enum class Comparator {
  greater,   ///< the line itself is below
  at_least,  ///< the line itself is above
};
/// "more than", "at least".
std::string_view to_string(Comparator comparator);

/// A number of operations with the text that states it: "1e25/3".
struct Line {
  std::string text = {};
  Exact value = {};
};

/// Where the line is a share of the compute of the model that was modified.
struct Share {
  std::string basis = {};           ///< view of the original's compute
  std::string systemic_basis = {};  ///< ... of one above `systemic_line` by this view
  Line systemic_line = {};
  Line unknown = {};           ///< the line where the original's compute cannot be known
  Line unknown_systemic = {};  ///< ... and the original has systemic risk
};

struct Rule {
  std::string id = {};
  std::string title = {};
  std::string instrument = {};
  std::string article = {};
  Status status = Status::in_force;
  std::optional<units::Date> from = {};  ///< first day in force
  std::optional<units::Date> to = {};    ///< first day no longer in force
  std::string basis = {};                ///< the view whose total is compared (data/views)
  Comparator comparator = Comparator::greater;
  Line line = {};  ///< operations; with `share`, a share
  std::optional<Share> share = {};
  std::vector<std::string> conditions = {};  ///< beside the compute, for people to judge
  std::string consequence = {};
  std::string source = {};    ///< URL of the text of the law
  units::Date read = {};      ///< day on which this row was last held against its evidence
  std::string evidence = {};  ///< what was read: the text itself, or accounts of it
  std::string note = {};

  bool in_force_on(units::Date day) const;
};

struct Pack {
  std::string id = {};
  std::string title = {};
  std::string jurisdiction = {};
  std::string version = {};
  std::vector<Rule> rules = {};
};

Result<Pack> parse_pack(std::string_view toml);

/// The bundled packs, by id.
Result<std::vector<Pack>> read_packs();

struct Chosen {
  const Pack* pack = nullptr;
  const Rule* rule = nullptr;

  std::string id() const { return pack->id + "/" + rule->id; }
};

/// `names`: packs ("eu") and rules ("eu/systemic-risk") between commas; all of them if empty. Each
/// rule once, in the order of the packs.
Result<std::vector<Chosen>> select_rules(const std::vector<Pack>& packs, std::string_view names);

}  // namespace pfsday::rules
