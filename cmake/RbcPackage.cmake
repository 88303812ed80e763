# Debian packages by CPack: `rbc` checks, formats and draws with nothing but the C++ runtime; one package more for each kind of server.
# scripts/package builds them.
set(RBC_CONTACT "The rbc project <maintainers@rbc.example>" CACHE STRING "whom the packages name as their maintainer")
set(RBC_BACKENDS postgres redis http)

set(PAPERS ${CMAKE_BINARY_DIR}/papers)

# What is linked into the program brings its own terms along.
set(COPYRIGHT "This is rbc, packaged by its own build. Its sources state no licence of their own.\n\n"
  "Copyright: the authors of rbc\n\nParts of other projects are linked into the program. Their terms, as Debian's packages of them tell:\n")
foreach(library libfmt-dev libuv1-dev libre2-dev libpg-query-dev libprotobuf-c-dev libsqlitecpp-dev libsqlite3-dev libcli11-dev libtomlplusplus-dev
    libyaml-dev tao-pegtl-dev nlohmann-json3-dev libssl-dev)
  if(EXISTS /usr/share/doc/${library}/copyright)
    file(READ /usr/share/doc/${library}/copyright TERMS)
    string(APPEND COPYRIGHT "\n──── ${library} ────\n\n${TERMS}")
  endif()
endforeach()
file(WRITE ${PAPERS}/copyright ${COPYRIGHT})
file(WRITE ${PAPERS}/changelog "rbc (${PROJECT_VERSION}) stable; urgency=medium\n\n  * Built from the sources of this version.\n\n -- ${RBC_CONTACT}  Thu, 01 Jan 1970 00:00:00 +0000\n")
file(WRITE ${PAPERS}/overrides
  "# One package that loads four libraries: \`rbc check\` is over before a dozen would be loaded. They are Debian's own archives.\nrbc: embedded-library\n"
  "# Nobody has asked Debian for this package.\nrbc: initial-upload-closes-no-bugs\n")

install(TARGETS rbc RUNTIME DESTINATION bin COMPONENT core)
install(DIRECTORY ${CMAKE_BINARY_DIR}/share/man/ DESTINATION share/man COMPONENT core)
install(FILES ${CMAKE_BINARY_DIR}/share/completion/rbc DESTINATION share/bash-completion/completions COMPONENT core)
install(FILES ${CMAKE_BINARY_DIR}/share/completion/_rbc DESTINATION share/zsh/vendor-completions COMPONENT core)
install(FILES ${CMAKE_BINARY_DIR}/share/completion/rbc.fish DESTINATION share/fish/vendor_completions.d COMPONENT core)
install(FILES README.md grammar/language.md DESTINATION share/doc/rbc COMPONENT core)
install(FILES ${PAPERS}/overrides DESTINATION share/lintian/overrides RENAME rbc COMPONENT core)

find_program(RBC_GZIP gzip REQUIRED)
execute_process(COMMAND ${RBC_GZIP} -9nf ${PAPERS}/changelog COMMAND_ERROR_IS_FATAL ANY)
foreach(component core ${RBC_BACKENDS})
  if(component STREQUAL "core")
    set(package rbc)
  else()
    set(package rbc-${component})
  endif()
  install(FILES ${PAPERS}/copyright ${PAPERS}/changelog.gz DESTINATION share/doc/${package} COMPONENT ${component})
  string(TOUPPER ${component} UPPER)
  set(CPACK_DEBIAN_${UPPER}_PACKAGE_NAME ${package})
  set(CPACK_COMPONENT_${UPPER}_DEPENDS core)
endforeach()
unset(CPACK_COMPONENT_CORE_DEPENDS)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rbc)
set(CPACK_PACKAGE_CONTACT "${RBC_CONTACT}")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL core ${RBC_BACKENDS})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_CORE_PACKAGE_RECOMMENDS "rbc-postgres, rbc-redis, rbc-http, shellcheck")
set(CPACK_DEBIAN_CORE_DESCRIPTION "runbooks as code, checked before the night they are needed
A runbook is a typed program: it compiles, or it says where and why not. One
that compiles cannot hang, cannot change what it said it would only look at,
and cannot leak a secret; it ends within a time that is known beforehand.

This package checks, formats, plans and draws runbooks, offline, and runs
those that need commands alone. To look at servers it takes rbc-postgres,
rbc-redis and rbc-http.")
set(CPACK_DEBIAN_POSTGRES_DESCRIPTION "runbooks as code: what speaks PostgreSQL
The program rbc opens this module at a run's first statement to a database.")
set(CPACK_DEBIAN_REDIS_DESCRIPTION "runbooks as code: what speaks Redis
The program rbc opens this module at a run's first command to a Redis.")
set(CPACK_DEBIAN_HTTP_DESCRIPTION "runbooks as code: what speaks HTTP
The program rbc opens this module at a run's first request: to services,
to Prometheus, and to those who carry pages to people.")
include(CPack)
