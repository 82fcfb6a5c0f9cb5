"""REST: the organisation's phone book from and to CSV."""

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.common.api import HasRole
from webapp.contacts import csv_files
from webapp.contacts.access import external_contacts
from webapp.contacts.serializers import ImportedSerializer, ImportSerializer
from webapp.organisations.api import owner_of_new
from webapp.organisations.roles import Role


class ImportView(APIView):
    """A CSV file into the organisation's phone book."""

    permission_classes = (IsAuthenticated, HasRole)
    read_role = write_role = Role.SUPERVISOR
    parser_classes = (MultiPartParser,)

    @extend_schema(
        summary="Take contacts of a CSV file over, all of them or, with any error, none (supervisors)",
        request={"multipart/form-data": ImportSerializer},
        responses={200: ImportedSerializer, 400: ImportedSerializer},
    )
    def post(self, request: Request) -> Response:
        asked = ImportSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        upload, dry_run = asked.validated_data["file"], asked.validated_data["dry_run"]
        data = upload.read(csv_files.MOST_BYTES + 1)
        done = csv_files.load(owner_of_new(request, {}), data, dry_run=dry_run)
        return Response(ImportedSerializer(done).data, status=400 if done.errors else 200)


class ExportView(APIView):
    """The organisation's phone book as CSV."""

    permission_classes = (IsAuthenticated, HasRole)
    read_role = Role.SUPERVISOR

    @extend_schema(
        summary="The organisation's phone book as a CSV file that can be imported again (supervisors)",
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        rows = external_contacts(request.user).select_related("organisation").prefetch_related("numbers")
        headers = {"Content-Disposition": 'attachment; filename="contacts.csv"'}
        body = "".join(csv_files.dump(rows)).encode()
        return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)
