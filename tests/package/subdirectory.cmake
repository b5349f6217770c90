# Builds a project that has zoo as a subdirectory. Wants SOURCE, WORK, GENERATOR, CXX, LAUNCHER.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)
run(ignored ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/subdirectory -B ${WORK} -G ${GENERATOR} -DZOO_SOURCE=${SOURCE}
    -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})
run(ignored ${CMAKE_COMMAND} --build ${WORK} --target parameters)
run(table ${WORK}/parameters)
expect_in("${table}" "resnet50           25,557,032 parameters")
