// Shared state, registration with PJSIP, and helpers without a better home.
#include "core.hpp"

#include <cctype>
#include <stdexcept>

namespace pbx {

Core &core() {
    static Core instance;
    return instance;
}

void install(std::unique_ptr<Hooks> hooks) {
    Core &state = core();
    if (state.endpoint) {
        throw std::runtime_error("pbx_native is installed already");
    }
    pjsip_endpoint *endpoint = pjsua_get_pjsip_endpt();
    if (!endpoint) {
        throw std::runtime_error("call Endpoint.libCreate() and libInit() before install()");
    }
    state.endpoint = endpoint;
    state.owner = std::this_thread::get_id();
    state.hooks = std::move(hooks);
    try {
        loop_start();
        calls_start();
        dialogs_start();
        connections_start();
        screen_start();
        guard_start();
    } catch (...) {
        uninstall();
        throw;
    }
}

void uninstall() {
    Core &state = core();
    if (!state.endpoint) {
        return;
    }
    guard_stop();
    screen_stop();
    outgoing_stop();
    connections_stop();
    dialogs_stop();
    calls_stop();
    loop_stop();
    state.hooks.reset();
    state.endpoint = nullptr;
}

void abandon() {
    Core &state = core();
    screen_abandon();
    outgoing_abandon();
    connections_stop();
    dialogs_stop();
    calls_stop();
    loop_abandon();
    state.hooks.reset();
    state.endpoint = nullptr;
}

pj_str_t copied(pj_pool_t *pool, std::string_view text) {
    pj_str_t result;
    const pj_str_t source = borrowed(text);
    pj_strdup_with_null(pool, &result, &source);
    return result;
}

std::string status_text(pj_status_t status) {
    char buffer[PJ_ERR_MSG_SIZE];
    return string(pj_strerror(status, buffer, sizeof buffer));
}

std::string one_line(std::string_view text) {
    std::string result(text);
    for (char &c : result) {
        if (c == '\r' || c == '\n' || c == '\0') {
            c = ' ';
        }
    }
    return result;
}

bool equal_nocase(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) {
        return false;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::tolower(static_cast<unsigned char>(a[i])) != std::tolower(static_cast<unsigned char>(b[i]))) {
            return false;
        }
    }
    return true;
}

bool is_ip_literal(const pj_str_t &host) {
    char address[16];
    if (host.slen <= 0 || host.slen >= PJ_INET6_ADDRSTRLEN) {
        return false;
    }
    return pj_inet_pton(pj_AF_INET(), &host, address) == PJ_SUCCESS ||
           pj_inet_pton(pj_AF_INET6(), &host, address) == PJ_SUCCESS;
}

const char *transport_name(const pjsip_transport *transport) {
    switch (transport->key.type & ~PJSIP_TRANSPORT_IPV6) {
    case PJSIP_TRANSPORT_UDP:
        return "udp";
    case PJSIP_TRANSPORT_TCP:
        return "tcp";
    case PJSIP_TRANSPORT_TLS:
        return "tls";
    default:
        return "other";
    }
}

void decorate(pjsip_tx_data *data, const Headers &headers, const std::string &content_type, const std::string &body) {
    for (const auto &[name, value] : headers) {
        pj_str_t header_name = copied(data->pool, one_line(name));
        pj_str_t header_value = copied(data->pool, one_line(value));
        auto *header = pjsip_generic_string_hdr_create(data->pool, &header_name, &header_value);
        pjsip_msg_add_hdr(data->msg, reinterpret_cast<pjsip_hdr *>(header));
    }
    if (content_type.empty()) {
        return;
    }
    const std::size_t slash = content_type.find('/');
    pj_str_t type = copied(data->pool, one_line(std::string_view(content_type).substr(0, slash)));
    pj_str_t subtype = copied(
        data->pool, slash == std::string::npos ? std::string() : one_line(std::string_view(content_type).substr(slash + 1)));
    pj_str_t text = copied(data->pool, body);
    data->msg->body = pjsip_msg_body_create(data->pool, &type, &subtype, &text);
}

}  // namespace pbx
