# Builds a project that has zoo as a subdirectory. Wants SOURCE, WORK, GENERATOR, CXX, LAUNCHER.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)
run(ignored ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/subdirectory -B ${WORK} -G ${GENERATOR} -DZOO_SOURCE=${SOURCE}
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})
run(ignored ${CMAKE_COMMAND} --build ${WORK})
execute_process(COMMAND ${WORK}/list_tensors ${SOURCE}/LICENSE RESULT_VARIABLE status ERROR_VARIABLE message)
if(NOT status EQUAL 1)
  message(FATAL_ERROR "list_tensors LICENSE: status ${status}, expected 1")
endif()
expect_in("${message}" "LICENSE")
