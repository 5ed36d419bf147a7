# What every target of ours is compiled with.

option(RPCHSPEC_TESTS "Build the tests" ON)
option(RPCHSPEC_BENCH "Build the benchmarks" OFF)
option(RPCHSPEC_FUZZ "Build the fuzz targets (clang)" OFF)
set(RPCHSPEC_SANITIZE "" CACHE STRING "address, thread, or empty")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# Without these, ccache passes over every file that has a precompiled header.
option(RPCHSPEC_CCACHE "Compile through ccache where it is installed" ON)
find_program(CCACHE ccache)
if(RPCHSPEC_CCACHE AND CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

# Off for clang-tidy, which reads files one by one.
option(RPCHSPEC_UNITY "Compile files of a folder together" ON)

add_library(rpchspec_sanitizers INTERFACE)
if(RPCHSPEC_SANITIZE STREQUAL "address")
  # null, alignment, vptr and object-size double the compile time of Asio files under g++.
  set(flags -fsanitize=address,undefined -fno-sanitize=null,alignment,vptr,object-size
            -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    list(APPEND flags -fno-sanitize=function) # clang 14 gets it wrong in coroutines
  endif()
elseif(RPCHSPEC_SANITIZE STREQUAL "thread")
  set(flags -fsanitize=thread -fno-omit-frame-pointer)
endif()
if(RPCHSPEC_FUZZ)
  list(APPEND flags -fsanitize=fuzzer-no-link) # the decoders report what they cover to libFuzzer
endif()
if(flags)
  target_compile_options(rpchspec_sanitizers INTERFACE ${flags})
  target_link_options(rpchspec_sanitizers INTERFACE ${flags})
endif()

add_library(rpchspec_options INTERFACE)
target_compile_options(rpchspec_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports these inside the standard library and Asio under -O2 (PR 105562 and others).
  target_compile_options(rpchspec_options INTERFACE
    -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict -Wno-array-bounds
    -Wno-dangling-pointer -Wno-mismatched-new-delete
    $<$<BOOL:${RPCHSPEC_CCACHE}>:-fpch-preprocess>)
endif()
target_link_libraries(rpchspec_options INTERFACE rpchspec_sanitizers)
target_compile_definitions(rpchspec_options INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
