#include "estimate/purpose.h"

#include <algorithm>
#include <iterator>

namespace pfsday::estimate {
namespace {

constexpr std::string_view codes[] = {"pretrain",
                                      "midtrain",
                                      "sft",
                                      "preference",
                                      "rl-update",
                                      "rl-rollout",
                                      "synthetic-private",
                                      "synthetic-public",
                                      "distill-teacher",
                                      "init-parent",
                                      "merge-parent",
                                      "auxiliary",
                                      "recompute",
                                      "evaluation",
                                      "exploration",
                                      "failed"};
static_assert(std::size(codes) == purpose_count);

constexpr std::string_view passes_words[] = {"training", "forward"};

template <class Enum>
std::optional<Enum> find_word(std::span<const std::string_view> words, std::string_view word) {
  const auto found = std::ranges::find(words, word);
  if (found == words.end()) return std::nullopt;
  return Enum(found - words.begin());
}

}  // namespace

std::span<const std::string_view> purpose_codes() { return codes; }

std::string_view to_string(Purpose purpose) { return codes[static_cast<std::size_t>(purpose)]; }

std::optional<Purpose> find_purpose(std::string_view code) {
  return find_word<Purpose>(codes, code);
}

std::string_view to_string(Passes passes) { return passes_words[static_cast<std::size_t>(passes)]; }

std::optional<Passes> find_passes(std::string_view word) {
  return find_word<Passes>(passes_words, word);
}

bool generates(Purpose purpose) {
  return purpose == Purpose::rl_rollout || purpose == Purpose::synthetic_private ||
         purpose == Purpose::synthetic_public;
}

std::optional<Passes> usual_passes(Purpose purpose) {
  if (purpose == Purpose::distill_teacher) return std::nullopt;
  const bool forward =
      generates(purpose) || purpose == Purpose::recompute || purpose == Purpose::evaluation;
  return forward ? Passes::forward : Passes::training;
}

}  // namespace pfsday::estimate
