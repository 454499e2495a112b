#include "importers/hlo/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace pfsday::hlo {
namespace {

/// Instructions of which the text in parentheses is no list of operands.
bool has_contents(std::string_view op) { return op == "constant" || op == "parameter"; }

/// Bytes of text for each instruction: in dumps with little metadata, of the others there are
/// fewer.
constexpr std::size_t usual_length = 80;

class Parser {
 public:
  explicit Parser(std::string_view text) : in_(text) {
    module_.text = text;
    module_.instructions.reserve(text.size() / usual_length);
  }

  Result<Module> run() && {
    TRY(header());
    bool has_entry = false;
    for (in_.skip_space(); !in_.at_end(); in_.skip_space()) {
      if (skip_table()) continue;
      const bool is_entry = in_.take_word("ENTRY");
      if (is_entry && has_entry) return fail(in_.fault("the program has two entries"));
      if (is_entry) module_.entry = module_.computations.size();
      has_entry |= is_entry;
      if (!has_entry) module_.entry = module_.computations.size();  // the last one, without ENTRY
      TRY(computation());
      while (!inner_.empty()) TRY(inner_computation());
    }
    if (module_.computations.empty()) {
      return fail(fault_at(module_.text, module_.text.size(), Code::model_truncated,
                           "the program has no computation",
                           "the file is cut off: write it again"));
    }
    hand_out_instructions();
    return std::move(module_);
  }

 private:
  /// To the computations: by now they stay where they are.
  void hand_out_instructions() {
    std::size_t first = 0;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      module_.computations[i].instructions =
          std::span(module_.instructions).subspan(first, ends_[i] - first);
      first = ends_[i];
    }
  }

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

  /// Appends one of that name, which begins here.
  Result<Computation*> add_computation(std::string_view name, std::size_t offset) {
    const auto index = static_cast<std::uint32_t>(module_.computations.size());
    module_.computations.push_back({.name = name, .offset = offset});
    if (module_.names.add(name, index)) return &module_.computations.back();
    return fail(fault_at(module_.text, offset, Code::model_malformed,
                         fmt::format("computation \"{}\" is defined twice", name)));
  }

  Result<void> computation() {
    in_.skip_space();
    const std::size_t first = in_.offset();
    const std::string_view name = TRY(in_.name("a computation"));
    Computation& into = *TRY(add_computation(name, first));
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
    TRY(body(into));
    std::vector<AttributeText> rest;  // execution_thread="host"
    return attributes(rest);
  }

  /// One that stands in the braces of an attribute: to_apply={ a = f32[] parameter(0) ... }
  Result<void> inner_computation() {
    const Inner inner = inner_.back();
    inner_.pop_back();
    const Cursor behind = in_;
    in_ = Cursor(module_.text, inner.offset);
    in_.take('{');
    Computation* const into = TRY(add_computation(inner.name, inner.offset));
    TRY(body(*into));
    in_ = behind;
    return {};
  }

  /// Notes those that the attributes of an instruction hold, and writes their names instead.
  void find_inner(const Computation& outer, const Instruction& one) {
    for (AttributeText& attribute : attributes_) {
      const bool holds_one = attribute.value.starts_with('{') && attribute.value.ends_with('}') &&
                             attribute.value.find('=') != attribute.value.npos &&
                             is_calling(attribute.name);
      if (!holds_one) continue;
      const std::string_view name = module_.made_names.emplace_back(
          fmt::format("{}/{}/{}", outer.name, one.name, attribute.name));
      const auto offset = static_cast<std::size_t>(attribute.value.data() - module_.text.data());
      inner_.push_back({name, offset});
      attribute.value = name;
    }
  }

  Result<void> body(Computation& into) {
    TRY(instructions(into));
    TRY(number_parameters(into));
    ends_.push_back(module_.instructions.size());
    return {};
  }

  Result<void> instructions(Computation& into) {
    names_.clear();
    parameters_.clear();
    bool has_root = false;
    for (size_ = 0; !in_.take('}'); ++size_) {
      if (in_.at_end()) {
        return fail(in_.truncated(fmt::format("computation \"{}\"", into.name)));
      }
      if (in_.peek() == 'R' && in_.take_word("ROOT")) {
        if (has_root) {
          return fail(in_.fault(fmt::format("computation \"{}\" has two roots", into.name)));
        }
        has_root = true;
        into.root = size_;
      }
      TRY(instruction(into));
    }
    if (size_ == 0) {
      return fail(in_.fault(fmt::format("computation \"{}\" has no instruction", into.name)));
    }
    if (!has_root) into.root = size_ - 1;
    return {};
  }

  Result<void> instruction(const Computation& into) {
    Instruction one;
    in_.skip_space();
    one.offset = in_.offset();
    one.name = TRY(in_.name("an instruction"));
    if (!in_.take('=')) {
      if (in_.at_end()) return fail(in_.truncated("an instruction"));
      return fail(in_.fault(fmt::format("instruction \"{}\" has no = after it", one.name)));
    }
    one.type = TRY(module_.types.read(in_));
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
      if (one.op == "parameter") parameters_.push_back(size_);
    } else {
      TRY(operands(one));
    }
    attributes_.clear();
    TRY(attributes(attributes_));
    find_inner(into, one);
    one.attributes = module_.their_attributes.keep(attributes_);
    one.number = static_cast<std::uint32_t>(module_.instructions.size());
    if (!names_.add(one.name, size_)) {
      return fail(fault_at(module_.text, one.offset, Code::model_malformed,
                           fmt::format("\"{}\" is defined twice in \"{}\"", one.name, into.name)));
    }
    module_.instructions.push_back(one);
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
    const std::size_t count = parameters_.size();
    const std::size_t first = module_.instructions.size() - size_;
    into.parameters.assign(count, ~std::uint32_t{0});
    for (const std::uint32_t i : parameters_) {
      const Instruction& one = module_.instructions[first + i];
      std::size_t number = count;
      std::from_chars(one.contents.data(), one.contents.data() + one.contents.size(), number);
      if (number >= count || into.parameters[number] != ~std::uint32_t{0}) {
        return fail(fault_at(module_.text, one.offset, Code::model_malformed,
                             fmt::format("parameter({}) of \"{}\": its {} parameters are not "
                                         "numbered 0 to {}",
                                         one.contents, into.name, count, count - 1)));
      }
      into.parameters[number] = i;
    }
    return {};
  }

  struct Inner {
    std::string_view name;
    std::size_t offset = 0;  ///< of its brace
  };

  Cursor in_;
  Module module_;
  std::vector<Inner> inner_;       ///< to be read
  std::vector<std::size_t> ends_;  ///< of computations, in the list of all instructions
  // Of the computation being read:
  TextTable names_;
  std::uint32_t size_ = 0;  ///< instructions so far
  std::vector<std::uint32_t> parameters_;
  // Of the instruction being read:
  std::vector<std::uint32_t> operands_;
  std::vector<AttributeText> attributes_;
};

constexpr std::string_view calling[] = {"to_apply",
                                        "calls",
                                        "body",
                                        "condition",
                                        "true_computation",
                                        "false_computation",
                                        "branch_computations",
                                        "called_computations",
                                        "select",
                                        "scatter"};

std::string_view find_in(std::span<const AttributeText> attributes, std::string_view name) {
  for (const AttributeText& one : attributes) {
    if (one.name == name) return one.value;
  }
  return {};
}

}  // namespace

bool is_calling(std::string_view attribute) {
  return std::ranges::find(calling, attribute) != std::end(calling);
}

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
