# What is installed: the program, its scenarios and shipped targets, the manual, completions.

include(GNUInstallDirs)

set(documents ${CMAKE_BINARY_DIR}/documents)
find_program(GZIP gzip REQUIRED)
add_custom_command(
  OUTPUT ${documents}/stamp
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${documents}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${documents}/man
  COMMAND rpchspec man --out ${documents}/man
  COMMAND sh -c "'${GZIP}' -9n '${documents}'/man/*.1"
  COMMAND rpchspec completion bash > ${documents}/rpchspec.bash
  COMMAND rpchspec completion zsh > ${documents}/_rpchspec
  COMMAND rpchspec completion fish > ${documents}/rpchspec.fish
  COMMAND ${GZIP} -9nc ${CMAKE_SOURCE_DIR}/packaging/debian/changelog > ${documents}/changelog.gz
  COMMAND ${CMAKE_COMMAND} -E touch ${documents}/stamp
  DEPENDS rpchspec ${CMAKE_SOURCE_DIR}/packaging/debian/changelog
  COMMENT "Manual pages and completions"
  VERBATIM)
if(RPCHSPEC_SANITIZE OR RPCHSPEC_FUZZ)
  add_custom_target(documents DEPENDS ${documents}/stamp) # nobody installs those
else()
  add_custom_target(documents ALL DEPENDS ${documents}/stamp)
endif()

set(data ${CMAKE_INSTALL_DATADIR}/rpchspec)
install(TARGETS rpchspec RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY scenarios/ DESTINATION ${data}/scenarios FILES_MATCHING PATTERN "*.yaml" PATTERN "*.json")
install(DIRECTORY harness/targets/fronts/ DESTINATION ${data}/fronts PATTERN "start" EXCLUDE)
install(PROGRAMS harness/targets/fronts/start DESTINATION ${data}/fronts)
install(DIRECTORY ${documents}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.gz")
install(FILES ${documents}/rpchspec.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME rpchspec)
install(FILES ${documents}/_rpchspec DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${documents}/rpchspec.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(DIRECTORY bindings/python/rpchspec DESTINATION ${data}/python
  FILES_MATCHING PATTERN "*.py" PATTERN "*.pyi" PATTERN "py.typed" PATTERN "__pycache__" EXCLUDE)

set(manual ${CMAKE_INSTALL_DATADIR}/doc/rpchspec)
install(FILES README.md DESTINATION ${manual})
install(DIRECTORY docs/ DESTINATION ${manual}/docs FILES_MATCHING PATTERN "*.md")
install(DIRECTORY docs/recipes DESTINATION ${manual}/docs)
install(FILES packaging/debian/copyright ${documents}/changelog.gz DESTINATION ${manual})
# What the manual refers to for other languages stands where its links lead.
foreach(file harness/agent/proto/rpchspec/v1/agent.proto harness/agent/proto/rpchspec/v1/control.proto
             harness/agent/proto/rpchspec/v1/drive.proto journal/journal.proto model/fault.proto reports/results.schema.json)
  get_filename_component(folder ${file} DIRECTORY)
  install(FILES ${file} DESTINATION ${manual}/${folder})
endforeach()
