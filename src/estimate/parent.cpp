#include "estimate/parent.h"

#include <algorithm>

#include "estimate/amount.h"
#include "estimate/read.h"

namespace pfsday::estimate {
namespace {

constexpr std::string_view relations[] = {"init", "merge", "distill"};

Result<Relation> read_relation(TomlReader& in) {
  const std::string_view word = TRY(find_word(in, "relation", relations));
  if (word.empty()) return in.missing("relation", "one of init, merge, distill");
  return Relation(std::ranges::find(relations, word) - relations);
}

/// By path, by id, or by its compute alone.
Result<void> read_target(TomlReader& in, Parent& parent) {
  constexpr std::string_view keys[] = {"run", "id", "flop"};
  const std::string_view key = TRY(find_one_of(in, keys));
  if (key.empty()) {
    return in.missing("run", "the path of its run file, or \"id\" in the catalogue, or \"flop\"");
  }
  parent.path = TRY(in.text_or("run", ""));
  parent.id = TRY(in.text_or("id", ""));
  parent.operations = TRY(find_amount(in, "flop", measure::operations));
  parent.name = key == "flop" ? TRY(in.text("name")) : TRY(in.text_or("name", ""));
  return {};
}

}  // namespace

std::string_view to_string(Relation relation) {
  return relations[static_cast<std::size_t>(relation)];
}

Purpose purpose_of(Relation relation) {
  constexpr Purpose purposes[] = {Purpose::init_parent, Purpose::merge_parent,
                                  Purpose::distill_teacher};
  return purposes[static_cast<std::size_t>(relation)];
}

Result<Parent> read_parent(const TomlTable& table) {
  TomlReader in(table, "lineage");
  Parent parent{.relation = TRY(read_relation(in)), .place = table.place};
  TRY(read_target(in, parent));
  parent.note = TRY(in.text_or("note", ""));
  parent.judgements = TRY(read_judgements(in));
  TRY(in.finish());
  return parent;
}

}  // namespace pfsday::estimate
