# The README shows examples/classify.cpp as it is. Wants SOURCE.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)
file(READ ${SOURCE}/README.md readme)
file(READ ${SOURCE}/examples/classify.cpp program)
expect_in("${readme}" "```cpp\n${program}```")
