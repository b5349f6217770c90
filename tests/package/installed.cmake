# Installs the build into a folder of its own, builds a project that finds it there, and asks both the installed `zoo`
# and that project's 15-line program about a picture. Wants BUILD, SOURCE, WORK, GENERATOR, CXX, LAUNCHER.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)
file(REMOVE_RECURSE ${WORK})
set(prefix ${WORK}/prefix)
run(ignored ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
run(ignored ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/installed -B ${WORK}/build -G ${GENERATOR} -DEXAMPLES=${SOURCE}/examples
    -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})
run(ignored ${CMAKE_COMMAND} --build ${WORK}/build)

set(ENV{ZOO_HOME} ${WORK}/home)
set(ENV{ZOO_DATA} ${prefix}/share/zoo)
set(weights resnet20_cifar.drawn)
run(ignored ${prefix}/bin/zoo draw --figures basic --count 1 --seed 5 --out ${WORK}/pictures)
file(GLOB_RECURSE pictures ${WORK}/pictures/*.png)
list(GET pictures 0 picture)
run(answer ${WORK}/build/classify ${weights} ${picture})
run(answer_of_zoo ${prefix}/bin/zoo predict --weights ${weights} ${picture})
expect_in("${answer}" " %  ")
string(REGEX MATCHALL "[^\n]+" lines "${answer}")
foreach(line ${lines})
  expect_in("${answer_of_zoo}" "${line}")
endforeach()

file(GLOB checkpoint ${WORK}/home/*.safetensors)
run(tensors ${WORK}/build/list_tensors ${checkpoint})
expect_in("${tensors}" "float32  [16, 3, 3, 3]        conv1.weight")

run(scores ${WORK}/build/model resnet18 7)
expect_in("${scores}" "resnet18: 7 scores")
run(nearest ${WORK}/build/neighbours ${weights} ${WORK}/pictures ${picture})
expect_in("${nearest}" "${picture}")
run(own ${WORK}/build/own_arch ${WORK}/own)
expect_in("${own}" "has 2 classes")
# The program has never heard of that architecture.
run(answer_of_zoo ${prefix}/bin/zoo predict --weights ${WORK}/own ${picture})
expect_in("${answer_of_zoo}" "bright")
run(converted ${WORK}/build/convert ${checkpoint} akamaster ${WORK}/converted.safetensors)
expect_in("${converted}" " tensors")
