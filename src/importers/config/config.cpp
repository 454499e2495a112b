// Configurations as model hubs publish them, config.json: a JSON object whose "model_type" names a
// family of models, and whose other keys give its sizes. It becomes the graph of one pass.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "base/text.h"
#include "importers/config/family.h"
#include "importers/importer.h"

namespace pfsday::importers {
namespace {

using namespace pfsday::config;
using graph::ElementType;

/// Tokens of a pass at most: products of a few sizes then fit 64 bits.
constexpr std::int64_t most_tokens = std::int64_t{1} << 38U;
constexpr std::int64_t most_pixels = 1 << 16;  ///< of a side

bool recognizes(Bytes head) {
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '{') return false;
  for (const std::string_view key :
       {"\"model_type\"", "\"architectures\"", "\"_class_name\"", "\"ssm_cfg\""}) {
    if (text.find(key) != std::string_view::npos) return true;
  }
  return false;
}

std::unexpected<Error> unknown_type(const Keys& in) {
  if (auto fault = in.take_fault()) return fail(*std::move(fault));
  const std::string type = in.text_or("model_type|_class_name", "");
  if (type.empty()) {
    return fail(Code::configuration_incomplete, "the configuration has no \"model_type\"");
  }
  const std::string_view near = nearest(type, known_model_types());
  return fail(Code::model_type_unknown,
              fmt::format("the family \"{}\" is not known", to_printable(type)),
              near.empty() ? "docs/configurations.md lists the known ones"
                           : fmt::format("\"{}\" is spelled most like it", near));
}

Task task_of(const Keys& in) {
  const std::vector<std::string> classes = in.texts("architectures");
  if (classes.empty()) return Task::generate;
  const std::string& name = classes.front();
  const auto has = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  if (has("ForSequenceClassification") || has("ForImageClassification")) return Task::classify;
  if (has("ForTokenClassification")) return Task::classify_tokens;
  if (has("ForQuestionAnswering")) return Task::answer;
  if (has("ForMaskedLM") || has("ForPreTraining") || has("ForMaskedImageModeling")) {
    return Task::pretrain;
  }
  const bool is_headless = name.ends_with("Model") && !has("LMHead") && !has("DoubleHeads");
  return is_headless ? Task::none : Task::generate;
}

ElementType element_of(const Keys& in) {
  const std::string name = in.text_or("torch_dtype|dtype", "float32");
  for (const auto& [known, element] : {std::pair{"float32", ElementType::f32},
                                       {"float16", ElementType::f16},
                                       {"bfloat16", ElementType::bf16},
                                       {"float64", ElementType::f64},
                                       {"half", ElementType::f16},
                                       {"float", ElementType::f32}}) {
    if (name == known) return element;
  }
  in.refuse("torch_dtype", fmt::format("is \"{}\"", to_printable(name)));
  return ElementType::f32;
}

struct OpenSizes {
  std::vector<std::string> needed = {};  ///< in the order in which they are asked for
  std::vector<std::string> optional = {};
};

OpenSizes sizes_of(Takes takes, const ImportOptions& options) {
  const bool is_whole = !options.lengths.empty() || options.generation.has_value();
  OpenSizes sizes;
  (is_whole ? sizes.optional : sizes.needed).emplace_back("batch");
  if (takes == Takes::audio_and_target) {
    const bool is_bound = options.dimensions.contains("seq");
    (is_bound ? sizes.optional : sizes.needed).emplace_back("target");
    if (is_bound) sizes.optional.emplace_back("seq");
  } else if (takes != Takes::image && !is_whole) {
    sizes.needed.emplace_back("seq");
  }
  for (const char* side : {"height", "width"}) {
    if (takes == Takes::sized_image_and_text) sizes.needed.emplace_back(side);
    if (takes == Takes::tiled_image_and_text) sizes.optional.emplace_back(side);
  }
  if (takes == Takes::text) sizes.optional.emplace_back("masked");
  if (takes == Takes::source_and_target) sizes.optional.emplace_back("target");
  return sizes;
}

std::vector<std::string> unbound(const std::vector<std::string>& names,
                                 const ImportOptions& options) {
  std::vector<std::string> open;
  for (const std::string& name : names) {
    if (!options.dimensions.contains(name)) open.push_back(name);
  }
  return open;
}

std::int64_t usual_size(std::string_view name) {
  for (const auto& [known, usual] : {std::pair<std::string_view, std::int64_t>{"batch", 1},
                                     {"target", 448},
                                     {"height", 448},
                                     {"width", 448}}) {
    if (name == known) return usual;
  }
  return 2048;
}

/// All that are missing at once, and the way without any.
std::unexpected<Error> missing_sizes(const std::vector<std::string>& names) {
  std::string bindings;
  for (const std::string& name : names) {
    bindings += fmt::format(" --bind {}={}", name, usual_size(name));
  }
  return fail(Code::dimension_unbound,
              fmt::format("the configuration needs a size for \"{}\"", fmt::join(names, "\", \"")),
              fmt::format("pass{}, or --symbolic for a formula in them", bindings));
}

class Import {
 public:
  Import(const Keys& in, const Family& family, const ImportOptions& options)
      : in_(in), family_(family), options_(options), element_(element_of(in)) {}

  Result<Model> run() {
    TRY(check_options());
    const std::vector<Pass> passes = TRY(passes_of());
    Network net(model_.graph, element_, options_);
    net.task = task_of(in_);
    Values outputs;
    for (const Pass& pass : passes) {
      net.pass = pass;
      net.begin_pass();
      if (passes.size() > 1) net.stage = &pass == passes.data() ? "prompt" : "answer";
      const Values of_pass = family_.build(net, in_);
      outputs.insert(outputs.end(), of_pass.begin(), of_pass.end());
      for (const Value beside : std::exchange(net.side_outputs, {})) outputs.push_back(beside);
      if (auto fault = in_.take_fault()) return fail(*std::move(fault));
      if (auto fault = net.builder().take_fault()) return fail(*std::move(fault));
    }
    finish(net, std::move(outputs));
    return std::move(model_);
  }

 private:
  Result<void> check_options();
  Result<std::vector<Pass>> passes_of();
  Result<Pass> first_pass();
  std::int64_t size(std::string_view name, std::int64_t otherwise) const {
    const auto found = options_.dimensions.find(name);
    return found == options_.dimensions.end() ? otherwise : found->second;
  }
  void finish(Network& net, Values outputs);

  const Keys& in_;
  const Family& family_;
  const ImportOptions& options_;
  ElementType element_;
  Model model_;
};

Result<void> Import::check_options() {
  const bool is_decoder = family_.takes == Takes::tokens;
  const bool is_packable = is_decoder || family_.takes == Takes::text;
  const auto refuse = [](std::string_view option) {
    return fail(Code::configuration_unsupported,
                fmt::format("{} is not for models of this family", option));
  };
  if (!options_.lengths.empty() && !is_packable) return refuse("--lengths");
  if (options_.generation && !is_decoder) return refuse("--generate");
  if (options_.past && !is_decoder) return refuse("--past");
  if (options_.generation && !options_.lengths.empty()) {
    return fail(Code::usage, "--generate and --lengths exclude each other");
  }
  return {};
}

Result<Pass> Import::first_pass() {
  const OpenSizes sizes = sizes_of(family_.takes, options_);
  if (const auto open = unbound(sizes.needed, options_); !open.empty()) {
    return missing_sizes(open);
  }
  for (const auto* names : {&sizes.needed, &sizes.optional}) {
    model_.used_bindings.insert(model_.used_bindings.end(), names->begin(), names->end());
  }
  for (const std::string& name : model_.used_bindings) {
    if (size(name, 1) >= 1) continue;
    return fail(Code::binding_malformed,
                fmt::format("\"{}\" is bound to 0: there is no pass", name),
                "bind it to at least 1");
  }
  const std::int64_t seq = size("seq", 1);
  Pass pass{.batch = size("batch", 1), .length = seq, .source = seq};
  const bool has_target =
      family_.takes == Takes::source_and_target || family_.takes == Takes::audio_and_target;
  if (has_target) pass.length = size("target", seq);
  pass.masked = size("masked", 0);
  pass.image_height = size("height", 0);
  pass.image_width = size("width", 0);
  if (pass.image_height > most_pixels || pass.image_width > most_pixels) {
    return fail(Code::limit_exceeded,
                fmt::format("an image of {} x {} pixels is larger than {} x {}", pass.image_height,
                            pass.image_width, most_pixels, most_pixels));
  }
  return pass;
}

/// Lengths of sequences that are packed: what they make together is the length of the pass.
Result<void> pack(const std::vector<std::int64_t>& lengths, Pass& pass) {
  pass.length = 0;
  for (const std::int64_t length : lengths) {
    if (length < 1 || length > most_tokens || pass.length > most_tokens) {
      return fail(Code::limit_exceeded, fmt::format("a packed sequence of {} tokens", length));
    }
    pass.length += length;
  }
  pass.lengths = lengths;
  return {};
}

Result<std::vector<Pass>> Import::passes_of() {
  Pass pass = TRY(first_pass());
  if (!options_.lengths.empty()) TRY(pack(options_.lengths, pass));
  if (options_.past) {
    pass.past = *options_.past;
    model_.used_bindings.emplace_back("past");
  }
  std::vector<Pass> passes = {pass};
  if (const auto& generation = options_.generation) {
    passes.front().length = generation->prompt;
    passes.front().only_last_logits = true;
    if (generation->tokens > 1) {
      Pass answer = pass;
      answer.batch *= generation->samples;
      answer.past = pass.past + generation->prompt;
      answer.length = generation->tokens - 1;
      passes.push_back(answer);
    }
  }
  for (const Pass& one : passes) {
    const bool fits = one.batch >= 0 && one.length >= 0 && one.batch <= most_tokens &&
                      one.length <= most_tokens && one.past <= most_tokens &&
                      one.source <= most_tokens && one.masked <= most_tokens &&
                      units::Count(one.batch) * one.source <= most_tokens &&
                      units::Count(one.batch) * one.masked <= most_tokens &&
                      units::Count(one.batch) * one.length <= most_tokens;
    if (!fits) {
      return fail(Code::limit_exceeded, fmt::format("a pass of {} x {} tokens, after {}, is more "
                                                    "than 2^38",
                                                    one.batch, one.length, one.past));
    }
  }
  return passes;
}

std::string describe(const Generation& generation) {
  return fmt::format(
      "Generation: each prompt of {} tokens is read once, and gives the first of {} tokens; each "
      "of "
      "{} answers reads the others one by one with a cache. Bytes are those of each weight read "
      "once in either part.",
      generation.prompt, generation.tokens, generation.samples);
}

void Import::finish(Network& net, Values outputs) {
  model_.format = "config";
  model_.node_count = model_.graph.origins().size() - 1;
  model_.graph.set_outputs(std::move(outputs));
  model_.parameters.active = net.weight_count() - net.inactive();
  model_.parameters.beside = net.beside();
  if (options_.capacity_factor && !net.has_banks()) {
    model_.notes.emplace_back("No layer has experts: --capacity has no use.");
  }
  if (options_.generation) model_.notes.push_back(describe(*options_.generation));
  for (std::string& note : net.take_notes()) model_.notes.push_back(std::move(note));
  if (const std::vector<std::string> unused = in_.unused(); !unused.empty()) {
    model_.notes.push_back("Keys without a use here: " + join(unused, ", ") + ".");
  }
}

struct Document {
  Json json;
  const Family* family = nullptr;
};

Result<Document> read_document(Bytes file) {
  Document document;
  document.json = TRY(parse_json({reinterpret_cast<const char*>(file.data()), file.size()}));
  if (!document.json.is_object()) return fail(Code::model_malformed, "the file is no JSON object");
  const Keys in(document.json);
  document.family = find_family(in);
  if (document.family == nullptr) return unknown_type(in);
  return document;
}

Result<Model> read(Bytes file, const ImportOptions& options) {
  const Document document = TRY(read_document(file));
  const Keys in(document.json);
  find_family(in);  // its keys have a use
  return Import(in, *document.family, options).run();
}

Result<std::vector<std::string>> find_open(Bytes file, const ImportOptions& options) {
  const Document document = TRY(read_document(file));
  return unbound(sizes_of(document.family->takes, options).needed, options);
}

constexpr std::string_view extensions[] = {"/config.json"};

}  // namespace

extern constinit const Importer config{
    .name = "config",
    .doc =
        "Configurations of models as hubs publish them (config.json): see docs/configurations.md.",
    .extensions = extensions,
    .recognizes = recognizes,
    .read = read,
    .find_open = find_open};

}  // namespace pfsday::importers
