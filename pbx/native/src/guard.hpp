// The outermost module: what it decides before anything else sees a message.
#pragma once

#include "core.hpp"

#include <map>
#include <string>
#include <vector>

namespace pbx {

// Messages from this address are dropped, except from the given source ports.
void deny(const std::string &ip, const std::vector<int> &ports);
void allow(const std::string &ip);
std::map<std::string, std::uint64_t> denied();
// Does a connection or message from here go nowhere?
bool is_denied(const std::string &ip, int port);

// What the TCP listener on this port accepts is neither denied nor counted: behind it stands a program of ours that
// brings others.
void spare_listener(int port);
bool is_spared(const pjsip_transport *transport);

// Messages that the parser gave up on, by address, since the last call.
std::map<std::string, std::uint64_t> malformed();

// Show every message to Hooks::message.
void trace(bool on);

// Points Contacts at where their message came from (contact.cpp).
void rewrite_contacts(pjsip_rx_data *rdata);
// Would a dialog made by this request begin with a look-up of a host name?
bool next_hop_is_a_name(const pjsip_rx_data *rdata);

}  // namespace pbx
