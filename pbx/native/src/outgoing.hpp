// Requests of our own outside calls, and the reason on CANCELs that pjsua sends.
#pragma once

#include "core.hpp"

namespace pbx {

struct Outgoing {
    std::uint64_t token = 0;
    std::string method, target, from, to;
    Headers headers;  // Call-ID, CSeq (number), Route and Contact are taken as what they are
    std::string content_type, body;
    int timeout_ms = -1;
};

// The answer comes to Hooks::result, 408 and 503 included. Throws std::invalid_argument when it cannot be built.
void send_request(const Outgoing &request);

// Sends what was built elsewhere in a transaction of ours, by this way unless null.
void dispatch(pjsip_tx_data *data, std::uint64_t token, int timeout_ms, const pjsip_tpselector *way);

// To Hooks::result; the second one from the next poll(), so that a function never calls back into its caller.
void report(std::uint64_t token, int code, const std::string &reason);
void report_later(std::uint64_t token, int code);

// RFC 3326: the Reason of the CANCEL that pjsua may send for this call, now or when a provisional response comes.
void set_cancel_reason(int call_id, const std::string &value);
void add_cancel_reason(pjsip_tx_data *data);

}  // namespace pbx
