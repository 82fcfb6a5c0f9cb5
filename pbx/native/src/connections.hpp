// Incoming TCP and TLS connections: how many there are, how many there may be, and when one has gone.
#pragma once

#include "core.hpp"

namespace pbx {

// Connections beyond are closed at once; 0 means no limit.
void limit_connections(int per_address, int total);
int connections();

}  // namespace pbx
