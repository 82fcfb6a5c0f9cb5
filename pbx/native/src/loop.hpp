// The PJSIP thread's loop.
#pragma once

#include "core.hpp"

namespace pbx {

// Handles events and the jobs that media threads queued; returns how many events, 0 on time-out or wake().
int poll(int timeout_ms);

// From any thread: a running poll() returns soon, or the next one at once.
void wake();

}  // namespace pbx
