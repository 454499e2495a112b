// model.safetensors.index.json: which file each tensor of a sharded checkpoint is in.
//
//   {"metadata": {"total_size": BYTES}, "weight_map": {"NAME": "model-00001-of-00002.safetensors"}}
//
// It has no shapes; those stand in the headers of the shards, which lie beside it.
#include <fmt/format.h>

#include <map>
#include <unordered_map>

#include "base/text.h"
#include "importers/header/configuration.h"
#include "importers/header/json_events.h"
#include "importers/safetensors/header.h"

namespace pfsday::importers {
namespace {

constexpr std::size_t longest_index = std::size_t{100} << 20U;

struct Index {
  std::unordered_map<std::string, std::string> file_of = {};  ///< by tensor
  std::map<std::string, std::size_t> files = {};              ///< how many tensors each holds
  std::optional<std::uint64_t> total_bytes = {};
};

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Result<Index> read_index(Bytes file) {
  if (file.size() > longest_index) {
    return fail(Code::limit_exceeded, "an index of more than 100 MiB is not read");
  }
  Index index;
  TRY(read_json(text_of(file), [&](const JsonPath& path, const JsonEvent& event) -> Result<void> {
    if (path.size() != 2) return {};
    if (path[0] == "metadata" && path[1] == "total_size") {
      if (event.kind == JsonEvent::Kind::natural) index.total_bytes = event.natural;
      return {};
    }
    if (path[0] != "weight_map") return {};
    if (event.kind != JsonEvent::Kind::text || event.array_depth != 0) {
      return fail(Code::model_malformed,
                  fmt::format("the file of \"{}\" is no text", to_printable(path[1])));
    }
    index.file_of.emplace(path[1], event.text);
    ++index.files[std::string(event.text)];
    return {};
  }));
  if (!index.file_of.empty()) return index;
  return fail(Code::model_malformed, "the index maps no tensor to a file");
}

/// A file beside the index; nothing in an index leads to another folder.
std::optional<Bytes> find_shard(const std::string& name, const ImportOptions& options) {
  const bool is_plain = !name.empty() && name.find('/') == std::string::npos && name != "..";
  if (!is_plain || !options.read_beside) return std::nullopt;
  return options.read_beside(name);
}

using Shards = std::map<std::string, Bytes>;

/// All of them, or none is of use: what is missing would be missing from every figure.
Result<Shards> find_shards(const Index& index, const ImportOptions& options) {
  Shards shards;
  std::vector<std::string> missing;
  for (const auto& [name, count] : index.files) {
    if (const auto bytes = find_shard(name, options)) {
      shards.emplace(name, *bytes);
    } else {
      missing.push_back(to_printable(name));
    }
  }
  if (missing.empty()) return shards;
  const std::string size = index.total_bytes
                               ? fmt::format(", which take {} bytes",
                                             units::to_grouped(units::Count(*index.total_bytes)))
                               : "";
  return fail(Code::file_unreadable,
              fmt::format("the index names {} tensors{}, but not their shapes; {} of its {} files "
                          "{} not beside it: {}{}",
                          index.file_of.size(), size, missing.size(), index.files.size(),
                          missing.size() == 1 ? "is" : "are", missing.front(),
                          missing.size() == 1 ? "" : ", ..."),
              "put the files of the index into its folder");
}

/// The tensors of a shard that the index looks for there.
Result<void> append_shard(const std::string& name, Bytes file, const Index& index, Header& header) {
  auto tensors = TRY(in_file(name, pfsday::safetensors::read_header(file)));
  std::size_t used = 0;
  for (HeaderTensor& tensor : tensors) {
    const auto found = index.file_of.find(tensor.listed.name);
    if (found == index.file_of.end() || found->second != name) continue;
    ++used;
    header.tensors.push_back(std::move(tensor));
  }
  const std::size_t wanted = index.files.at(name);
  if (used != wanted) {
    return fail(Code::model_malformed,
                fmt::format("the index looks for {} tensors in {}, which has {} of them", wanted,
                            name, used));
  }
  if (used < tensors.size()) {
    header.notes.push_back(fmt::format("{} holds {} tensors that the index does not name.", name,
                                       tensors.size() - used));
  }
  return {};
}

void note_size(const Index& index, Header& header) {
  units::Count bytes = 0;
  for (const HeaderTensor& tensor : header.tensors) bytes += tensor.listed.bytes;
  if (!index.total_bytes || bytes == units::Count(*index.total_bytes)) return;
  header.notes.push_back(fmt::format("The index states {} bytes, its tensors take {}.",
                                     units::to_grouped(units::Count(*index.total_bytes)),
                                     units::to_grouped(bytes)));
}

Result<Model> read(Bytes file, const ImportOptions& options) {
  const Index index = TRY(read_index(file));
  const Shards shards = TRY(find_shards(index, options));
  Header header{.format = "safetensors-index"};
  for (const auto& [name, bytes] : shards) TRY(append_shard(name, bytes, index, header));
  note_size(index, header);
  Model model = model_of_header(std::move(header));
  compare_with_configuration(options, model);
  return model;
}

bool recognizes(Bytes head) {
  const std::string_view text = text_of(head);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '{') return false;
  return text.find("\"weight_map\"") != std::string_view::npos;
}

constexpr std::string_view extensions[] = {".safetensors.index.json"};

}  // namespace

extern constinit const Importer safetensors_index{
    .name = "safetensors-index",
    .doc = "Indexes of sharded safetensors files; the headers of the shards are read beside them.",
    .extensions = extensions,
    .recognizes = recognizes,
    .read = read};

}  // namespace pfsday::importers
