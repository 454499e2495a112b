# pfsday_golden(PROGRAM)
#
# One test, golden.PATH, for each file below tests/golden; it runs the commands of that file with
# PROGRAM, a target.
function(pfsday_golden program)
  set(runner ${PROJECT_SOURCE_DIR}/tools/run_golden.py)
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/golden)
  file(GLOB_RECURSE paths RELATIVE ${folder} CONFIGURE_DEPENDS ${folder}/*.test)
  foreach(path IN LISTS paths)
    cmake_path(REMOVE_EXTENSION path OUTPUT_VARIABLE name)
    add_test(NAME golden.${name} COMMAND ${Python3_EXECUTABLE} ${runner}
      --binary $<TARGET_FILE:${program}> ${folder}/${path})
    set_tests_properties(golden.${name} PROPERTIES LABELS golden TIMEOUT 300 SKIP_RETURN_CODE 77)
  endforeach()
endfunction()
