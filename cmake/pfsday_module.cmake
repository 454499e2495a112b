# pfsday_module(NAME DEPENDS modules... SOURCES files... [TABLE Type files...]... [TESTS files...]
#               [LINK libraries...] [TEST_LINK libraries...])
#
# One module: a static library pfsday_NAME, whose include paths start at src/, and one test program
# of all its unit tests. DEPENDS names the modules it may use; tools/check_layers.py holds the
# includes to it. LINK names outside libraries.
#
# Each file of a TABLE defines one `extern constinit const Type` with the file's own name; the table
# of them all is generated (pfsday_table below), so that nothing registers itself.

add_library(pfsday_flags INTERFACE)
target_compile_features(pfsday_flags INTERFACE cxx_std_23)
target_compile_options(pfsday_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast
  $<$<BOOL:${PFSDAY_WERROR}>:-Werror>)
target_compile_definitions(pfsday_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(PFSDAY_SANITIZE)
  target_compile_options(pfsday_flags INTERFACE -fsanitize=${PFSDAY_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(pfsday_flags INTERFACE -fsanitize=${PFSDAY_SANITIZE})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  target_link_options(pfsday_flags INTERFACE -fuse-ld=mold)
endif()

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

function(pfsday_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "SOURCES;LINK")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE pfsday_flags ${arg_LINK} GTest::gmock_main)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${arg_TIMEOUT}
    ENVIRONMENT "PFSDAY_SOURCE_DIR=${PROJECT_SOURCE_DIR};PFSDAY_SHARED=$ENV{PFSDAY_SHARED}")
endfunction()

# Keyword arguments after `TABLE name Type header namespace` are the files of that table.
function(pfsday_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;SOURCES;TABLE;TESTS;LINK;TEST_LINK")
  set(sources ${arg_SOURCES})
  if(arg_TABLE)
    list(POP_FRONT arg_TABLE table_name table_type table_header table_namespace)
    pfsday_table(OUT table_source MODULE ${name} NAME ${table_name} TYPE ${table_type}
      HEADER ${table_header} NAMESPACE ${table_namespace} FILES ${arg_TABLE})
    list(APPEND sources ${arg_TABLE} ${table_source})
  endif()
  add_library(pfsday_${name} STATIC ${sources})
  target_include_directories(pfsday_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM arg_DEPENDS PREPEND pfsday_ OUTPUT_VARIABLE depends)
  target_link_libraries(pfsday_${name} PUBLIC ${depends} ${arg_LINK} PRIVATE pfsday_flags)
  if(arg_TESTS)
    pfsday_test(${name}_test LABEL unit SOURCES ${arg_TESTS} LINK pfsday_${name} ${arg_TEST_LINK})
  endif()
endfunction()
