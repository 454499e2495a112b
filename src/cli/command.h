// What a command is: one file in commands/ that defines one constant with the file's own name.
//
//   constexpr Option options[] = {
//       {.name = "--by", .value = "op|layer", .doc = "what one row stands for"},
//       {.name = "--bind", .value = "NAME=VALUE", .doc = "size of a dimension", .repeated = true},
//       {.name = "--json", .doc = "print JSON"},
//   };
//   Result<int> run(Session& session, const Args& args) {
//     const std::string_view by = args.choice("--by");
//     ...
//     session.print(text);
//     return 0;
//   }
//   constexpr auto all = join_options(options, step_options);  // with those that commands share
//   extern constinit const Command count{.name = "count", .usage = "count MODEL [options]", ...};
//
// Help, parsing, completion and tests walk the table of them all.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pfsday::cli {

class Session;
class Args;

struct Option {
  std::string_view name;  ///< "--json", or "-o,--output" where there is a short form
  /// Empty for a flag; "FILE" for free text; "op|layer|type", in lower case, where only these
  /// words may be given: the first is what `Args::choice` returns when the option is absent.
  std::string_view value = {};
  std::string_view doc;
  bool repeated = false;  ///< may be given more than once
  int words = 1;          ///< that follow one use of it: 2 for the value "A B"
};

/// Lists of options as one.
template <std::size_t... sizes>
constexpr std::array<Option, (sizes + ...)> join_options(const Option (&... lists)[sizes]) {
  std::array<Option, (sizes + ...)> all = {};
  std::size_t count = 0;
  const auto add = [&](const auto& list) {
    for (const Option& option : list) all.at(count++) = option;
  };
  (add(lists), ...);
  return all;
}

struct Command {
  std::string_view name;
  /// `count MODEL [options]`. The words between name and [options] state how many positional
  /// arguments there are: MODEL is needed, [CODE] may be absent, RUN... is one or more, [FILE...]
  /// any number.
  std::string_view usage;
  std::string_view summary;       ///< one sentence
  std::string_view details = {};  ///< more for `pfsday VERB --help`; paragraphs end with \n
  std::string_view example;       ///< a line that a newcomer can run: "pfsday convert 15T"
  std::span<const Option> options;
  Result<int> (*run)(Session&, const Args&);  ///< the exit code, or a fault
};

/// Every command, in the order in which help shows them.
std::span<const Command* const> commands();

/// The words of one command line, checked against its Command. Names must be options of the
/// command.
class Args {
 public:
  struct Given {
    const Option* option = nullptr;
    std::vector<std::string> values = {};  ///< of a flag: one for each time it is given
  };

  Args(std::vector<std::string> positionals, std::vector<Given> given)
      : positionals_(std::move(positionals)), given_(std::move(given)) {}

  std::span<const std::string> positionals() const { return positionals_; }
  /// The i-th positional argument, which the usage says is there.
  std::string_view positional(std::size_t i) const { return positionals_.at(i); }

  bool flag(std::string_view name) const { return !all(name).empty(); }
  std::optional<std::string_view> value(std::string_view name) const;
  std::span<const std::string> all(std::string_view name) const { return find(name).values; }
  /// One of the words of Option::value; the first when the option is absent.
  std::string_view choice(std::string_view name) const;

 private:
  const Given& find(std::string_view name) const;

  std::vector<std::string> positionals_;
  std::vector<Given> given_;
};

/// The value of an option as a text of its own.
std::optional<std::string> find_text(const Args& args, std::string_view name);

/// True if `name` is one of the names in "-o,--output".
bool has_name(const Option& option, std::string_view name);

/// The words of a value such as "op|layer"; empty where the value is free text.
std::vector<std::string_view> choices_of(const Option& option);

}  // namespace pfsday::cli
