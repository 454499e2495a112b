#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace pfsday::cli {
namespace {

constexpr std::string_view introduction =
    "pfsday measures the compute used to train AI models, by counting operations and by hardware "
    "time; it compares the two, and shows the arithmetic of every figure.";
constexpr std::string_view next_steps =
    "Next: `pfsday VERB --help` shows the options of a verb, `pfsday explain PFD204` says more "
    "about "
    "a message, `pfsday --version` prints the version.";

constexpr std::size_t example_count = 3;
constexpr std::size_t widest_name = 30;  // a longer one has its own line
constexpr std::size_t widest_text = 100;

std::string paragraph(std::string_view text, std::size_t width) {
  std::string out;
  for (const std::string& line : wrap(text, width)) out += line + "\n";
  return out;
}

/// "  name    text", the text wrapped beside the name.
std::string entry(std::string_view name, std::string_view text, std::size_t name_width,
                  std::size_t width) {
  const std::size_t indent = name_width + 4;
  std::string out = fmt::format("  {}", name);
  bool own_line = name.size() > name_width;
  for (const std::string& line : wrap(text, width > indent + 20 ? width - indent : 20)) {
    const std::size_t used = own_line ? 0 : 2 + name.size();
    if (own_line) out += '\n';
    out += fmt::format("{:{}}{}", "", indent - used, line);
    own_line = true;
  }
  return out + "\n";
}

std::string written(const Option& option) {
  std::string text;
  for (const std::string_view name : split(option.name, ',')) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
  }
  if (!option.value.empty()) text += fmt::format(" {}", option.value);
  return text;
}

std::string described(const Option& option) {
  std::string text(option.doc);
  if (option.repeated) text += "; may be repeated";
  if (const auto choices = choices_of(option); !choices.empty()) {
    text += fmt::format(" (default: {})", choices.front());
  }
  return text;
}

}  // namespace

std::string help(std::size_t width) {
  width = std::min(width, widest_text);
  std::size_t name_width = 0;
  for (const Command* command : commands()) name_width = std::max(name_width, command->name.size());
  std::string text = paragraph(introduction, width) + "\nUsage: pfsday VERB [options]\n\nVerbs\n";
  for (const Command* command : commands()) {
    text += entry(command->name, command->summary, name_width, width);
  }
  text += "\nExamples\n";
  for (const Command* command : commands().first(std::min(example_count, commands().size()))) {
    text += fmt::format("  {}\n", command->example);
  }
  return text + "\n" + paragraph(next_steps, width);
}

std::string help_of(const Command& command, std::size_t width) {
  width = std::min(width, widest_text);
  std::string text =
      fmt::format("{}\nUsage: pfsday {}\n", paragraph(command.summary, width), command.usage);
  if (!command.details.empty()) text += "\n" + paragraph(trim(command.details), width);
  std::vector<Option> options(command.options.begin(), command.options.end());
  options.push_back({.name = "-h,--help", .doc = "show this help"});
  std::size_t name_width = 0;
  for (const Option& option : options) {
    const std::size_t size = written(option).size();
    if (size <= widest_name) name_width = std::max(name_width, size);
  }
  text += "\nOptions\n";
  for (const Option& option : options) {
    text += entry(written(option), described(option), name_width, width);
  }
  return text + fmt::format("\nExample\n  {}\n", command.example);
}

}  // namespace pfsday::cli
