// The outermost module. On the way in: denied addresses, the trace, Via's maddr, Contacts. On the way out: the trace,
// after the message was printed. Beside it: what the parser drops, and keep-alives on connections.
#include "guard.hpp"

#include <cstring>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

namespace pbx {

namespace {

struct Denial {
    std::unordered_set<int> exempted_ports;
    std::uint64_t dropped = 0;
};

struct State {
    std::unordered_map<std::string, Denial> denials;
    std::unordered_map<std::string, std::uint64_t> malformed;
    bool tracing = false;
    int spared_port = 0;
};

State &state() {
    static State instance;
    return instance;
}

// A spoofing flood must not grow the table without end; addresses beyond go uncounted until the next reading.
constexpr std::size_t max_malformed_addresses = 10000;

bool dropped_as_denied(const std::string &ip, int port) {
    auto found = state().denials.find(ip);
    if (found == state().denials.end() || found->second.exempted_ports.count(port)) {
        return false;
    }
    ++found->second.dropped;
    return true;
}

bool accept_incoming(pjsip_rx_data *rdata) {
    if (!state().denials.empty() && !is_spared(rdata->tp_info.transport) &&
        dropped_as_denied(rdata->pkt_info.src_name, rdata->pkt_info.src_port)) {
        return false;
    }
    if (state().tracing && core().hooks) {
        core().hooks->message(true, rdata->pkt_info.src_name, rdata->pkt_info.src_port,
                              transport_name(rdata->tp_info.transport), rdata->msg_info.msg_buf,
                              static_cast<std::size_t>(rdata->msg_info.len));
    }
    return true;
}

pj_bool_t on_rx_request(pjsip_rx_data *rdata) {
    if (!accept_incoming(rdata)) {
        return PJ_TRUE;
    }
    // Responses go to where the request came from; maddr (RFC 3261 section 18.2.2) would send them to, and look up,
    // whatever a stranger wrote.
    for (pjsip_via_hdr *via = rdata->msg_info.via; via;) {
        via->maddr_param.slen = 0;
        pjsip_hdr *next = reinterpret_cast<pjsip_hdr *>(via->next);
        via = next == &rdata->msg_info.msg->hdr
                  ? nullptr
                  : static_cast<pjsip_via_hdr *>(pjsip_msg_find_hdr(rdata->msg_info.msg, PJSIP_H_VIA, next));
    }
    rewrite_contacts(rdata);
    return PJ_FALSE;
}

pj_bool_t on_rx_response(pjsip_rx_data *rdata) {
    if (!accept_incoming(rdata)) {
        return PJ_TRUE;
    }
    rewrite_contacts(rdata);
    return PJ_FALSE;
}

pj_status_t on_tx(pjsip_tx_data *data) {
    if (state().tracing && core().hooks && data->buf.start && data->tp_info.transport) {
        core().hooks->message(false, data->tp_info.dst_name, data->tp_info.dst_port,
                              transport_name(data->tp_info.transport), data->buf.start,
                              static_cast<std::size_t>(data->buf.cur - data->buf.start));
    }
    return PJ_SUCCESS;
}

pj_status_t on_unload() {
    abandon();  // libDestroy() without uninstall()
    return PJ_SUCCESS;
}

// Ahead of the transport layer's own module (8), which on the way out has printed the message by then.
pjsip_module module = {
    nullptr, nullptr, {const_cast<char *>("mod-pbx-guard"), 13}, -1, PJSIP_MOD_PRIORITY_TRANSPORT_LAYER - 3,
    nullptr, nullptr, nullptr, &on_unload, &on_rx_request, &on_rx_response, &on_tx, &on_tx, nullptr};

// RFC 5626 section 4.4.1: a double CRLF asks for a single one.
void answer_keep_alive(const pjsip_tp_dropped_data *drop) {
    constexpr std::string_view ping = "\r\n\r\n";
    if (!is_stream(drop->tp) || drop->tp->is_shutdown || drop->tp->is_destroying) {
        return;
    }
    const std::string_view data(static_cast<const char *>(drop->data), drop->len);
    if (data.substr(0, ping.size()) != ping) {
        return;
    }
    pjsip_tpselector selector;
    pj_bzero(&selector, sizeof selector);
    selector.type = PJSIP_TPSELECTOR_TRANSPORT;
    selector.u.transport = drop->tp;
    pjsip_tpmgr_send_raw(drop->tp->tpmgr, static_cast<pjsip_transport_type_e>(drop->tp->key.type), &selector, nullptr,
                         "\r\n", 2, &drop->tp->key.rem_addr, drop->tp->addr_len, nullptr, nullptr);
}

// Where dropped data came from. A connection that ends before its first message has no rdata.
std::pair<std::string, int> source_of(const pjsip_tp_dropped_data *drop) {
    if (drop->rdata) {
        return {drop->rdata->pkt_info.src_name, drop->rdata->pkt_info.src_port};
    }
    char buffer[PJ_INET6_ADDRSTRLEN + 10];
    return {pj_sockaddr_print(&drop->tp->key.rem_addr, buffer, sizeof buffer, 0),
            pj_sockaddr_get_port(&drop->tp->key.rem_addr)};
}

// What phones send to keep a NAT binding: a few bytes of anything, or STUN (RFC 5626 section 4.4.2).
bool keeps_binding(const pjsip_tp_dropped_data *drop) {
    constexpr std::size_t few = 4, stun_header = 20, cookie_at = 4;
    constexpr unsigned char cookie[] = {0x21, 0x12, 0xA4, 0x42};
    if (!drop->data || is_stream(drop->tp)) {
        return false;
    }
    return drop->len <= few || (drop->len >= stun_header && std::memcmp(static_cast<const char *>(drop->data) + cookie_at,
                                                                       cookie, sizeof cookie) == 0);
}

void on_dropped(pjsip_tp_dropped_data *drop) {
    const auto [ip, port] = source_of(drop);
    if (!is_spared(drop->tp) && is_denied(ip, port)) {
        return;
    }
    if (drop->status == PJ_EIGNORED) {
        answer_keep_alive(drop);
        return;
    }
    if (keeps_binding(drop) || is_spared(drop->tp)) {
        return;
    }
    auto &table = state().malformed;
    auto found = table.find(ip);
    if (found != table.end()) {
        ++found->second;
    } else if (table.size() < max_malformed_addresses) {
        table.emplace(ip, 1);
    }
}

}  // namespace

void guard_start() {
    module.unload = &on_unload;
    const pj_status_t status = pjsip_endpt_register_module(core().endpoint, &module);
    if (status != PJ_SUCCESS) {
        throw std::runtime_error("cannot register mod-pbx-guard: " + status_text(status));
    }
    pjsip_tpmgr_set_drop_data_cb(pjsip_endpt_get_tpmgr(core().endpoint), &on_dropped);
}

void guard_stop() {
    pjsip_tpmgr_set_drop_data_cb(pjsip_endpt_get_tpmgr(core().endpoint), nullptr);
    if (module.id >= 0) {
        module.unload = nullptr;
        pjsip_endpt_unregister_module(core().endpoint, &module);
        module.id = -1;
    }
    state() = State();
}

void deny(const std::string &ip, const std::vector<int> &ports) {
    Denial &denial = state().denials[ip];
    denial.exempted_ports = std::unordered_set<int>(ports.begin(), ports.end());
}

void allow(const std::string &ip) { state().denials.erase(ip); }

std::map<std::string, std::uint64_t> denied() {
    std::map<std::string, std::uint64_t> result;
    for (const auto &[ip, denial] : state().denials) {
        result[ip] = denial.dropped;
    }
    return result;
}

bool is_denied(const std::string &ip, int port) {
    auto found = state().denials.find(ip);
    return found != state().denials.end() && !found->second.exempted_ports.count(port);
}

void spare_listener(int port) { state().spared_port = port; }

bool is_spared(const pjsip_transport *transport) {
    return state().spared_port > 0 && is_stream(transport) && transport->dir == PJSIP_TP_DIR_INCOMING &&
           pj_sockaddr_get_port(&transport->local_addr) == state().spared_port;
}

std::map<std::string, std::uint64_t> malformed() {
    std::map<std::string, std::uint64_t> result(state().malformed.begin(), state().malformed.end());
    state().malformed.clear();
    return result;
}

void trace(bool on) { state().tracing = on; }

}  // namespace pbx
