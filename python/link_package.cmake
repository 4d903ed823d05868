# cmake -D FROM=FOLDER -D TO=FOLDER -P link_package.cmake
# Links everything in FROM into TO, and removes links whose target is gone.

file(MAKE_DIRECTORY "${TO}")
file(GLOB present "${TO}/*")
foreach(path ${present})
  if(IS_SYMLINK "${path}" AND NOT EXISTS "${path}")
    file(REMOVE "${path}")
  endif()
endforeach()
file(GLOB entries RELATIVE "${FROM}" "${FROM}/*")
list(REMOVE_ITEM entries __pycache__)
foreach(entry ${entries})
  if(NOT IS_SYMLINK "${TO}/${entry}")
    file(CREATE_LINK "${FROM}/${entry}" "${TO}/${entry}" SYMBOLIC)
  endif()
endforeach()
