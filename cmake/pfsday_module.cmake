# pfsday_module(NAME DEPENDS modules... SOURCES files... [TABLE name Type header namespace files...]
#               [TESTS files...] [LINK libraries...] [TEST_LINK libraries...])
#
# One module: a static library pfsday_NAME, whose include paths start at src/, and one test program
# of all its unit tests. DEPENDS names the modules it may use; tools/check_layers.py holds the
# includes to it. LINK names outside libraries.
#
# Each file of a TABLE defines one `extern constinit const Type` with the file's own name; the table
# of them all is generated (pfsday_table), so that nothing registers itself.
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
