"""Pages of lists (a module of its own: DRF loads it while `webapp.common.api` is still loading)."""

from typing import Any

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """Numbered pages; `page_size` up to 500."""

    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 500

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        """Rows of the same name have no order of their own in the database: without one, a page could repeat
        what another showed, and nobody would see the rest."""
        order = queryset.query.order_by or queryset.model._meta.ordering
        return super().paginate_queryset(queryset.order_by(*order, "pk"), request, view)
