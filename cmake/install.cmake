# Headers, libraries, programs, the manifest and its weights; and a CMake package, so that a project needs only
#   find_package(zoo)
#   target_link_libraries(program PRIVATE zoo::classifier)
include(CMakePackageConfigHelpers)
set(zoo_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/zoo)

install(DIRECTORY zoo transforms DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/zoo FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_BINARY_DIR}/generated/zoo/version.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/zoo/zoo)
install(FILES weights.json DESTINATION ${CMAKE_INSTALL_DATADIR}/zoo)
install(DIRECTORY weights DESTINATION ${CMAKE_INSTALL_DATADIR}/zoo)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(EXPORT zooTargets NAMESPACE zoo:: DESTINATION ${zoo_package_dir})
configure_package_config_file(cmake/zooConfig.cmake.in ${PROJECT_BINARY_DIR}/zooConfig.cmake
                              INSTALL_DESTINATION ${zoo_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/zooConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/zooConfig.cmake ${PROJECT_BINARY_DIR}/zooConfigVersion.cmake
              third_party/imported_targets.cmake
        DESTINATION ${zoo_package_dir})
