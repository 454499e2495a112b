function(pfsday_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "SOURCES;LINK")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE pfsday_flags ${arg_LINK} GTest::gmock_main)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  math(EXPR timeout "${arg_TIMEOUT} * ${PFSDAY_ALLOWANCE}")
  set(lsan_options
    suppressions=${PROJECT_SOURCE_DIR}/tools/lsan_suppressions.txt:print_suppressions=0)
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABEL}" TIMEOUT ${timeout}
    ENVIRONMENT "PFSDAY_SOURCE_DIR=${PROJECT_SOURCE_DIR};LSAN_OPTIONS=${lsan_options}")
endfunction()

# A program of rapidcheck properties; its random inputs start from a fixed seed.
function(pfsday_property_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  pfsday_test(${name} LABEL property SOURCES ${arg_SOURCES}
    LINK ${arg_LINK} rapidcheck rapidcheck_gtest)
  set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT "RC_PARAMS=seed=2018")
endfunction()
