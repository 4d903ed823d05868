// The process's heap: keeps what was freed from piling up. Large tables are parsed by whichever
// worker gets them, so with an arena a thread the freed memory of one is of no use to the others.
//
// Thread-safety: SetUpHeap before threads start; ReturnFreeMemory from any thread.
#pragma once

namespace firn {

/// An arena a core instead of glibc's eight.
void SetUpHeap();

/// Gives freed memory back to the system where there is much of it. Takes some milliseconds then.
void ReturnFreeMemory();

}  // namespace firn
