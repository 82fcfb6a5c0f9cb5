"""REST for rows of organisations: list, read, make, change, remove, all through the tenant gate."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.common.api import TenantViewSet
from webapp.organisations.api import owner_of_new
from webapp.organisations.owned import Owned
from webapp.organisations.owned_actions import delete_owned, save_owned


class GatedField(serializers.PrimaryKeyRelatedField):
    """A row that the asker may see through `gate` (an access function); any other does not exist."""

    def __init__(self, gate: Callable[[Any], QuerySet[Any]], **kwargs: Any) -> None:
        self._gate = gate
        # DRF wants a queryset here; the gate decides when a request is there.
        super().__init__(queryset=gate(AnonymousUser()), **kwargs)

    def get_queryset(self) -> Any:
        request = self.context.get("request")
        return self._gate(request.user if request is not None else AnonymousUser())


class OwnedListField(serializers.ListField):
    """An ordered list of an Owned row (its `LISTS`), as ids."""

    def __init__(self, gate: Callable[[Any], QuerySet[Any]], **kwargs: Any) -> None:
        self._gate = gate
        kwargs |= {"child": GatedField(gate), "required": False, "max_length": 1000}
        super().__init__(**kwargs)

    def get_attribute(self, instance: Any) -> Any:
        return instance.listed(self.field_name)

    def to_representation(self, data: Any) -> list[str]:
        return [str(item.pk) for item in data]


class OwnedViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.DestroyModelMixin,
    TenantViewSet,
):
    """Rows of one Owned model. Features point `save` and `remove` at their own actions when they have rules
    of their own."""

    model: ClassVar[type[Owned]]
    filter_backends: Any = ()
    save: Callable[..., Any] = staticmethod(save_owned)
    remove: Callable[..., Any] = staticmethod(delete_owned)

    def split(self, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The columns, and the lists, of what was sent."""
        lists = {name: data.pop(name) for name in tuple(data) if name in self.model.LISTS}
        return data, lists

    def perform_create(self, serializer: serializers.BaseSerializer[Any]) -> None:
        data, lists = self.split(dict(serializer.validated_data))
        owner = owner_of_new(self.request, data)
        serializer.instance = type(self).save(self.model(organisation=owner, **data), **lists)

    def partial_update(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        data, lists = self.split(dict(serializer.validated_data))
        data.pop("organisation", None)
        for name, value in data.items():
            setattr(serializer.instance, name, value)
        type(self).save(serializer.instance, **lists)
        return Response(serializer.data)

    def perform_destroy(self, instance: Owned) -> None:
        type(self).remove(instance)
