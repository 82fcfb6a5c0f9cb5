// Two legs that only hear each other, without the conference bridge between them.
#pragma once

#include "core.hpp"

namespace pbx {

void bridge_start();
void bridge_stop();

// Connects the audio of two calls directly, both ways. False when that cannot be (no audio yet, other packet times):
// connect them in the conference bridge then. A connection ends by itself when either stream does.
bool join(int call_a, int call_b);
// Gives a call's audio back to the conference bridge; its peer's too.
void part(int call_id);
// Legs that are joined now.
int joined();

// A stream of a call is about to be destroyed.
void bridge_stream_destroyed(int call_id, unsigned index);

}  // namespace pbx
