# Boost from libboost1.81-dev alone. Its compiled parts that we use are compiled here, once, from
# the headers that Boost ships for this: one definition of each for every program, and no further
# package. BOOST_ASIO_SEPARATE_COMPILATION and BOOST_BEAST_SEPARATE_COMPILATION (cmake/Options.cmake)
# rest on it: a folder that includes Asio or Beast links Boost::beast, one that uses TLS also
# Boost::asio_ssl.

find_package(Boost 1.81 REQUIRED)

function(rpchspec_boost name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_library(rpchspec_boost_${name} STATIC ${CMAKE_SOURCE_DIR}/cmake/boost/${name}.cpp)
  target_link_libraries(rpchspec_boost_${name} PUBLIC Boost::headers ${ARG_LINK}
                                               PRIVATE rpchspec_options)
  rpchspec_loadable(rpchspec_boost_${name})
  add_library(Boost::${name} ALIAS rpchspec_boost_${name})
endfunction()

rpchspec_boost(asio LINK Threads::Threads)
rpchspec_boost(asio_ssl LINK Boost::asio OpenSSL::SSL)
rpchspec_boost(beast LINK Boost::asio)
rpchspec_boost(json)
rpchspec_boost(url)
