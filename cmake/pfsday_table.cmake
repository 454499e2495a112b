# pfsday_table(OUT variable MODULE module NAME table TYPE type HEADER header FILES files...)
#
# Writes a source file with `constinit const std::span<const TYPE* const> NAME()` over the constants
# that FILES define, each named as its file.
function(pfsday_table)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "OUT;MODULE;NAME;TYPE;HEADER;NAMESPACE" "FILES")
  set(declarations "")
  set(entries "")
  foreach(file IN LISTS arg_FILES)
    cmake_path(GET file STEM name)
    string(APPEND declarations "extern constinit const ${arg_TYPE} ${name};\n")
    string(APPEND entries "    &${name},\n")
  endforeach()
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}_table.cpp)
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"// Generated from the lists in CMake: one constant for each listed file.
#include \"@arg_HEADER@\"

namespace @arg_NAMESPACE@ {
@declarations@
namespace {
constexpr const @arg_TYPE@* table[] = {
@entries@};
}  // namespace

std::span<const @arg_TYPE@* const> @arg_NAME@() { return table; }
}  // namespace @arg_NAMESPACE@
")
  set(${arg_OUT} ${output} PARENT_SCOPE)
endfunction()
