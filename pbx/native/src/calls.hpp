// Cheap looks at pjsua's calls, without pjsua2 objects.
#pragma once

#include "core.hpp"

#include <optional>

namespace pbx {

struct CallBrief {
    int state = 0;      // pjsip_inv_state
    int last_code = 0;  // last SIP status seen or sent
    std::string last_reason;
    bool media_active = false;
    int direction = 0;  // pjmedia_dir: 1 encoding (sends), 2 decoding (receives), 3 both
    bool has_remote_dtmf = false;
};

struct CallStats {
    std::string codec;
    unsigned clock_rate = 0;  // Hz
    std::uint64_t rx_packets = 0, tx_packets = 0;
    std::uint64_t rx_lost = 0, tx_lost = 0;  // the latter as the peer's RTCP says
    double rx_jitter_ms = 0, tx_jitter_ms = 0, rtt_ms = 0;  // means; 0 when unknown
    std::uint64_t rx_discarded = 0;  // duplicates and packets too late to be played
};

std::optional<CallBrief> call_brief(int call_id);
std::optional<CallStats> call_stats(int call_id);
std::vector<std::int64_t> rx_packets(const std::vector<int> &call_ids);

// Takes pjsua callbacks away that Centrale does not use, except those named.
void trim_callbacks(const std::vector<std::string> &keep);

}  // namespace pbx
