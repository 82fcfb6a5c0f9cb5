// Call state, media numbers, CANCEL's reason. Only on the PJSIP thread, so pjsua's tables can be read as they are.
#include "calls.hpp"

#include "bridge.hpp"
#include "outgoing.hpp"

#include <algorithm>
#include <unordered_map>

namespace pbx {

namespace {

// Numbers of streams that a call had before its present one: a codec change begins a new stream.
struct Past {
    pj_time_val start = {0, 0};  // tells one user of a call slot from the next
    CallStats stats;
    bool any = false;
};

struct State {
    std::vector<Past> past;
    std::unordered_map<std::string, std::string> reasons;  // by Call-ID
    std::vector<std::string> reason_owner;                 // the Call-ID that a slot set, to forget it in time
};

State &state() {
    static State instance;
    return instance;
}

const pjsua_call *call_at(int call_id) {
    if (call_id < 0 || call_id >= static_cast<int>(pjsua_var.ua_cfg.max_calls) || !core().endpoint) {
        return nullptr;
    }
    const pjsua_call *call = &pjsua_var.calls[call_id];
    return call->inv || call->async_call.dlg || call->start_time.sec ? call : nullptr;
}

const pjsip_dialog *dialog_of(const pjsua_call *call) {
    return call->inv ? call->inv->dlg : call->async_call.dlg;
}

const pjsua_call_media *audio_of(const pjsua_call *call) {
    const pjsua_call_media *first = nullptr;
    for (unsigned i = 0; i < call->med_cnt; ++i) {
        const pjsua_call_media *media = &call->media[i];
        if (media->type != PJMEDIA_TYPE_AUDIO) {
            continue;
        }
        if (media->strm.a.stream) {
            return media;
        }
        first = first ? first : media;
    }
    return first;
}

double milliseconds(const pj_math_stat &microseconds) { return microseconds.n ? microseconds.mean / 1000.0 : 0; }

bool read_stream(pjmedia_stream *stream, CallStats &stats) {
    pjmedia_rtcp_stat rtcp;
    pjmedia_stream_info info;
    if (!stream || pjmedia_stream_get_stat(stream, &rtcp) != PJ_SUCCESS ||
        pjmedia_stream_get_info(stream, &info) != PJ_SUCCESS) {
        return false;
    }
    stats.codec = string(info.fmt.encoding_name);
    stats.clock_rate = info.fmt.clock_rate;
    stats.rx_packets = rtcp.rx.pkt;
    stats.tx_packets = rtcp.tx.pkt;
    stats.rx_lost = rtcp.rx.loss;
    stats.tx_lost = rtcp.tx.loss;
    stats.rx_jitter_ms = milliseconds(rtcp.rx.jitter);
    stats.tx_jitter_ms = milliseconds(rtcp.tx.jitter);
    stats.rtt_ms = milliseconds(rtcp.rtt);
    stats.rx_discarded = static_cast<std::uint64_t>(rtcp.rx.discard) + rtcp.rx.dup;
    return true;
}

void add(CallStats &to, const CallStats &earlier) {
    to.rx_packets += earlier.rx_packets;
    to.tx_packets += earlier.tx_packets;
    to.rx_lost += earlier.rx_lost;
    to.tx_lost += earlier.tx_lost;
    to.rx_discarded += earlier.rx_discarded;
    to.rtt_ms = to.rtt_ms > 0 ? to.rtt_ms : earlier.rtt_ms;
    to.tx_jitter_ms = to.tx_jitter_ms > 0 ? to.tx_jitter_ms : earlier.tx_jitter_ms;
}

const Past *past_of(int call_id, const pjsua_call *call) {
    if (static_cast<std::size_t>(call_id) >= state().past.size()) {
        return nullptr;
    }
    const Past &past = state().past[static_cast<std::size_t>(call_id)];
    const bool same = past.any && PJ_TIME_VAL_EQ(past.start, call->start_time);
    return same ? &past : nullptr;
}

void on_stream_destroyed(pjsua_call_id call_id, pjmedia_stream *stream, unsigned index) {
    bridge_stream_destroyed(call_id, index);
    const pjsua_call *call = call_at(call_id);
    CallStats stats;
    if (!call || static_cast<std::size_t>(call_id) >= state().past.size() || !read_stream(stream, stats)) {
        return;
    }
    if (const Past *earlier = past_of(call_id, call)) {
        add(stats, earlier->stats);
    }
    Past &past = state().past[static_cast<std::size_t>(call_id)];
    past.start = call->start_time;
    past.stats = std::move(stats);
    past.any = true;
}

}  // namespace

void calls_start() {
    state().past.resize(pjsua_var.ua_cfg.max_calls);
    state().reason_owner.resize(pjsua_var.ua_cfg.max_calls);
    pjsua_var.ua_cfg.cb.on_stream_destroyed = &on_stream_destroyed;
    bridge_start();
}

void calls_stop() {
    bridge_stop();
    pjsua_var.ua_cfg.cb.on_stream_destroyed = nullptr;
    state() = State();
}

std::optional<CallBrief> call_brief(int call_id) {
    const pjsua_call *call = call_at(call_id);
    if (!call) {
        return std::nullopt;
    }
    CallBrief brief;
    brief.state = call->hanging_up ? PJSIP_INV_STATE_DISCONNECTED
                  : call->inv      ? call->inv->state
                                   : PJSIP_INV_STATE_NULL;
    brief.last_code = call->last_code;
    brief.last_reason = string(call->last_text);
    if (const pjsua_call_media *media = audio_of(call)) {
        brief.media_active = media->state == PJSUA_CALL_MEDIA_ACTIVE && media->strm.a.stream;
        brief.direction = media->dir;
        pjmedia_stream_info info;
        if (media->strm.a.stream && pjmedia_stream_get_info(media->strm.a.stream, &info) == PJ_SUCCESS) {
            brief.has_remote_dtmf = info.tx_event_pt >= 0;
        }
    }
    return brief;
}

std::optional<CallStats> call_stats(int call_id) {
    const pjsua_call *call = call_at(call_id);
    if (!call) {
        return std::nullopt;
    }
    const Past *past = past_of(call_id, call);
    const pjsua_call_media *media = audio_of(call);
    CallStats stats;
    if (media && read_stream(media->strm.a.stream, stats)) {
        if (past) {
            add(stats, past->stats);
        }
        return stats;
    }
    return past ? std::optional<CallStats>(past->stats) : std::nullopt;
}

std::vector<std::int64_t> rx_packets(const std::vector<int> &call_ids) {
    std::vector<std::int64_t> result;
    result.reserve(call_ids.size());
    for (const int call_id : call_ids) {
        const pjsua_call *call = call_at(call_id);
        const pjsua_call_media *media = call ? audio_of(call) : nullptr;
        pjmedia_rtcp_stat rtcp;
        if (!media || !media->strm.a.stream || pjmedia_stream_get_stat(media->strm.a.stream, &rtcp) != PJ_SUCCESS) {
            result.push_back(-1);
            continue;
        }
        const Past *past = past_of(call_id, call);
        result.push_back(static_cast<std::int64_t>(rtcp.rx.pkt + (past ? past->stats.rx_packets : 0)));
    }
    return result;
}

void set_cancel_reason(int call_id, const std::string &value) {
    const pjsua_call *call = call_at(call_id);
    const pjsip_dialog *dialog = call ? dialog_of(call) : nullptr;
    if (!dialog || static_cast<std::size_t>(call_id) >= state().reason_owner.size()) {
        return;
    }
    std::string &owner = state().reason_owner[static_cast<std::size_t>(call_id)];
    state().reasons.erase(owner);
    owner = string(dialog->call_id->id);
    state().reasons[owner] = one_line(value);
}

void add_cancel_reason(pjsip_tx_data *data) {
    if (data->msg->line.req.method.id != PJSIP_CANCEL_METHOD || state().reasons.empty()) {
        return;
    }
    const auto *call_id = static_cast<pjsip_cid_hdr *>(pjsip_msg_find_hdr(data->msg, PJSIP_H_CALL_ID, nullptr));
    const auto found = call_id ? state().reasons.find(string(call_id->id)) : state().reasons.end();
    const pj_str_t name = pj_str(const_cast<char *>("Reason"));
    if (found == state().reasons.end() || pjsip_msg_find_hdr_by_name(data->msg, &name, nullptr)) {
        return;
    }
    const pj_str_t value = copied(data->pool, found->second);
    auto *header = pjsip_generic_string_hdr_create(data->pool, &name, &value);
    pjsip_msg_add_hdr(data->msg, reinterpret_cast<pjsip_hdr *>(header));
    pjsip_tx_data_invalidate_msg(data);
}

void trim_callbacks(const std::vector<std::string> &keep) {
    pjsua_callback &cb = pjsua_var.ua_cfg.cb;
    const auto trim = [&](const char *name, auto &callback) {
        if (std::find(keep.begin(), keep.end(), name) == keep.end()) {
            callback = nullptr;
        }
    };
    trim("on_call_sdp_created", cb.on_call_sdp_created);
    trim("on_create_media_transport", cb.on_create_media_transport);
    trim("on_create_media_transport_srtp", cb.on_create_media_transport_srtp);
    trim("on_stream_precreate", cb.on_stream_precreate);
    trim("on_call_media_transport_state", cb.on_call_media_transport_state);
    trim("on_media_event", cb.on_media_event);
    trim("on_call_media_event", cb.on_call_media_event);
    trim("on_call_rx_text", cb.on_call_rx_text);
    trim("on_conf_op_completed", cb.on_conf_op_completed);
    trim("on_vid_conf_op_completed", cb.on_vid_conf_op_completed);
    trim("on_nat_detect", cb.on_nat_detect);
    trim("on_acc_send_request", cb.on_acc_send_request);
    trim("on_typing2", cb.on_typing2);
    trim("on_mwi_info", cb.on_mwi_info);
    trim("on_buddy_state", cb.on_buddy_state);
    trim("on_buddy_evsub_state", cb.on_buddy_evsub_state);
    trim("on_buddy_dlg_event_state", cb.on_buddy_dlg_event_state);
    trim("on_buddy_evsub_dlg_event_state", cb.on_buddy_evsub_dlg_event_state);
    trim("on_ip_change_progress", cb.on_ip_change_progress);
    trim("on_rejected_incoming_call", cb.on_rejected_incoming_call);
    trim("on_auth_challenge", cb.on_auth_challenge);
}

}  // namespace pbx
