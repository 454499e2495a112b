#include "importers/tflite/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace pfsday::tflite {
namespace {

struct Named {
  std::int32_t builtin = 0;
  std::string_view name;
};
/// Those that have no lowering.
constexpr Named others[] = {
    {10, "HASHTABLE_LOOKUP"},
    {13, "LOCAL_RESPONSE_NORMALIZATION"},
    {15, "LSH_PROJECTION"},
    {23, "RESIZE_BILINEAR"},
    {29, "CONCAT_EMBEDDINGS"},
    {30, "SKIP_GRAM"},
    {31, "CALL"},
    {32, "CUSTOM"},
    {33, "EMBEDDING_LOOKUP_SPARSE"},
    {37, "BATCH_TO_SPACE_ND"},
    {38, "SPACE_TO_BATCH_ND"},
    {46, "BIDIRECTIONAL_SEQUENCE_RNN"},
    {48, "TOPK_V2"},
    {51, "DELEGATE"},
    {52, "BIDIRECTIONAL_SEQUENCE_LSTM"},
    {68, "SPARSE_TO_DENSE"},
    {80, "FAKE_QUANT"},
    {85, "ONE_HOT"},
    {91, "REDUCE_ANY"},
    {96, "RANGE"},
    {97, "RESIZE_NEAREST_NEIGHBOR"},
    {100, "MIRROR_PAD"},
    {103, "UNIQUE"},
    {107, "GATHER_ND"},
    {109, "WHERE"},
    {112, "REVERSE_SEQUENCE"},
    {113, "MATRIX_DIAG"},
    {115, "MATRIX_SET_DIAG"},
    {118, "IF"},
    {119, "WHILE"},
    {120, "NON_MAX_SUPPRESSION_V4"},
    {121, "NON_MAX_SUPPRESSION_V5"},
    {122, "SCATTER_ND"},
    {124, "DENSIFY"},
    {125, "SEGMENT_SUM"},
    {129, "CALL_ONCE"},
    {131, "RFFT2D"},
    {133, "IMAG"},
    {134, "REAL"},
    {135, "COMPLEX_ABS"},
    {136, "HASHTABLE"},
    {137, "HASHTABLE_FIND"},
    {138, "HASHTABLE_IMPORT"},
    {139, "HASHTABLE_SIZE"},
    {140, "REDUCE_ALL"},
    {141, "CONV_3D_TRANSPOSE"},
    {142, "VAR_HANDLE"},
    {143, "READ_VARIABLE"},
    {144, "ASSIGN_VARIABLE"},
    {145, "BROADCAST_ARGS"},
    {146, "RANDOM_STANDARD_NORMAL"},
    {147, "BUCKETIZE"},
    {148, "RANDOM_UNIFORM"},
    {149, "MULTINOMIAL"},
    {151, "DYNAMIC_UPDATE_SLICE"},
    {153, "UNSORTED_SEGMENT_PROD"},
    {154, "UNSORTED_SEGMENT_MAX"},
    {155, "UNSORTED_SEGMENT_SUM"},
    {156, "ATAN2"},
    {157, "UNSORTED_SEGMENT_MIN"},
    {159, "BITCAST"},
    {160, "BITWISE_XOR"},
    {161, "RIGHT_SHIFT"},
};

}  // namespace

std::string name_of(const OperatorView& view) {
  if (!view.custom.empty()) return to_printable(view.custom);
  if (const Lowering* lowering = find_lowering(view.builtin)) return std::string(lowering->name);
  const auto* found = std::ranges::find(others, view.builtin, &Named::builtin);
  if (found != std::end(others)) return std::string(found->name);
  return fmt::format("operator {}", view.builtin);
}

}  // namespace pfsday::tflite
