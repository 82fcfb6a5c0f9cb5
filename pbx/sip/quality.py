"""How good a leg sounded: a MOS estimate from loss, delay and codec (ITU-T G.107 E-model, G.113 figures)."""

import math
from typing import NamedTuple

from pbx.control.messages import Quality

# Equipment impairment Ie and packet-loss robustness Bpl per codec (ITU-T G.113 appendix I and IV, rounded).
_IMPAIRMENT = {"PCMU": (0.0, 25.1), "PCMA": (0.0, 25.1), "G722": (0.0, 25.1), "opus": (0.0, 30.0)}
_DEFAULT = (10.0, 15.0)
_JITTER_BUFFER_MS = 40.0


def mos(codec: str | None, loss: float, jitter: float, rtt: float) -> float:
    """Mean opinion score 1.0 to 4.5 for a one-way path: `loss` in percent, `jitter` and `rtt` in ms."""
    impairment, robustness = _IMPAIRMENT.get(codec or "", _DEFAULT)
    delay = rtt / 2 + max(_JITTER_BUFFER_MS, 2 * jitter)
    delayed = 0.024 * delay + (0.11 * (delay - 177.3) if delay > 177.3 else 0.0)
    effective = impairment + (95 - impairment) * loss / (loss + robustness)
    rating = min(max(93.2 - delayed - effective, 0.0), 100.0)
    score = 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6
    return round(min(max(score, 1.0), 4.5), 2)


def percentage(lost: int, received: int) -> float:
    """Lost packets as percent of all that were sent."""
    total = lost + received
    return round(100.0 * lost / total, 2) if total > 0 else 0.0


class Figures(NamedTuple):
    """What the stack counted for one leg; jitter and rtt in ms, tx_* as the peer's RTCP reported."""

    codec: str
    clock_rate: int
    rx_packets: int
    tx_packets: int
    rx_lost: int
    tx_lost: int
    rx_jitter: float
    tx_jitter: float
    rtt: float


def quality(leg: Figures) -> Quality:
    """The figures of one leg as the record keeps them."""
    rx_loss = percentage(leg.rx_lost, leg.rx_packets)
    rtt = leg.rtt if math.isfinite(leg.rtt) else 0.0
    return Quality(
        rx_packets=leg.rx_packets,
        tx_packets=leg.tx_packets,
        rx_loss=rx_loss,
        tx_loss=round(100.0 * leg.tx_lost / leg.tx_packets, 2) if leg.tx_packets else 0.0,
        jitter=round(leg.rx_jitter, 2),
        rtt=round(rtt, 2),
        mos=mos(leg.codec, rx_loss, leg.rx_jitter, rtt),
    )
