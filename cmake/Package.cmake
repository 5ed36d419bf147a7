# `cpack -G DEB` makes the Debian package, `cpack -G TGZ` the tarball (see the preset `portable`).

set(RPCHSPEC_MAINTAINER "rpchspec maintainers <maintainers@rpchspec.example>"
    CACHE STRING "Who looks after the package: NAME <ADDRESS>")

set(CPACK_PACKAGE_NAME rpchspec)
set(CPACK_PACKAGE_CONTACT "${RPCHSPEC_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "conformance tests for RPC over HTTP proxies")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "libgssapi-krb5-2, gss-ntlmssp") # loaded where they are
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "haproxy, nginx-light | nginx, bash-completion")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Tests RPC over HTTP v2 proxies (MS-RPCH, Outlook Anywhere): point it at a
proxy, and it says, requirement by requirement, what that proxy gets wrong.
It owns both ends, the client in front of the proxy and the servers behind
it, and brings a reference proxy that can be broken on purpose.")

set(CPACK_PACKAGE_FILE_NAME "rpchspec-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR}")

# A package is Debian's below /usr; a tarball stands where it is unpacked.
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/cmake/PackageOptions.cmake)
include(CPack)
