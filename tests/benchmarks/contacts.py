"""What search as you type costs: time on the clock, and CPU of web and database together, for 50,000 contacts
and 500 colleagues; on SQLite in a file, and on a private PostgreSQL where there is one."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.measure import Result
from tests.running import ROOT, RunningCore
from tests.services import postgres

TARGET = 100.0  # ms
PROGRAM = """
import json, random, time
from django.db import connection
from tests.benchmarks.measure import usage
from webapp.contacts import searching
from webapp.contacts.actions import BATCH, book_of, prepare, tokens_of
from webapp.contacts.models import Contact, ContactNumber, Token
from webapp.extensions.models import Extension
from webapp.organisations.actions import create_organisation
from webapp.people.models import User

FIRST = "Anna Bram Chris Daan Emma Fleur Gijs Hanna Iris Jan Kees Lotte Marie Noah Piet Roos Zoë".split()
LAST = "Bakker Jansen Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Kramer Kok".split()
MIDDLE = ["", "van ", "de ", "van den ", "van der "]
KINDS = "Bakkerij Installaties Advocaten Transport Bouw Zorg Techniek Makelaars Catering Advies".split()
rng = random.Random(1)
alpha = create_organisation(name="Bench", domain="bench.test")
viewer = User.objects.create_user("bench@bench.test", "x", name="Bench", organisation=alpha)
book = book_of(alpha)
for at in range(0, 50_000, BATCH):
    rows = [
        Contact(
            organisation=alpha, book=book, first_name=rng.choice(FIRST),
            last_name=rng.choice(MIDDLE) + rng.choice(LAST) + rng.choice(["", "", str(at)]),
            company=f"{rng.choice(LAST)} {rng.choice(KINDS)} {at % 977}", department=rng.choice(KINDS),
        )
        for _ in range(BATCH)
    ]
    for row in rows:
        prepare(row)
    Contact.objects.bulk_create(rows)
    numbers = {row.pk: f"+316{rng.randrange(10**8):08}" for row in rows}
    ContactNumber.objects.bulk_create(ContactNumber(contact=row, number=numbers[row.pk]) for row in rows)
    Token.objects.bulk_create(token for row in rows for token in tokens_of(row, [numbers[row.pk]]))
Extension.objects.bulk_create(
    Extension(organisation=alpha, number=str(1000 + at), name=f"{rng.choice(FIRST)} {rng.choice(LAST)}")
    for at in range(500)
)
with connection.cursor() as cursor:
    cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
backend = None
if connection.vendor == "postgresql":
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]

def cpu():
    return time.process_time() + (usage(backend).cpu if backend else 0.0)

spent = {}
for query in ("j", "v", "jan", "jan b", "b v", "06", "0612", "1234", "jansen bouw", "anna van den bakker"):
    searching.search(viewer, query, searching.Wanted(), 50)
    spent[query] = []
    for _ in range(20):
        busy, clock = cpu(), time.perf_counter()
        found = searching.search(viewer, query, searching.Wanted(), 50)
        spent[query].append((cpu() - busy, time.perf_counter() - clock))
print(json.dumps({"vendor": connection.vendor, "spent": spent}))
"""


async def search(core: RunningCore, folder: Path) -> list[Result]:
    """All kinds of queries, twenty times each. The core stands idle."""
    plain = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    results = figures(await asyncio.to_thread(measure, plain | {"CENTRALE_HOME": str(folder)}))
    if postgres.binaries() is not None:
        with postgres.cluster() as server:
            env = plain | {"CENTRALE_HOME": str(folder), "DATABASE_URL": server.url}
            results += figures(await asyncio.to_thread(measure, env))
    return results


def figures(found: dict[str, Any]) -> list[Result]:
    """Of the slowest query, and of all."""
    by_query = [np.array(each) * 1000 for each in found["spent"].values()]
    every = np.concatenate(by_query)
    name = f"search in 50,000 contacts, {found['vendor']}"
    return [
        Result(f"{name}: time p95", float(np.percentile(every[:, 1], 95)), "ms", TARGET),
        Result(f"{name}: time p50", float(np.percentile(every[:, 1], 50)), "ms"),
        Result(f"{name}: CPU, mean", float(every[:, 0].mean()), "ms"),
        Result(f"{name}: CPU of the dearest query", max(float(np.median(q[:, 0])) for q in by_query), "ms"),
    ]


def measure(environment: dict[str, str]) -> dict[str, Any]:
    """Fill a database of its own and search it; seconds of CPU, on the clock, and results by query."""
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)
    done = subprocess.run(
        [*manage, "shell", "-v", "0", "-c", PROGRAM],
        cwd=ROOT,
        env={**environment, "CENTRALE_LOG_LEVEL": "warning"},
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    print(measure(dict(os.environ)))
