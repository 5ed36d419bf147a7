# One folder is one target. Sources are found, not listed: a folder's files are its target's files.

# What the compiled part of the Python package is linked from.
function(rpchspec_loadable target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE -fno-semantic-interposition) # calls stay as cheap as they were
endfunction()

# Files of a target are compiled eight at a time: their headers are most of the work. What is in an
# anonymous namespace needs a name of its own in its folder then.
function(rpchspec_unity target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${RPCHSPEC_UNITY} UNITY_BUILD_BATCH_SIZE 8)
  if(RPCHSPEC_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage) # it takes coroutine frames for types of a header
  endif()
endfunction()

# LOADABLE: the Python package has it too.
function(rpchspec_folder target)
  cmake_parse_arguments(ARG "LOADABLE" "" "LINK;PRIVATE_LINK;PCH" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
    target_link_libraries(${target} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK} rpchspec_options)
    if(ARG_LOADABLE)
      rpchspec_loadable(${target})
    endif()
    if(ARG_PCH)
      target_precompile_headers(${target} PRIVATE ${ARG_PCH})
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
    target_link_libraries(${target} INTERFACE ${ARG_LINK})
  endif()
endfunction()

# What tests compile with: quickly rather than for speed.
add_library(rpchspec_test_options INTERFACE)
target_link_libraries(rpchspec_test_options INTERFACE GTest::gtest_main GTest::gmock rpchspec_options)
target_compile_options(rpchspec_test_options INTERFACE $<$<CONFIG:Release>:-O1>)

# Headers that folders of tests share, compiled once for all of them.
function(rpchspec_test_headers target)
  add_library(${target} OBJECT ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${target} PRIVATE rpchspec_test_options)
  target_precompile_headers(${target} PRIVATE <gmock/gmock.h> <gtest/gtest.h> ${ARGN})
endfunction()

# A folder of tests is one program and one ctest case, so that ctest -j runs folders side by side.
# ASIO: its tests are over net/. APART: its files have helpers of the same names.
function(rpchspec_tests target)
  cmake_parse_arguments(ARG "ASIO;APART" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${target} ${sources})
  if(NOT ARG_APART)
    rpchspec_unity(${target})
  endif()
  target_link_libraries(${target} PRIVATE ${ARG_LINK} rpchspec_test_options)
  if(ARG_ASIO)
    target_precompile_headers(${target} REUSE_FROM rpchspec_test_asio_headers)
  else()
    target_precompile_headers(${target} REUSE_FROM rpchspec_test_headers)
  endif()
  target_compile_definitions(${target} PRIVATE RPCHSPEC_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${target} COMMAND ${target})
  set_tests_properties(${target} PROPERTIES TIMEOUT 600)
endfunction()

# Protobuf messages of a folder, in a target of their own with generated code's warnings off.
function(rpchspec_proto target proto)
  get_filename_component(stem ${proto} NAME_WE)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(out ${CMAKE_BINARY_DIR}/${folder}/${stem})
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_custom_command(
    OUTPUT ${out}.pb.cc ${out}.pb.h
    COMMAND protobuf::protoc --cpp_out=${CMAKE_BINARY_DIR} -I${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${proto}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${proto}
    COMMENT "protoc ${folder}/${proto}")
  add_custom_target(${target}_files DEPENDS ${out}.pb.cc ${out}.pb.h)
  if(NOT TARGET generated)
    add_custom_target(generated) # all that clang-tidy needs to be built
  endif()
  add_dependencies(generated ${target}_files)
  add_library(${target} STATIC ${out}.pb.cc)
  add_dependencies(${target} ${target}_files)
  target_include_directories(${target} SYSTEM PUBLIC ${CMAKE_BINARY_DIR})
  target_link_libraries(${target} PUBLIC protobuf::libprotobuf ${ARG_LINK} PRIVATE rpchspec_sanitizers)
  target_compile_options(${target} PRIVATE -w)
  rpchspec_loadable(${target})
endfunction()

# The gRPC services of a folder's .proto file, whose messages are `messages` already: a target of its
# own, so that nothing else waits for gRPC's headers.
function(rpchspec_grpc target proto messages)
  get_filename_component(stem ${proto} NAME_WE)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(out ${CMAKE_BINARY_DIR}/${folder}/${stem}.grpc.pb)
  add_custom_command(
    OUTPUT ${out}.cc ${out}.h
    COMMAND protobuf::protoc --grpc_out=${CMAKE_BINARY_DIR} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>
            -I${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/${proto}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${proto}
    COMMENT "protoc --grpc_out ${folder}/${proto}")
  add_custom_target(${target}_files DEPENDS ${out}.cc ${out}.h)
  add_dependencies(generated ${target}_files)
  add_library(${target} STATIC ${out}.cc)
  add_dependencies(${target} ${target}_files)
  target_link_libraries(${target} PUBLIC ${messages} gRPC::grpc++ PRIVATE rpchspec_sanitizers)
  target_compile_options(${target} PRIVATE -w)
endfunction()

# One libFuzzer program. `ninja fuzzers` builds them all, into bin/fuzz_*; make fuzz runs them.
function(rpchspec_fuzzer target source)
  if(NOT RPCHSPEC_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE ${ARG_LINK} rpchspec_options)
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers ${target})
endfunction()
