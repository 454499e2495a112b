// The GGUF importer, versions 1 to 3, of either byte order.
//
//   "GGUF"
//   version       u32, whose byte order is that of the file
//   tensors       u64 (version 1: u32, as all lengths and sizes)
//   keys          u64
//   each key      text; type u32; value. A text is its length and bytes; an array the type of its
//                 elements, their number, and those
//   each tensor   tensors.h
//   padding to general.alignment (32), then the tensors, each aligned
#include <fmt/format.h>

#include <bit>
#include <charconv>

#include "base/text.h"
#include "importers/gguf/metadata.h"
#include "importers/gguf/tensors.h"

namespace pfsday::importers {
namespace {

using pfsday::gguf::Cursor;
using pfsday::gguf::find_natural;
using pfsday::gguf::find_of_architecture;
using pfsday::gguf::find_text;
using pfsday::gguf::Metadata;

constexpr std::string_view magic = "GGUF";
constexpr std::uint32_t newest_version = 3;

bool begins_as_gguf(Bytes head) {
  return head.size() >= magic.size() &&
         std::string_view(reinterpret_cast<const char*>(head.data()), magic.size()) == magic;
}

/// Also finds the byte order.
Result<void> read_version(Cursor& in) {
  const auto written = TRY(in.read<std::uint32_t>("the version"));
  const bool is_swapped = written > newest_version && std::byteswap(written) <= newest_version;
  const std::uint32_t version = is_swapped ? std::byteswap(written) : written;
  if (version == 0 || version > newest_version) {
    return in.malformed(fmt::format("GGUF version {} is not known", written));
  }
  in.set_layout(is_swapped, version);
  return {};
}

Result<std::uint64_t> alignment_of(const Metadata& metadata) {
  const std::uint64_t alignment = find_natural(metadata, "general.alignment").value_or(32);
  constexpr std::uint64_t most = 1 << 20U;
  if (std::has_single_bit(alignment) && alignment <= most) return alignment;
  return fail(Code::model_malformed, fmt::format("general.alignment is {}", alignment),
              "it is a power of two");
}

/// "llama "Tiny": 32 blocks, 4096 wide, 32 heads, 8 of keys, 32000 tokens".
std::string describe(const Metadata& metadata) {
  std::string text = "Architecture " + find_text(metadata, "general.architecture");
  const auto name = find_text(metadata, "general.name");
  if (!name.empty()) text += fmt::format(" (\"{}\")", name);
  const struct {
    std::string_view key, noun;
  } facts[] = {{"block_count", "blocks"},
               {"embedding_length", "wide"},
               {"feed_forward_length", "within the feed-forward layers"},
               {"attention.head_count", "heads"},
               {"attention.head_count_kv", "of keys and values"},
               {"expert_count", "experts"},
               {"expert_used_count", "of them for each token"},
               {"context_length", "tokens of context"}};
  std::string_view separator = ": ";
  for (const auto& [key, noun] : facts) {
    const auto value = find_of_architecture(metadata, key);
    if (!value) continue;
    text += fmt::format("{}{} {}", separator, *value, noun);
    separator = ", ";
  }
  const auto tokens = metadata.find("tokenizer.ggml.tokens");
  if (tokens != metadata.end()) {
    if (const auto* list = std::get_if<pfsday::gguf::ArrayLength>(&tokens->second)) {
      text += fmt::format("{}a vocabulary of {}", separator, list->count);
    }
  }
  return text + ".";
}

/// What the tensors say of a key, none if they say nothing.
std::optional<std::uint64_t> blocks_of(const std::vector<HeaderTensor>& tensors) {
  std::optional<std::uint64_t> blocks;
  for (const HeaderTensor& tensor : tensors) {
    const auto parts = split(tensor.listed.name, '.');
    if (parts.size() < 3 || parts[0] != "blk") continue;
    std::uint64_t number = 0;
    const auto* const end = parts[1].data() + parts[1].size();
    const auto parsed = std::from_chars(parts[1].data(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end) continue;
    blocks = std::max(blocks.value_or(0), number + 1);
  }
  return blocks;
}

std::optional<std::uint64_t> width_of(const std::vector<HeaderTensor>& tensors) {
  for (const HeaderTensor& tensor : tensors) {
    if (tensor.listed.name != "token_embd.weight" || tensor.listed.shape.empty()) continue;
    return static_cast<std::uint64_t>(tensor.listed.shape.back());
  }
  return std::nullopt;
}

/// Where the metadata and the tensors say different things of one size.
void note_disagreements(const Metadata& metadata, Header& header) {
  const struct {
    std::string_view key;
    std::optional<std::uint64_t> found;
  } sizes[] = {{"block_count", blocks_of(header.tensors)},
               {"embedding_length", width_of(header.tensors)}};
  for (const auto& [key, found] : sizes) {
    const auto stated = find_of_architecture(metadata, key);
    if (!stated || !found || *stated == *found) continue;
    header.notes.push_back(
        fmt::format("{} is {} in the metadata, {} in the tensors.", key, *stated, *found));
  }
}

void note_split(const Metadata& metadata, Header& header) {
  const std::uint64_t parts = find_natural(metadata, "split.count").value_or(1);
  if (parts <= 1) return;
  header.notes.push_back(fmt::format(
      "The file is one of {} parts of its model: all figures are those of this part alone.",
      parts));
}

Result<Model> read(Bytes file, const ImportOptions&) {
  Cursor in(file);
  if (!begins_as_gguf(file)) return in.malformed("the file does not begin with GGUF");
  TRY(in.skip(1, magic.size(), "the file"));
  TRY(read_version(in));
  constexpr std::uint64_t least_tensor = 4 + 4 + 4 + 8, least_key = 4 + 4 + 1;
  const std::uint64_t tensors = TRY(in.read_count("the number of tensors", least_tensor));
  const std::uint64_t keys = TRY(in.read_count("the number of keys", least_key));
  const Metadata metadata = TRY(pfsday::gguf::read_metadata(in, keys));
  Header header{.format = "gguf"};
  const std::uint64_t alignment = TRY(alignment_of(metadata));
  header.tensors = TRY(pfsday::gguf::read_tensors(in, tensors, alignment));
  header.notes.push_back(describe(metadata));
  note_split(metadata, header);
  note_disagreements(metadata, header);
  if (const auto used = find_of_architecture(metadata, "expert_used_count")) {
    constexpr std::uint64_t most = 1U << 20U;
    if (*used > 0 && *used <= most) header.experts_used = static_cast<std::int64_t>(*used);
  }
  return model_of_header(std::move(header));
}

constexpr std::string_view extensions[] = {".gguf"};

}  // namespace

extern constinit const Importer gguf{
    .name = "gguf",
    .doc = "GGUF, versions 1 to 3: metadata, names, types and shapes; the tensors are not read.",
    .extensions = extensions,
    .recognizes = begins_as_gguf,
    .read = read};

}  // namespace pfsday::importers
