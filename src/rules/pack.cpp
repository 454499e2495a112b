#include "rules/pack.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/toml.h"
#include "rules/rule_files.h"

namespace pfsday::rules {
namespace {

constexpr std::string_view schema = "pfsday.rules/1";

constexpr std::pair<std::string_view, Status> statuses[] = {
    {"in force", Status::in_force},   {"pending", Status::pending},
    {"rescinded", Status::rescinded}, {"disputed", Status::disputed},
    {"to verify", Status::to_verify},
};
constexpr std::pair<std::string_view, Comparator> comparators[] = {
    {"more than", Comparator::greater},
    {"at least", Comparator::at_least},
};

template <class Value, std::size_t size>
std::string_view name_of(const std::pair<std::string_view, Value> (&names)[size], Value value) {
  return std::ranges::find(names, value, &std::pair<std::string_view, Value>::second)->first;
}

template <class Value, std::size_t size>
Result<Value> one_of(TomlReader& in, std::string_view key,
                     const std::pair<std::string_view, Value> (&names)[size]) {
  const std::string text = TRY(in.text(key));
  std::vector<std::string> known;
  for (const auto& [name, value] : names) {
    if (name == text) return value;
    known.push_back(fmt::format("\"{}\"", name));
  }
  return in.malformed(key, fmt::format("cannot be \"{}\"", text), "one of " + join(known, ", "));
}

Result<std::optional<units::Date>> find_day(TomlReader& in, std::string_view key) {
  const auto text = TRY(in.find_text(key));
  if (!text) return std::nullopt;
  return TRY(units::parse_date(*text));
}

Result<units::Date> day(TomlReader& in, std::string_view key) {
  const auto found = TRY(find_day(in, key));
  if (found) return *found;
  return in.missing(key);
}

Result<Line> line(TomlReader& in, std::string_view key) {
  Line line{.text = TRY(in.text(key))};
  line.value = TRY(at_place(in.place(), parse_exact(line.text)));
  return line;
}

Result<std::optional<Share>> find_share(TomlReader& rule) {
  const TomlTable* table = TRY(rule.find_table("share"));
  if (table == nullptr) return std::nullopt;
  TomlReader in(*table, "share");
  Share share;
  share.basis = TRY(in.text("basis"));
  share.systemic_basis = TRY(in.text("systemic_basis"));
  share.systemic_line = TRY(line(in, "systemic_line"));
  share.unknown = TRY(line(in, "unknown"));
  share.unknown_systemic = TRY(line(in, "unknown_systemic"));
  TRY(in.finish());
  return share;
}

Result<Rule> parse_rule(const TomlTable& table) {
  TomlReader in(table, "rule");
  Rule rule;
  rule.id = TRY(in.text("id"));
  rule.title = TRY(in.text("title"));
  rule.instrument = TRY(in.text("instrument"));
  rule.article = TRY(in.text("article"));
  rule.status = TRY(one_of(in, "status", statuses));
  rule.from = TRY(find_day(in, "from"));
  rule.to = TRY(find_day(in, "to"));
  rule.basis = TRY(in.text("basis"));
  rule.comparator = TRY(one_of(in, "comparator", comparators));
  rule.line = TRY(line(in, "line"));
  rule.share = TRY(find_share(in));
  rule.conditions = TRY(in.find_texts("conditions"));
  rule.consequence = TRY(in.text("consequence"));
  rule.source = TRY(in.text("source"));
  rule.read = TRY(day(in, "read"));
  rule.evidence = TRY(in.text("evidence"));
  rule.note = TRY(in.text_or("note", ""));
  TRY(in.finish());
  return rule;
}

Result<void> check_schema(TomlReader& in) {
  const std::string found = TRY(in.text("schema"));
  if (found == schema) return {};
  return in.malformed("schema", fmt::format("\"{}\" is not \"{}\"", found, schema));
}

Result<Pack> read_pack(TomlReader& in) {
  TRY(check_schema(in));
  Pack pack;
  pack.id = TRY(in.text("id"));
  pack.title = TRY(in.text("title"));
  pack.jurisdiction = TRY(in.text("jurisdiction"));
  pack.version = TRY(in.text("version"));
  for (const TomlTable* table : TRY(in.find_tables("rule"))) {
    pack.rules.push_back(TRY(parse_rule(*table)));
  }
  TRY(in.finish());
  return pack;
}

std::unexpected<Error> unknown_rule(std::string_view name, const std::vector<Chosen>& all,
                                    const std::vector<Pack>& packs) {
  std::vector<std::string> names;
  for (const Pack& pack : packs) names.push_back(pack.id);
  const std::string known = "the packs are " + join(names, ", ");
  for (const Chosen& one : all) names.push_back(one.id());
  const std::vector<std::string_view> views(names.begin(), names.end());
  const std::string_view near = nearest(name, views);
  return fail(Code::rule_unknown, fmt::format("there is no rule or pack \"{}\"", name),
              near.empty() ? known : fmt::format("did you mean \"{}\"?", near));
}

}  // namespace

std::string_view to_string(Status status) { return name_of(statuses, status); }
std::string_view to_string(Comparator comparator) { return name_of(comparators, comparator); }

bool Rule::in_force_on(units::Date day) const {
  if (status == Status::rescinded && !to) return false;
  return (!from || *from <= day) && (!to || day < *to);
}

Result<Pack> parse_pack(std::string_view toml) {
  const TomlTable document = TRY(parse_toml(toml));
  TomlReader in(document, "rules");
  Result<Pack> pack = read_pack(in);
  if (!pack) pack.error().code = Code::rules_malformed;
  return pack;
}

Result<std::vector<Pack>> read_packs() {
  std::vector<Pack> packs;
  for (const EmbeddedFile& file : rule_files()) {
    packs.push_back(TRY(in_file(file.path, parse_pack(file.contents))));
  }
  return packs;
}

Result<std::vector<Chosen>> select_rules(const std::vector<Pack>& packs, std::string_view names) {
  std::vector<Chosen> all;
  for (const Pack& pack : packs) {
    for (const Rule& rule : pack.rules) all.push_back({&pack, &rule});
  }
  if (names.empty()) return all;
  std::vector<std::string_view> wanted;
  for (const std::string_view part : split(names, ',')) {
    wanted.push_back(trim(part));
    const bool is_known = std::ranges::any_of(all, [&](const Chosen& one) {
      return one.pack->id == wanted.back() || one.id() == wanted.back();
    });
    if (!is_known) return unknown_rule(wanted.back(), all, packs);
  }
  std::erase_if(all, [&](const Chosen& one) {
    return std::ranges::count(wanted, one.pack->id) + std::ranges::count(wanted, one.id()) == 0;
  });
  return all;
}

}  // namespace pfsday::rules
