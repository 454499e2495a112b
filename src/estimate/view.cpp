#include "estimate/view.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "estimate/read.h"
#include "estimate/view_files.h"

namespace pfsday::estimate {
namespace {

constexpr std::string_view view_schema = "pfsday.view/1";
constexpr std::string_view treatments[] = {"in", "out", "usually-in", "usually-out", "judgement"};

Result<std::vector<Purpose>> read_purposes(TomlReader& in) {
  std::vector<Purpose> purposes;
  for (const std::string& code : TRY(in.find_texts("purposes"))) {
    const auto purpose = find_purpose(code);
    if (!purpose) return in.malformed("purposes", fmt::format("names \"{}\"", code));
    purposes.push_back(*purpose);
  }
  return purposes;
}

Result<ViewRule> read_rule(const TomlTable& table) {
  TomlReader in(table, "rule");
  ViewRule rule{.purposes = TRY(read_purposes(in))};
  constexpr std::string_view passes[] = {"training", "forward"};
  rule.passes = find_passes(TRY(find_word(in, "passes", passes)));
  const std::string_view counts = TRY(find_word(in, "counts", treatments));
  if (counts.empty()) return in.missing("counts");
  rule.counts = Treatment(std::ranges::find(treatments, counts) - treatments);
  rule.why = TRY(in.text("why"));
  rule.section = TRY(in.text("section"));
  TRY(in.finish());
  return rule;
}

/// The rules for a purpose and kind of passes.
std::vector<const ViewRule*> rules_for(const View& view, Purpose purpose, Passes passes) {
  std::vector<const ViewRule*> found;
  for (const ViewRule& rule : view.rules) {
    const bool fits = !rule.passes || *rule.passes == passes;
    if (fits && std::ranges::find(rule.purposes, purpose) != rule.purposes.end()) {
      found.push_back(&rule);
    }
  }
  return found;
}

/// Exactly one rule for everything there is.
Result<void> check_rules(const View& view) {
  for (const std::string_view code : purpose_codes()) {
    for (const Passes passes : {Passes::training, Passes::forward}) {
      const std::size_t rules = rules_for(view, *find_purpose(code), passes).size();
      if (rules == 1) continue;
      return fail(Code::run_malformed, fmt::format("view {} has {} rules for {} ({} passes)",
                                                   view.id, rules, code, to_string(passes)));
    }
  }
  return {};
}

std::vector<View> read_views() {
  std::vector<View> all;
  for (const EmbeddedFile& file : view_files()) {
    all.push_back(in_file(file.path, parse_view(file.contents)).value());
  }
  return all;
}

Result<Judgement> read_judgement(const TomlTable& table) {
  TomlReader in(table, "judgement");
  Judgement judgement{.place = table.place};
  judgement.view = TRY(in.text_or("view", ""));
  if (!judgement.view.empty()) {
    TRY(at_place(in.find("view")->place, find_view(judgement.view)));
  }
  if (!in.has("counted")) return in.missing("counted", "true or false");
  judgement.counted = TRY(in.flag_or("counted", false));
  judgement.why = TRY(in.text("why"));
  if (trim(judgement.why).empty()) return in.malformed("why", "is empty", "say why");
  TRY(in.finish());
  return judgement;
}

/// The judgement for this view, else the one for every view that leaves it open.
const Judgement* find_judgement(const Subject& subject, std::string_view view) {
  const Judgement* found = nullptr;
  for (const Judgement& one : subject.judgements) {
    if (one.view == view) return &one;
    if (one.view.empty()) found = &one;
  }
  return found;
}

std::unexpected<Error> lacks_judgement(const View& view, const Subject& subject,
                                       const ViewRule& rule) {
  return fail_at(subject.place, Code::judgement_missing,
                 fmt::format("\"{}\" ({}) lacks a judgement: the rules of {} leave it open ({})",
                             subject.name, to_string(subject.purpose), view.id, rule.why),
                 "say judgement = [{counted = true or false, why = \"...\"}]");
}

Decision judged(const Judgement& judgement) {
  return {.counted = judgement.counted, .judged = true, .why = judgement.why};
}

Decision ruled(const ViewRule& rule, bool counted) {
  return {.counted = counted, .why = rule.why, .section = rule.section};
}

}  // namespace

Result<View> parse_view(std::string_view toml) {
  const TomlTable document = TRY(parse_toml(toml));
  TomlReader in(document, "view");
  if (TRY(in.text("schema")) != view_schema) return in.malformed("schema", "is not pfsday.view/1");
  View view;
  view.id = TRY(in.text("id"));
  view.title = TRY(in.text("title"));
  view.about = TRY(in.text("about"));
  view.source = TRY(in.text("source"));
  view.url = TRY(in.text("url"));
  const auto read = TRY(find_date(in, "read"));
  if (!read) return in.missing("read");
  view.read = *read;
  for (const TomlTable* table : TRY(in.find_tables("rule"))) {
    view.rules.push_back(TRY(read_rule(*table)));
  }
  TRY(in.finish());
  TRY(check_rules(view));
  return view;
}

std::span<const View> views() {
  static const std::vector<View> all = read_views();
  return all;
}

Result<const View*> find_view(std::string_view id) {
  std::vector<std::string_view> ids;
  for (const View& view : views()) {
    if (view.id == id) return &view;
    ids.emplace_back(view.id);
  }
  const std::string_view near = nearest(id, ids);
  return fail(Code::view_unknown, fmt::format("there is no view \"{}\"", id),
              near.empty() ? fmt::format("they are: {}", fmt::join(ids, ", "))
                           : fmt::format("did you mean \"{}\"?", near));
}

Result<std::vector<Judgement>> read_judgements(TomlReader& in) {
  std::vector<Judgement> all;
  for (const TomlTable* table : TRY(in.find_tables("judgement"))) {
    Judgement one = TRY(read_judgement(*table));
    if (std::ranges::find(all, one.view, &Judgement::view) != all.end()) {
      return fail_at(table->place, Code::run_malformed,
                     one.view.empty() ? "two judgements for every view"
                                      : fmt::format("two judgements for {}", one.view),
                     "keep one of them");
    }
    all.push_back(std::move(one));
  }
  return all;
}

bool leaves_out(const View& view, Purpose purpose, Passes passes) {
  const Treatment counts = rules_for(view, purpose, passes).front()->counts;
  return counts == Treatment::out || counts == Treatment::usually_out;
}

Result<Decision> decide(const View& view, const Subject& subject) {
  const ViewRule& rule = *rules_for(view, subject.purpose, subject.passes).front();
  const Judgement* const judgement = find_judgement(subject, view.id);
  const bool is_for_this_view = judgement != nullptr && !judgement->view.empty();
  if (rule.counts == Treatment::judgement) {
    if (judgement == nullptr) return lacks_judgement(view, subject, rule);
    return judged(*judgement);
  }
  const bool counted = rule.counts == Treatment::in || rule.counts == Treatment::usually_in;
  if (!is_for_this_view) return ruled(rule, counted);
  if (rule.counts == Treatment::usually_in || rule.counts == Treatment::usually_out) {
    return judged(*judgement);
  }
  return fail_at(judgement->place, Code::run_malformed,
                 fmt::format("the rules of {} settle that \"{}\" ({}) is {}", view.id, subject.name,
                             to_string(subject.purpose), counted ? "in" : "out"),
                 "leave the judgement out");
}

}  // namespace pfsday::estimate
