# The flags of our own sources, as a target: link it PRIVATE.
add_library(pfsday_flags INTERFACE)
target_compile_features(pfsday_flags INTERFACE cxx_std_23)
target_compile_options(pfsday_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast
  $<$<BOOL:${PFSDAY_WERROR}>:-Werror>)
target_compile_definitions(pfsday_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
# What time and memory the tests are given, in multiples of what they need without sanitizers.
set(PFSDAY_ALLOWANCE 1)
if(PFSDAY_SANITIZE)
  set(PFSDAY_ALLOWANCE 6)
  target_compile_options(pfsday_flags INTERFACE -fsanitize=${PFSDAY_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(pfsday_flags INTERFACE -fsanitize=${PFSDAY_SANITIZE})
endif()
if(PFSDAY_LIBFUZZER)
  target_compile_options(pfsday_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  target_link_options(pfsday_flags INTERFACE -fuse-ld=mold)
endif()
