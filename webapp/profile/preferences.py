"""How somebody likes the softphone. Kept on the server, so it is the same in every browser; devices are the
browser's ids, which another browser does not have and then falls back to its own choice."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

THEMES = ("auto", "light", "dark")
TIME_FORMATS = ("24", "12")
RINGTONES = ("classic", "soft", "bell", "marimba", "none")
# What a key may be given to: on the screen, and in a call.
ACTIONS = (
    "answer",
    "decline",
    "hang_up",
    "mute",
    "hold",
    "swap",
    "transfer",
    "consult",
    "park",
    "record",
    "keypad",
    "note",
    "search",
    "dial",
    "status",
    "caller_id",
    "go_start",
    "go_phone",
    "go_contacts",
    "go_history",
    "go_voicemail",
    "go_recordings",
    "go_calendar",
    "go_settings",
    "help",
)
_KEYS = re.compile(r"(?:(?:mod|ctrl|alt|shift|meta)\+)*[^\s+]{1,20}")
_MOST_WIDGETS = 20


class _Object(serializers.Serializer[Any]):
    """An object of preferences: keys that are not known are refused, so that nothing is kept that nobody
    reads."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({str(unknown[0])[:40]: [_("This is not known.")]})
        return super().to_internal_value(data)


def _device(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(max_length=200, allow_blank=True, default="", **kwargs)


def _volume() -> serializers.FloatField:
    return serializers.FloatField(min_value=0, max_value=1, default=1.0)


class CallAudioSerializer(_Object):
    """Sound during calls. Devices by the browser's id; empty: its own choice."""

    input = _device()
    output = _device()
    volume = _volume()
    echo_cancellation = serializers.BooleanField(default=True)
    noise_suppression = serializers.BooleanField(default=True)
    auto_gain = serializers.BooleanField(default=True)


class RingAudioSerializer(_Object):
    """Sound of ringing."""

    output = _device()
    volume = _volume()
    ringtone = serializers.ChoiceField(choices=RINGTONES, default="classic")


class NotificationsSerializer(_Object):
    """What the browser tells when its window is hidden."""

    calls = serializers.BooleanField(default=True)
    missed = serializers.BooleanField(default=True)
    voicemail = serializers.BooleanField(default=True)
    who = serializers.BooleanField(default=True, help_text="Show who it is.")


class PreferencesSerializer(_Object):
    """All preferences; what was never set has its default. PATCH changes the keys that are sent, inside
    objects too."""

    theme = serializers.ChoiceField(choices=THEMES, default="auto")
    time_format = serializers.ChoiceField(choices=TIME_FORMATS, default="24")
    call_audio = CallAudioSerializer(default=dict)
    ring_audio = RingAudioSerializer(default=dict)
    notifications = NotificationsSerializer(default=dict)
    shortcuts = serializers.DictField(
        child=serializers.CharField(max_length=40, allow_blank=True),
        default=dict,
        allow_null=True,
        help_text=f"Action to keys such as mod+shift+m; empty: none; null: the standard keys for all. "
        f"Actions: {', '.join(ACTIONS)}.",
    )
    call_with = serializers.CharField(
        max_length=64,
        allow_blank=True,
        default="",
        help_text="Id of the device that calls are made with; empty: this browser.",
    )
    widgets = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=_MOST_WIDGETS, default=list
    )

    def validate_shortcuts(self, value: dict[str, str] | None) -> dict[str, str] | None:
        if value is None:
            return None
        unknown = sorted(set(value) - set(ACTIONS))
        if unknown:
            raise serializers.ValidationError(_("%(name)s is not known.") % {"name": unknown[0][:40]})
        wrong = [keys for keys in value.values() if keys and not _KEYS.fullmatch(keys)]
        if wrong:
            raise serializers.ValidationError(_("%(keys)s is no key.") % {"keys": wrong[0]})
        return value


def whole(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept, with the default of all that is not."""
    serializer = PreferencesSerializer()
    return _filled(serializer, kept)


def _filled(serializer: serializers.Serializer[Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, each in serializer.fields.items():
        value = kept.get(name)
        if isinstance(each, serializers.Serializer):
            found[name] = _filled(each, value if isinstance(value, Mapping) else {})
        else:
            default = each.default() if callable(each.default) else each.default
            found[name] = default if value is None else value
    return found


def check_keys(kept: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Raises ValidationError when two actions would have one key."""
    keys = {**(kept.get("shortcuts") or {}), **(changes.get("shortcuts") or {})}
    used = [key for key in keys.values() if key]
    twice = sorted({key for key in used if used.count(key) > 1})
    if twice:
        text = _("%(keys)s stands for two actions.") % {"keys": twice[0]}
        raise serializers.ValidationError({"shortcuts": [text]})
