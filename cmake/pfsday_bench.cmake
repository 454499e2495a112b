# pfsday_bench(NAME SOURCES files... [LINK libraries...])
#
# One program of timings on fixed inputs, NAME_bench; built with PFSDAY_BENCH, as preset release
# does. Run it by hand: build/release/bench/NAME_bench
function(pfsday_bench name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
  add_executable(${name}_bench ${arg_SOURCES})
  target_link_libraries(${name}_bench PRIVATE pfsday_flags ${arg_LINK} benchmark::benchmark)
endfunction()
