// Counting starts at accept: for TLS at the gate ahead of the handshake (patch 0003), so that half-open handshakes
// count too; for TCP when the transport reports itself connected.
#include "connections.hpp"

#include "guard.hpp"

#include <pj/ssl_sock.h>

#include <unordered_map>

namespace pbx {

namespace {

struct Connection {
    std::string ip;
    int port = 0;
    const char *transport = "";
    bool counted = false;
    bool refused = false;
    bool reported = false;
};

struct State {
    int per_address = 0;
    int total = 0;
    int count = 0;
    std::unordered_map<std::string, int> by_address;
    std::unordered_map<const pjsip_transport *, Connection> known;
};

State &state() {
    static State instance;
    return instance;
}

bool admit(const std::string &ip, int port) {
    State &s = state();
    if (is_denied(ip, port) || (s.total > 0 && s.count >= s.total)) {
        return false;
    }
    int &here = s.by_address[ip];
    if (s.per_address > 0 && here >= s.per_address) {
        return false;
    }
    ++here;
    ++s.count;
    return true;
}

void leave(const std::string &ip) {
    State &s = state();
    auto found = s.by_address.find(ip);
    if (found == s.by_address.end()) {
        return;  // came in before install()
    }
    if (--found->second <= 0) {
        s.by_address.erase(found);
    }
    --s.count;
}

std::string address_text(const pj_sockaddr_t *address) {
    char buffer[PJ_INET6_ADDRSTRLEN + 10];
    return pj_sockaddr_print(address, buffer, sizeof buffer, 0);
}

pj_bool_t tls_gate(const pj_sockaddr_t *remote, pj_bool_t gone) {
    const std::string ip = address_text(remote);
    if (gone) {
        leave(ip);
        return PJ_TRUE;
    }
    return admit(ip, pj_sockaddr_get_port(remote)) ? PJ_TRUE : PJ_FALSE;
}

void connected(pjsip_transport *transport) {
    Connection connection;
    connection.ip = address_text(&transport->key.rem_addr);
    connection.port = pj_sockaddr_get_port(&transport->key.rem_addr);
    connection.transport = transport_name(transport);
    if (transport->dir == PJSIP_TP_DIR_INCOMING && !(transport->flag & PJSIP_TRANSPORT_SECURE) &&
        !is_spared(transport)) {
        connection.counted = admit(connection.ip, connection.port);
        connection.refused = !connection.counted;
    }
    const bool refused = connection.refused;
    state().known[transport] = std::move(connection);
    if (refused) {
        pjsip_transport_shutdown(transport);
    }
}

void gone(const pjsip_transport *transport, bool destroyed) {
    auto found = state().known.find(transport);
    if (found == state().known.end()) {
        return;
    }
    const bool report = !found->second.refused && !found->second.reported;
    found->second.reported = true;
    const Connection connection = found->second;
    if (destroyed) {
        state().known.erase(found);
        if (connection.counted) {
            leave(connection.ip);
        }
    }
    if (report && core().hooks) {
        core().hooks->closed(connection.ip, connection.port, connection.transport);
    }
}

void on_transport_state(pjsip_transport *transport, pjsip_transport_state change, const pjsip_transport_state_info *) {
    if (!is_stream(transport)) {
        return;
    }
    switch (change) {
    case PJSIP_TP_STATE_CONNECTED:
        connected(transport);
        break;
    case PJSIP_TP_STATE_DISCONNECTED:
        gone(transport, false);
        break;
    case PJSIP_TP_STATE_DESTROY:
        gone(transport, true);
        break;
    default:
        break;
    }
}

}  // namespace

void connections_start() {
    // pjsua's own callback calls this one; chaining on the transport manager would end in a circle.
    pjsua_var.ua_cfg.cb.on_transport_state = &on_transport_state;
    pj_ssl_sock_set_gate(&tls_gate);
}

void connections_stop() {
    pj_ssl_sock_set_gate(nullptr);
    pjsua_var.ua_cfg.cb.on_transport_state = nullptr;
    state() = State();
}

void limit_connections(int per_address, int total) {
    state().per_address = per_address;
    state().total = total;
}

int connections() { return state().count; }

}  // namespace pbx
