# RPCHSPEC_PORTABLE: a program that needs nothing but glibc. Only links change, no object does: the
# targets of the libraries stand for their archives. Include before the first find_package of those
# that have a choice of their own, call rpchspec_link_statically() after the last.

option(RPCHSPEC_PORTABLE "Link everything but glibc statically" OFF)
if(NOT RPCHSPEC_PORTABLE)
  function(rpchspec_link_statically)
  endfunction()
  return()
endif()

set(OPENSSL_USE_STATIC_LIBS ON)
set(Protobuf_USE_STATIC_LIBS ON)
add_link_options(-static-libstdc++ -static-libgcc)

function(rpchspec_archive_of target archive)
  get_target_property(configurations ${target} IMPORTED_CONFIGURATIONS)
  foreach(configuration ${configurations})
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION_${configuration} ${archive})
  endforeach()
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${archive})
endfunction()

# A library that Debian has no archive of, from its own headers.
function(rpchspec_compiled_here target name)
  add_library(rpchspec_portable_${name} STATIC ${CMAKE_SOURCE_DIR}/cmake/portable/${name}.cpp)
  target_include_directories(rpchspec_portable_${name} PRIVATE
    $<TARGET_PROPERTY:${target},INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_definitions(rpchspec_portable_${name} PRIVATE
    $<TARGET_PROPERTY:${target},INTERFACE_COMPILE_DEFINITIONS>)
  set_target_properties(rpchspec_portable_${name} PROPERTIES ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/portable)
  rpchspec_archive_of(${target} ${CMAKE_BINARY_DIR}/portable/librpchspec_portable_${name}.a)
  add_dependencies(${target} rpchspec_portable_${name})
endfunction()

function(rpchspec_link_statically)
  foreach(name yaml-cpp pugixml xxhash gpr upb address_sorting grpc grpc++ grpc++_reflection cares re2 z)
    find_file(RPCHSPEC_ARCHIVE_${name} lib${name}.a REQUIRED
              PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE} /usr/lib)
  endforeach()
  rpchspec_archive_of(yaml-cpp ${RPCHSPEC_ARCHIVE_yaml-cpp})
  rpchspec_archive_of(pugixml::shared ${RPCHSPEC_ARCHIVE_pugixml})
  set_target_properties(PkgConfig::xxhash PROPERTIES INTERFACE_LINK_LIBRARIES ${RPCHSPEC_ARCHIVE_xxhash})
  foreach(name gpr upb address_sorting grpc grpc++ grpc++_reflection)
    rpchspec_archive_of(gRPC::${name} ${RPCHSPEC_ARCHIVE_${name}})
  endforeach()
  rpchspec_archive_of(c-ares::cares ${RPCHSPEC_ARCHIVE_cares})
  rpchspec_archive_of(ZLIB::ZLIB ${RPCHSPEC_ARCHIVE_z})
  set_target_properties(re2::re2 PROPERTIES INTERFACE_LINK_LIBRARIES ${RPCHSPEC_ARCHIVE_re2})
  get_property(imported DIRECTORY ${CMAKE_SOURCE_DIR} PROPERTY IMPORTED_TARGETS)
  foreach(target ${imported})
    get_target_property(type ${target} TYPE)
    if(target MATCHES "^absl::(.*)" AND type STREQUAL "SHARED_LIBRARY")
      rpchspec_archive_of(${target} /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/libabsl_${CMAKE_MATCH_1}.a)
    endif()
  endforeach()
  rpchspec_compiled_here(fmt::fmt fmt)
  rpchspec_compiled_here(spdlog::spdlog spdlog)
endfunction()

# The licences of what is inside, as Debian tells them.
foreach(package boost1.81-dev ssl-dev protobuf-dev yaml-cpp-dev fmt-dev spdlog-dev pugixml-dev xxhash-dev
        cli11-dev expected-dev stdc++-12-dev grpc-dev absl-dev re2-dev c-ares-dev)
  install(FILES /usr/share/doc/lib${package}/copyright
    DESTINATION share/doc/rpchspec/licences RENAME lib${package})
endforeach()
install(FILES /usr/share/doc/zlib1g-dev/copyright DESTINATION share/doc/rpchspec/licences RENAME zlib1g)
