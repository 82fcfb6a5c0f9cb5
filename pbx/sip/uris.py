"""SIP URIs and name-addr headers that we write ourselves (RFC 3261 section 25). Reading is PJSIP's work."""

from urllib.parse import quote

from pbx.ports import Binding, Subscription

_USER_SAFE = "-_.!~*'()&=+$,;?/"


def host_port(ip: str, port: int) -> str:
    """`ip:port`, with the brackets that IPv6 needs."""
    return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"


def user_uri(user: str, domain: str) -> str:
    """sip:user@domain, with the user part escaped."""
    return f"sip:{quote(user, safe=_USER_SAFE)}@{domain}"


def name_addr(name: str, uri: str) -> str:
    """ "Name" <uri>, the display name quoted and without control characters."""
    clean = "".join(char for char in name if char.isprintable()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{clean}" <{uri}>' if clean else f"<{uri}>"


def target(binding: Binding | Subscription, *, connected: bool = True) -> str:
    """Request-URI for a binding: the user part as registered, at the address it registered from; with a Path,
    the contact as it stands and the path as Route headers (RFC 3327 section 5). When the phone's own
    connection is gone (not `connected`) a new one is made to the port it listens on."""
    transport = "" if binding.transport == "udp" else f";transport={binding.transport}"
    if binding.path:
        routes = quote(",".join(binding.path), safe="")
        return f"{_without_headers(binding.contact)}?Route={routes}"
    user, at, _ = _without_headers(binding.contact).partition("@")
    scheme, _, name = user.partition(":")
    port = binding.source_port if connected else _listening_port(binding)
    source = host_port(binding.source_ip, port)
    return f"sip:{name}@{source}{transport}" if at and scheme else f"sip:{source}{transport}"


def _listening_port(binding: Binding | Subscription) -> int:
    """Where the phone says it listens, if that is at the address it came from; else where it came from."""
    rest = binding.contact.rpartition("@")[2].partition(";")[0].rstrip(">")
    host, _, port = rest.rpartition(":")
    same = host.strip("[]") == binding.source_ip and port.isdigit() and 0 < int(port) < 65536
    return int(port) if same else binding.source_port


def _without_headers(uri: str) -> str:
    return uri.partition("?")[0]


def bare(uri: str) -> str:
    """A URI of ours without parameters and headers, as To has it."""
    return _without_headers(uri).partition(";")[0]


def redirect_user(uri: str) -> str:
    """The user part of a Contact in a 3xx answer (sip:, sips: or tel:), '' when there is none."""
    bare = uri.strip().strip("<>")
    scheme, _, rest = bare.partition(":")
    if scheme.lower() == "tel":
        return rest.partition(";")[0]
    user, at, _ = rest.partition("@")
    return user.partition(";")[0] if at else ""
