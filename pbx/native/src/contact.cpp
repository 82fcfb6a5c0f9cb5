// Where requests of our own inside a dialog go: to the address the peer's messages come from, never to a host name
// that a peer wrote.
#include "guard.hpp"

namespace pbx {

namespace {

pjsip_sip_uri *sip_uri(void *uri_or_name) {
    if (!uri_or_name) {
        return nullptr;
    }
    auto *uri = static_cast<pjsip_uri *>(pjsip_uri_get_uri(uri_or_name));
    if (!uri || !(PJSIP_URI_SCHEME_IS_SIP(uri) || PJSIP_URI_SCHEME_IS_SIPS(uri))) {
        return nullptr;
    }
    return reinterpret_cast<pjsip_sip_uri *>(uri);
}

template <typename Header> Header *next_header(pjsip_msg *msg, pjsip_hdr_e type, Header *after) {
    void *start = nullptr;
    if (after) {
        start = after->next;
        if (start == static_cast<void *>(&msg->hdr)) {
            return nullptr;
        }
    }
    return static_cast<Header *>(pjsip_msg_find_hdr(msg, type, start));
}

void point_at_source(pjsip_rx_data *rdata, pjsip_sip_uri *uri) {
    pj_strdup2(rdata->tp_info.pool, &uri->host, rdata->pkt_info.src_name);
    uri->port = rdata->pkt_info.src_port;
    uri->maddr_param.slen = 0;
    switch (rdata->tp_info.transport->key.type & ~PJSIP_TRANSPORT_IPV6) {
    case PJSIP_TRANSPORT_TCP:
        uri->transport_param = pj_str(const_cast<char *>("tcp"));
        break;
    case PJSIP_TRANSPORT_TLS:
        uri->transport_param = pj_str(const_cast<char *>("tls"));
        break;
    default:
        uri->transport_param.slen = 0;
    }
}

bool names_a_host(const pjsip_sip_uri *uri) {
    return uri && (!is_ip_literal(uri->host) || (uri->maddr_param.slen > 0 && !is_ip_literal(uri->maddr_param)));
}

// An established dialog of this message that has no route set, so that its Contact is the next hop.
bool in_direct_dialog(const pjsip_rx_data *rdata) {
    const bool request = rdata->msg_info.msg->type == PJSIP_REQUEST_MSG;
    const pj_str_t &from_tag = rdata->msg_info.from->tag, &to_tag = rdata->msg_info.to->tag;
    if (to_tag.slen <= 0) {
        return false;
    }
    const pjsip_dialog *dialog = pjsip_ua_find_dialog(&rdata->msg_info.cid->id, request ? &to_tag : &from_tag,
                                                      request ? &from_tag : &to_tag, PJ_FALSE);
    return dialog && pj_list_empty(&dialog->route_set);
}

template <typename Change> void each_contact(pjsip_msg *msg, Change change) {
    for (auto *header = next_header<pjsip_contact_hdr>(msg, PJSIP_H_CONTACT, nullptr); header;
         header = next_header(msg, PJSIP_H_CONTACT, header)) {
        if (pjsip_sip_uri *uri = header->star ? nullptr : sip_uri(header->uri)) {
            change(uri);
        }
    }
}

// The Record-Route nearest to us is the first one in a request and the last one in a response; its writer sent us
// the packet.
void tie_nearest_route(pjsip_rx_data *rdata) {
    pjsip_msg *msg = rdata->msg_info.msg;
    auto *nearest = next_header<pjsip_rr_hdr>(msg, PJSIP_H_RECORD_ROUTE, nullptr);
    if (msg->type == PJSIP_RESPONSE_MSG) {
        for (auto *header = nearest; header; header = next_header(msg, PJSIP_H_RECORD_ROUTE, header)) {
            nearest = header;
        }
    }
    pjsip_sip_uri *uri = nearest ? sip_uri(&nearest->name_addr) : nullptr;
    if (names_a_host(uri)) {
        point_at_source(rdata, uri);
    }
}

}  // namespace

void rewrite_contacts(pjsip_rx_data *rdata) {
    pjsip_msg *msg = rdata->msg_info.msg;
    const bool response = msg->type == PJSIP_RESPONSE_MSG;
    if (rdata->msg_info.cseq->method.id == PJSIP_REGISTER_METHOD || (response && msg->line.status.code / 100 == 3)) {
        return;
    }
    const bool routed = rdata->msg_info.record_route != nullptr;
    const bool one_hop = next_header(msg, PJSIP_H_VIA, rdata->msg_info.via) == nullptr;
    if (!routed && one_hop) {
        each_contact(msg, [&](pjsip_sip_uri *uri) { point_at_source(rdata, uri); });
        return;
    }
    if (routed) {
        tie_nearest_route(rdata);
    }
    // Out of a dialog, a name in a request is refused by the screen; in one, or in a response, it is replaced.
    each_contact(msg, [&](pjsip_sip_uri *uri) {
        if (names_a_host(uri) && ((response && !routed) || in_direct_dialog(rdata))) {
            point_at_source(rdata, uri);
        }
    });
}

bool next_hop_is_a_name(const pjsip_rx_data *rdata) {
    if (rdata->msg_info.record_route) {
        return false;  // tied to its source already
    }
    bool named = false;
    each_contact(rdata->msg_info.msg, [&](pjsip_sip_uri *uri) { named = named || names_a_host(uri); });
    return named;
}

}  // namespace pbx
