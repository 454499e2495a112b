# Libraries, all from the distribution's packages; configuring needs no network.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths count from the source folder: all working trees of the repository share what is cached.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    ${CCACHE_PROGRAM})
endif()

find_package(fmt REQUIRED CONFIG)
set(FMT_LIBRARY fmt::fmt)
set(MD_LIBRARY md)
find_package(ZLIB REQUIRED)
set(PFSDAY_ZLIB ZLIB::ZLIB)
find_path(DEFLATE_INCLUDE_DIR libdeflate.h REQUIRED)
set(DEFLATE_LIBRARY deflate)
if(PFSDAY_STATIC)
  set(FMT_LIBRARY pfsday_fmt)  # src/base/fmt.cpp: the package has no archive
  find_library(MD_ARCHIVE libmd.a REQUIRED)
  set(MD_LIBRARY ${MD_ARCHIVE})
  find_library(ZLIB_ARCHIVE libz.a REQUIRED)
  set(PFSDAY_ZLIB ${ZLIB_ARCHIVE})
  find_library(DEFLATE_ARCHIVE libdeflate.a REQUIRED)
  set(DEFLATE_LIBRARY ${DEFLATE_ARCHIVE})
endif()
find_package(CLI11 REQUIRED CONFIG)
find_package(tomlplusplus 3 REQUIRED CONFIG)  # used header-only, see base/toml.cpp
find_package(GTest REQUIRED CONFIG)
find_package(rapidcheck REQUIRED CONFIG)
find_package(Boost 1.74 REQUIRED)  # headers only: Boost.Math
find_package(Threads REQUIRED)
find_path(PROTOZERO_INCLUDE_DIR protozero/version.hpp REQUIRED)  # header only
find_path(FLATBUFFERS_INCLUDE_DIR flatbuffers/flatbuffers.h REQUIRED)  # tests write TFLite files
find_package(Python3 REQUIRED COMPONENTS Interpreter)  # runs checks and golden tests
if(PFSDAY_BENCH)
  find_package(benchmark REQUIRED CONFIG)
endif()

# Only the renderer of charts links these, a program of its own.
find_package(PkgConfig REQUIRED)
pkg_check_modules(PANGOCAIRO REQUIRED IMPORTED_TARGET pangocairo)
pkg_check_modules(RSVG REQUIRED IMPORTED_TARGET librsvg-2.0)
pkg_check_modules(FONTCONFIG REQUIRED IMPORTED_TARGET fontconfig)
find_path(PFSDAY_FONT_FOLDER Inter-SemiBold.otf PATHS /usr/share/fonts/opentype/inter REQUIRED
  NO_DEFAULT_PATH)
