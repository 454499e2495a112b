#include <algorithm>
#include <cstdint>
#include <optional>
#include <protozero/pbf_reader.hpp>

#include "importers/onnx/proto_fields.h"

namespace pfsday::onnx {
namespace {

/// No control characters, as far as the text goes.
bool is_text(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' && c != '\r';
  });
}

/// GraphProto: the first tag, if it is there, is one that a graph has.
bool begins_as_graph(std::string_view graph) {
  constexpr unsigned fields[] = {1, 2, 5, 10, 11, 12, 13, 14, 15, 16};
  if (graph.empty()) return true;
  const auto tag = static_cast<unsigned char>(graph.front());
  const bool is_message = (tag & 7U) == 2;
  return tag >= 0x80 ? is_message : is_message && std::ranges::count(fields, tag >> 3U) == 1;
}

/// Whether a field of ModelProto may hold these bytes, the last of which may be missing.
bool may_hold(std::uint64_t number, std::string_view content) {
  switch (number) {
    case 2:  // producer_name
    case 3:  // producer_version
    case 4:  // domain
    case 6:  // doc_string
      return is_text(content);
    case 7:
      return begins_as_graph(content);
    case 8:   // opset_import
    case 14:  // metadata_props
    case 20:  // training_info
    case 25:  // functions
      return true;
    default:
      return false;
  }
}

/// None where the bytes end within it.
std::optional<std::uint64_t> read_varint(const char*& p, const char* end) {
  try {
    return protozero::decode_varint(&p, end);
  } catch (const protozero::end_of_buffer_exception&) {
    return std::nullopt;
  }
}

/// Walks the fields of ModelProto that the bytes hold, as far as they go.
bool walk_model(const char* p, const char* end) {
  bool has_version = false;
  while (p != end) {
    const auto tag = read_varint(p, end);
    const auto value = read_varint(p, end);
    if (!tag || !value) return has_version;
    if (*tag == 0x08) {  // ir_version
      if (*value > 1000) return false;
      has_version = true;
    } else if ((*tag & 7U) == 2) {
      const std::size_t length = std::min<std::uint64_t>(*value, static_cast<std::size_t>(end - p));
      if (!may_hold(*tag >> 3U, {p, length})) return false;
      p += length;
    } else if (*tag != 0x28) {  // model_version
      return false;
    }
  }
  return has_version;
}

}  // namespace

bool begins_as_onnx(Bytes head) {
  const std::string_view text = text_of(head);
  try {
    return walk_model(text.data(), text.data() + text.size());
  } catch (const protozero::exception&) {
    return false;
  }
}

}  // namespace pfsday::onnx
