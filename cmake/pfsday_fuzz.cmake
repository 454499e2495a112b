# pfsday_fuzz(NAME SOURCES files... LINK libraries... CORPUS folders...)
#
# One fuzz target, NAME_fuzz: SOURCES define LLVMFuzzerTestOneInput. The test fuzz.NAME runs it over
# its corpus, folders relative to the calling CMakeLists.txt, in every preset, so that it does not
# rot. With PFSDAY_LIBFUZZER the program is libFuzzer's:
#
#   build/fuzz/fuzz/NAME_fuzz -max_total_time=300 fuzz/corpus/NAME
function(pfsday_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK;CORPUS")
  list(TRANSFORM arg_CORPUS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  add_executable(${name}_fuzz ${arg_SOURCES})
  target_link_libraries(${name}_fuzz PRIVATE pfsday_flags ${arg_LINK})
  if(PFSDAY_LIBFUZZER)
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
    set(replay_only -runs=0)
  else()
    target_sources(${name}_fuzz PRIVATE ${PROJECT_SOURCE_DIR}/fuzz/replay.cpp)
  endif()
  add_test(NAME fuzz.${name} COMMAND ${name}_fuzz ${replay_only} ${arg_CORPUS})
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 300)
endfunction()
