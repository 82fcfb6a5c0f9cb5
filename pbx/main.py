"""The core's one place that builds everything and wires it together. `python -m pbx.main` runs a node."""

import asyncio
import faulthandler
import gc
import resource
import signal
import sys
import time
from functools import partial

import structlog
import uvloop

from config.logs import configure
from config.settings import Settings, SettingsError, load
from pbx.calls.exchange import Exchange
from pbx.calls.voicemail import Voicemail
from pbx.chores import Chores
from pbx.control.address import AddressError
from pbx.control.server import ControlServer, tls_context
from pbx.directory import Directory, DirectoryError
from pbx.files import Files
from pbx.lamps import Lamps
from pbx.node import Node, Parts
from pbx.outside import Door, Outside
from pbx.registrar.admission import Admission, AdmissionSettings
from pbx.registrar.bindings import Bindings
from pbx.registrar.digest import Digests
from pbx.registrar.flows import Flows
from pbx.registrar.guard import Guard
from pbx.registrations import Registrations
from pbx.sip.endpoint import SipConfig, SipError
from pbx.sip.mailbox import Mailbox
from pbx.sip.stack import SipStack, StackEvent
from pbx.sip.subscriptions import our_contact
from pbx.store.outside import node_secret
from pbx.store.prompts import Prompts
from pbx.store.store import Store, StoreError
from pbx.tracing import Tracer

log = structlog.get_logger("pbx.main")

CLOSE_SECONDS = 6.0
FILES = 65536
# A thread gives way this soon (seconds): the PJSIP thread must not wait 5 ms, Python's default, for logic.
SWITCH_INTERVAL = 0.0005
# Almost nothing here is a cycle: the collector may look for them less often than by default (700, 10, 10).
COLLECT = (20_000, 20, 20)


class StartError(Exception):
    """The core cannot start; one sentence."""


def sip_config(settings: Settings) -> SipConfig:
    """Where the stack listens, and its certificate."""
    certificate, key = settings.tls_files
    for path in (certificate, key):
        if not path.is_file():
            raise StartError(f"The file {path} for SIP over TLS is missing: run `make run`, which makes one.")
    return SipConfig(
        bind=settings.bind,
        public=settings.public_address,
        port=settings.sip_port,
        tls_port=settings.sip_tls_port,
        relay_port=settings.relay_port,
        certificate=certificate,
        key=key,
        rtp_first=settings.rtp_ports[0],
        rtp_last=settings.rtp_ports[1],
        host=settings.shown_host,
    )


def load_tenants(store: Store, directory: Directory) -> None:
    """The organisations as they were when the node last ran."""
    for snapshot in store.snapshots.load():
        try:
            directory.apply(snapshot)
        except DirectoryError as error:
            log.error("snapshot.refused", tenant=snapshot.tenant, text=str(error))


def control_server(node: Node, files: Files, settings: Settings) -> ControlServer:
    """The control API's server. Raises AddressError."""
    tls = None
    if settings.control_certificate and settings.control_key:
        tls = tls_context(settings.control_certificate, settings.control_key)
    return ControlServer(node, settings.control_address, settings.control_token, tls, files=files)


async def build(settings: Settings) -> tuple[Node, SipStack, ControlServer, Store, Files]:
    """All parts of a node, wired and started. Raises StartError with one sentence when one cannot start."""
    config = sip_config(settings)
    store = await Store.open(settings.home / "core")
    store.recover()
    files = await Files.open(store, settings.home / "core")
    directory, bindings = Directory(), Bindings()
    load_tenants(store, directory)
    outside = Outside(store.outside, store.outside.usage.load(), store.outside.numbers.load())
    door = Door(directory, outside.claims, node_secret(settings.home / "core"))
    guard = Guard(flows=bindings, spares=door.spares)
    flows = Flows()
    served = AdmissionSettings(hosts=frozenset({config.host}))
    admission = Admission(directory, Digests(), guard, served, door, flows=flows)
    chores = Chores(files, private=settings.private_hooks)
    lamps = Lamps(directory, bindings, store.subscriptions, files.mailboxes, partial(our_contact, config))
    tracer = Tracer(directory, bindings)
    registrations = Registrations(
        directory,
        bindings,
        flows,
        store=store,
        tracer=tracer,
        lamps=lamps,
        keepalive_seconds=settings.keepalive_seconds,
    )
    node = Node(
        Parts(
            directory=directory,
            registrations=registrations,
            guard=guard,
            exchange=Exchange(
                directory=directory,
                locations=bindings,
                outside=outside,
                files=files,
                voicemail=Voicemail(),
            ),
            chores=chores,
            files=files,
            store=store,
            tracer=tracer,
            outside=outside,
            lamps=lamps,
        )
    )
    mailbox = Mailbox[StackEvent](asyncio.get_running_loop(), node.deliver)
    prompts = Prompts(settings.prompts)
    level = 4 if settings.log_level == "debug" else 1
    stack = SipStack(config, admission, prompts.find, mailbox.post, level, door=door)
    node.attach(stack)
    try:
        stack.start()
        node.restore(time.time())
        control = control_server(node, files, settings)
        await control.start()
    except BaseException:
        stack.stop()
        await store.close()
        raise
    return node, stack, control, store, files


async def run(settings: Settings) -> None:
    """Run a node until SIGTERM or SIGINT, then end its calls properly."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    node, stack, control, store, files = await build(settings)
    ticking = [asyncio.create_task(work) for work in (node.run(), files.run())]
    # What was made at the start lives as long as the node: keep the collector from walking over it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)
    log.info("core.ready", sip=settings.sip_port, tls=settings.sip_tls_port, control=settings.control_address)
    await stop.wait()
    log.info("core.stopping")
    await node.close(CLOSE_SECONDS)
    for task in ticking:
        task.cancel()
    await asyncio.gather(*ticking, return_exceptions=True)
    await asyncio.to_thread(stack.stop)
    await node.finish(CLOSE_SECONDS)
    await control.close()
    await store.close()
    log.info("core.stopped")


def raise_file_limit() -> None:
    """Allow as many open files as the system lets us have, up to FILES: each call takes four sockets, each
    phone on TCP or TLS one, and shells give 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main() -> int:
    """Exit status: 0 after a proper stop, 2 with one sentence on stderr when it cannot start."""
    faulthandler.enable()
    sys.setswitchinterval(SWITCH_INTERVAL)
    raise_file_limit()
    try:
        settings = load()
        configure(settings.log_level)
        uvloop.run(run(settings))
    except (SettingsError, StartError, StoreError, SipError, AddressError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
