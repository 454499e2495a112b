#include "importers/hlo/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>

namespace pfsday::hlo {
namespace {

/// Instructions of which the text in parentheses is no list of operands.
bool has_contents(std::string_view op) { return op == "constant" || op == "parameter"; }

/// The instructions of one computation by name: a table that is used again for the next one.
class Names {
 public:
  void clear() {
    used_ = 0;
    ++round_;
  }

  /// False if the name is there already.
  bool add(std::string_view name, std::uint32_t instruction) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    Slot& slot = slot_of(name);
    if (slot.round == round_) return false;
    slot = {name, instruction, round_};
    ++used_;
    return true;
  }

  std::optional<std::uint32_t> find(std::string_view name) {
    const Slot& slot = slot_of(name);
    return slot.round == round_ ? std::optional(slot.instruction) : std::nullopt;
  }

 private:
  struct Slot {
    std::string_view name = {};
    std::uint32_t instruction = 0;
    std::uint32_t round = 0;  ///< of the computation that has the name; 0: of none
  };

  /// Where the name is, or is to be.
  Slot& slot_of(std::string_view name) {
    std::size_t i = std::hash<std::string_view>()(name);
    for (;; ++i) {
      Slot& slot = slots_[i & (slots_.size() - 1)];
      if (slot.round != round_ || slot.name == name) return slot;
    }
  }

  void grow() {
    std::vector<Slot> before(2 * slots_.size());
    std::swap(slots_, before);
    for (const Slot& slot : before) {
      if (slot.round == round_) slot_of(slot.name) = slot;
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(1024);
  std::size_t used_ = 0;
  std::uint32_t round_ = 1;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : in_(text) { module_.text = text; }

  Result<Module> run() && {
    TRY(header());
    bool has_entry = false;
    for (in_.skip_space(); !in_.at_end(); in_.skip_space()) {
      if (skip_table()) continue;
      const bool is_entry = in_.take_word("ENTRY");
      if (is_entry) module_.entry = module_.computations.size();
      has_entry |= is_entry;
      TRY(computation());
    }
    if (module_.computations.empty()) {
      return fail(fault_at(module_.text, module_.text.size(), Code::model_truncated,
                           "the program has no computation",
                           "the file is cut off: write it again"));
    }
    if (!has_entry) module_.entry = module_.computations.size() - 1;
    return std::move(module_);
  }

 private:
  Result<void> header() {
    if (!in_.take_word("HloModule")) return {};
    module_.name = TRY(in_.name("the module"));
    return attributes(module_.attributes);
  }

  /// Tables of files and lines, which new versions write before the computations: lines that begin
  /// with a number.
  bool skip_table() {
    for (const std::string_view title :
         {"FileNames", "FunctionNames", "FileLocations", "StackFrames"}) {
      if (!in_.take_word(title)) continue;
      for (in_.skip_space(); in_.peek() >= '0' && in_.peek() <= '9'; in_.skip_space()) {
        in_.skip_line();
      }
      return true;
    }
    return false;
  }

  /// , NAME=VALUE, ...
  Result<void> attributes(std::vector<AttributeText>& list) {
    for (;;) {
      in_.skip_blanks();
      if (in_.peek() != ',') return {};
      in_.take(',');
      AttributeText attribute;
      in_.skip_space();
      const std::size_t first = in_.offset();
      attribute.name = TRY(in_.name("an attribute"));
      if (!in_.take('=')) {
        return fail(fault_at(module_.text, first, Code::model_malformed,
                             fmt::format("attribute \"{}\" has no value", attribute.name)));
      }
      attribute.value = TRY(in_.value());
      list.push_back(attribute);
    }
  }

  Result<void> computation() {
    module_.computations.emplace_back();
    Computation& into = module_.computations.back();
    in_.skip_space();
    into.offset = in_.offset();
    into.name = TRY(in_.name("a computation"));
    in_.skip_space();
    if (in_.peek() == '(') {
      TRY(in_.balanced());
      if (!in_.take('-') || !in_.take('>')) {
        return fail(in_.fault(fmt::format("computation \"{}\" has no result type", into.name)));
      }
      TRY(skip_type(in_));
    }
    if (!in_.take('{')) {
      if (in_.at_end()) return fail(in_.truncated("a computation"));
      return fail(in_.fault(fmt::format("computation \"{}\" has no body in braces", into.name),
                            in_.take_word("HloModule") ? "a file holds one module" : ""));
    }
    names_.clear();
    TRY(body(into));
    TRY(number_parameters(into));
    std::vector<AttributeText> rest;  // execution_thread="host"
    return attributes(rest);
  }

  Result<void> body(Computation& into) {
    bool has_root = false;
    while (!in_.take('}')) {
      if (in_.at_end()) {
        return fail(in_.truncated(fmt::format("computation \"{}\"", into.name)));
      }
      if (in_.take_word("ROOT")) {
        has_root = true;
        into.root = static_cast<std::uint32_t>(into.instructions.size());
      }
      TRY(instruction(into));
    }
    if (into.instructions.empty()) {
      return fail(in_.fault(fmt::format("computation \"{}\" has no instruction", into.name)));
    }
    if (!has_root) into.root = static_cast<std::uint32_t>(into.instructions.size() - 1);
    return {};
  }

  Result<void> instruction(Computation& into) {
    Instruction one;
    in_.skip_space();
    one.offset = in_.offset();
    one.name = TRY(in_.name("an instruction"));
    if (!in_.take('=')) {
      if (in_.at_end()) return fail(in_.truncated("an instruction"));
      return fail(in_.fault(fmt::format("instruction \"{}\" has no = after it", one.name)));
    }
    in_.skip_space();
    one.type = TRY(parse_type(in_));
    one.op = TRY(in_.name("an operation"));
    in_.skip_space();
    if (in_.peek() != '(') {
      if (in_.at_end()) return fail(in_.truncated("an instruction"));
      return fail(
          in_.fault(fmt::format("operation \"{}\" has no operands in parentheses", one.op)));
    }
    if (has_contents(one.op)) {
      const std::string_view text = TRY(in_.balanced());
      one.contents = text.substr(1, text.size() - 2);
    } else {
      TRY(operands(one));
    }
    attributes_.clear();
    TRY(attributes(attributes_));
    one.attributes = module_.their_attributes.keep(attributes_);
    one.number = module_.instructions++;
    if (!names_.add(one.name, static_cast<std::uint32_t>(into.instructions.size()))) {
      return fail(fault_at(module_.text, one.offset, Code::model_malformed,
                           fmt::format("\"{}\" is defined twice in \"{}\"", one.name, into.name)));
    }
    into.instructions.push_back(std::move(one));
    return {};
  }

  /// (NAME, TYPE NAME, ...)
  Result<void> operands(Instruction& one) {
    in_.take('(');
    if (in_.take(')')) return {};
    operands_.clear();
    do {
      in_.skip_space();
      std::size_t first = in_.offset();
      if (in_.peek() == '(') {
        TRY(in_.balanced());
        in_.skip_space();
        first = in_.offset();
      }
      std::string_view name = TRY(in_.name("an operand"));
      if (in_.peek() == '[') {  // that was its type
        in_ = Cursor(in_.text(), first);
        TRY(skip_type(in_));
        in_.skip_space();
        first = in_.offset();
        name = TRY(in_.name("an operand"));
      }
      const auto found = names_.find(name);
      if (!found) {
        return fail(
            fault_at(module_.text, first, Code::model_malformed,
                     fmt::format("\"{}\" is not defined before \"{}\" uses it", name, one.name),
                     "operands stand above, in the same computation"));
      }
      operands_.push_back(*found);
    } while (in_.take(','));
    one.operands = module_.operands.keep(operands_);
    if (in_.take(')')) return {};
    if (in_.at_end()) return fail(in_.truncated("a list of operands"));
    return fail(in_.fault(fmt::format("the operands of \"{}\" have no closing )", one.name)));
  }

  Result<void> number_parameters(Computation& into) {
    std::vector<std::uint32_t> found;
    for (std::uint32_t i = 0; i < into.instructions.size(); ++i) {
      if (into.instructions[i].op == "parameter") found.push_back(i);
    }
    into.parameters.assign(found.size(), ~std::uint32_t{0});
    for (const std::uint32_t i : found) {
      const Instruction& one = into.instructions[i];
      std::size_t number = found.size();
      std::from_chars(one.contents.data(), one.contents.data() + one.contents.size(), number);
      if (number >= found.size() || into.parameters[number] != ~std::uint32_t{0}) {
        return fail(fault_at(module_.text, one.offset, Code::model_malformed,
                             fmt::format("parameter({}) of \"{}\": its {} parameters are not "
                                         "numbered 0 to {}",
                                         one.contents, into.name, found.size(), found.size() - 1)));
      }
      into.parameters[number] = i;
    }
    return {};
  }

  Cursor in_;
  Module module_;
  Names names_;  ///< of the computation being read
  std::vector<std::uint32_t> operands_;
  std::vector<AttributeText> attributes_;
};

std::string_view find_in(std::span<const AttributeText> attributes, std::string_view name) {
  for (const AttributeText& one : attributes) {
    if (one.name == name) return one.value;
  }
  return {};
}

}  // namespace

std::string_view Instruction::find(std::string_view attribute) const {
  return find_in(attributes, attribute);
}
std::string_view Module::find(std::string_view attribute) const {
  return find_in(attributes, attribute);
}
Result<Module> parse_module(std::string_view text) { return Parser(text).run(); }

bool begins_as_hlo(std::string_view head) {
  Cursor in(head);
  if (in.take_word("HloModule")) return true;
  in.take_word("ENTRY");
  if (!in.name("a computation")) return false;
  in.skip_space();
  if (in.peek() == '(' && (!in.balanced() || !in.take('-') || !in.take('>') || !skip_type(in))) {
    return false;
  }
  if (!in.take('{')) return false;
  in.take_word("ROOT");
  return in.name("an instruction") && in.take('=') && parse_type(in) && in.name("an operation") &&
         in.take('(');
}

}  // namespace pfsday::hlo
