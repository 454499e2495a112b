// Prints docs/ops.md: every primitive, from the table that the product itself uses.
#include <fmt/format.h>

#include <cstdio>

#include "ops/primitive.h"

namespace pfsday::ops {
namespace {

std::string inputs_of(const Kind& kind) {
  return fmt::format("{}{}", kind.inputs, kind.variadic ? " or more" : "");
}

std::string_view cost_of(const Primitive& primitive) {
  switch (primitive.cost) {
    case Cost::work:
      return "counted";
    case Cost::movement:
      return "movement";
    case Cost::uncounted:
      return "uncounted";
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

/// A row for each primitive, with the first line of its text; then the texts that have more.
void print_family(const PrimitiveFamily& family) {
  fmt::print("\n## {}\n\n| name | inputs | cost | gradient | |\n|---|---|---|---|---|\n",
             family.title);
  for (const Primitive& p : family.primitives) {
    const std::string_view text = trimmed(p.kind.doc);
    fmt::print("| `{}` | {} | {} | {} | {} |\n", p.kind.name, inputs_of(p.kind), cost_of(p),
               p.derive != nullptr ? "yes" : "none", text.substr(0, text.find('\n')));
  }
  for (const Primitive& p : family.primitives) {
    const std::string_view text = trimmed(p.kind.doc);
    const std::size_t rest = text.find("\n");
    if (rest == std::string_view::npos) continue;
    fmt::print("\n### {}\n\n```text\n{}\n```\n", p.kind.name, trimmed(text.substr(rest)));
  }
}

}  // namespace
}  // namespace pfsday::ops

int main() {
  using namespace pfsday::ops;
  fmt::print(
      "# Primitives\n\n"
      "Generated from `src/ops/defs` by `pfsday_ops_doc`; do not edit.\n\n"
      "Every model is counted as a graph of these. A *counted* primitive has the work that its\n"
      "text states; *movement* copies or renames elements, without arithmetic; an *uncounted* one\n"
      "makes the result a lower bound. Adds, multiplies, divisions, specials (exp, log, root, "
      "...)\n"
      "and compares are separate counters; a subtraction is an add.\n");
  for (const PrimitiveFamily* family : families()) {
    print_family(*family);
  }
}
