#include "cli/parse.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <utility>

#include "base/text.h"

namespace pfsday::cli {
namespace {

struct Arity {
  std::size_t least = 0;
  std::size_t most = 0;
};

/// How many positional arguments a usage such as "fit [FILE...] [options]" asks for.
Arity arity_of(const Command& command) {
  Arity arity;
  for (const std::string_view word : split(command.usage.substr(command.name.size()), ' ')) {
    if (word.empty() || word == "[options]") continue;
    if (!word.starts_with('[')) ++arity.least;
    if (word.find("...") != std::string_view::npos)
      return {arity.least, std::numeric_limits<std::size_t>::max()};
    ++arity.most;
  }
  return arity;
}

std::unexpected<Error> usage_fault(const Command& command, std::string what,
                                   std::string hint = {}) {
  if (hint.empty()) hint = fmt::format("usage: pfsday {}", command.usage);
  return fail(Code::usage, fmt::format("{}: {}", command.name, what), std::move(hint));
}

bool is_negative_number(std::string_view word) {
  return word.size() > 1 && (word[1] == '.' || (word[1] >= '0' && word[1] <= '9'));
}

std::unexpected<Error> unknown_option(const Command& command, std::string_view word) {
  std::vector<std::string_view> names{"--help"};
  for (const Option& option : command.options) {
    for (const std::string_view name : split(option.name, ',')) names.push_back(name);
  }
  word = word.substr(0, word.find('='));
  const std::string_view near = nearest(word, names);
  return usage_fault(command, fmt::format("unknown option {}", word),
                     near.empty()
                         ? fmt::format("`pfsday {} --help` lists its options", command.name)
                         : fmt::format("did you mean {}?", near));
}

/// What CLI11 left over, in order: positional arguments, unknown options and `--`.
Result<std::vector<std::string>> take_positionals(const Command& command,
                                                  std::vector<std::string> words) {
  const auto mark = std::ranges::find(words, "--");
  for (auto word = words.begin(); word != mark; ++word) {
    const bool option = word->starts_with('-') && *word != "-" && !is_negative_number(*word);
    if (option) return unknown_option(command, *word);
  }
  if (mark != words.end()) words.erase(mark);
  const Arity arity = arity_of(command);
  if (words.size() < arity.least) return usage_fault(command, "an argument is missing");
  if (words.size() > arity.most) {
    return usage_fault(command, fmt::format("unexpected argument \"{}\"", words[arity.most]));
  }
  return words;
}

Result<void> check_values(const Command& command, const Args::Given& given) {
  const Option& option = *given.option;
  if (option.value.empty()) return {};
  if (given.values.size() % static_cast<std::size_t>(option.words) != 0) {
    return usage_fault(
        command, fmt::format("{} needs {} values: {}", option.name, option.words, option.value));
  }
  if (std::cmp_greater(given.values.size(), option.words) && !option.repeated) {
    return usage_fault(command, fmt::format("{} is given more than once", option.name));
  }
  const auto choices = choices_of(option);
  for (const std::string& value : given.values) {
    if (choices.empty() || std::ranges::find(choices, value) != choices.end()) continue;
    const std::string_view near = nearest(value, choices);
    return usage_fault(command,
                       fmt::format("{} {}: it must be one of {}", option.name, value, option.value),
                       near.empty() ? std::string() : fmt::format("did you mean {}?", near));
  }
  return {};
}

/// Whether a word may be a use of the option: "--by", "--by=op", "-oFILE".
bool is_mentioned(const Option& option, std::span<const std::string> words) {
  const std::vector<std::string_view> names = split(option.name, ',');
  return std::ranges::any_of(words, [&](const std::string& word) {
    return std::ranges::any_of(names,
                               [&](std::string_view name) { return word.starts_with(name); });
  });
}

CLI::Option* add(CLI::App& app, const Option& option) {
  const std::string name(option.name);
  CLI::Option* added = option.value.empty() ? app.add_flag(name)->disable_flag_override()
                                            : app.add_option(name)->expected(option.words);
  return added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
}

/// CLI11 takes the word after `--by=` for its value, so an empty value is refused before it.
Result<void> refuse_empty_values(const Command& command, std::span<const std::string> words) {
  for (const std::string& word : words) {
    if (word == "--") break;
    if (word.starts_with("--") && word.find('=') == word.size() - 1) {
      return usage_fault(command, fmt::format("{} needs a value", word));
    }
  }
  return {};
}

std::unexpected<Error> parse_fault(const Command& command, const std::string& last_word,
                                   const CLI::ParseError& fault) {
  for (const Option& option : command.options) {
    if (has_name(option, last_word) && !option.value.empty()) {
      return usage_fault(command, fmt::format("{} needs a value: {}", last_word, option.value));
    }
  }
  return usage_fault(command, fault.what());
}

}  // namespace

Result<Args> parse(const Command& command, std::span<const std::string> words) {
  TRY(refuse_empty_values(command, words));
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  // CLI11 compares each option with all others, which takes time: it gets to know few.
  std::vector<CLI::Option*> added;
  for (const Option& option : command.options) {
    added.push_back(is_mentioned(option, words) ? add(app, option) : nullptr);
  }
  try {
    app.parse(
        std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 wants the last first
  } catch (const CLI::ParseError& fault) {
    return parse_fault(command, words.back(), fault);
  }
  std::vector<Args::Given> given;
  for (std::size_t i = 0; i < added.size(); ++i) {
    given.push_back({.option = &command.options[i]});
    if (added[i] != nullptr) given.back().values = added[i]->results();
    TRY(check_values(command, given.back()));
  }
  return Args(TRY(take_positionals(command, app.remaining())), std::move(given));
}

}  // namespace pfsday::cli
