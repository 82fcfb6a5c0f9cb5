"""What axe finds on a screen that stands still."""

from typing import Any

from playwright.async_api import Page

from tests.running import ROOT

SCRIPT = ROOT / "webapp" / "client" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 20_000
# What moves has colours that it will not have, and what comes or goes is half there. What turns for ever is a
# loader, and a level follows what is heard. One frame is not enough: React draws what comes before it moves.
STILL = """async (patience) => {
  const moving = () => document.getAnimations().filter(({ playState, effect }) => playState === "running" &&
    effect.getTiming().iterations !== Infinity && !effect.target?.closest("[role=progressbar]"));
  const end = performance.now() + patience;
  let quiet = 0;
  while (quiet < 3) {
    await new Promise((done) => setTimeout(done, 25));
    quiet = moving().length ? 0 : quiet + 1;
    if (performance.now() > end) return moving().map(({ effect }) => effect.target?.outerHTML.slice(0, 200));
  }
  return [];
}"""
# Whether something began to move since then is told with what is found.
RUN = """async () => {
  let moved = false;
  const note = ({ target }) => { moved ||= !target.closest("[role=progressbar]"); };
  const begins = ["transitionrun", "animationstart"];
  for (const each of begins) document.addEventListener(each, note, true);
  const { violations } = await axe.run({ resultTypes: ["violations"] });
  for (const each of begins) document.removeEventListener(each, note, true);
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const found = serious.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} (${failureSummary})`));
  return { moved, found };
}"""


async def still(page: Page) -> None:
    """Until nothing on the screen moves."""
    moving = await page.evaluate(STILL, PATIENCE_MS)
    assert not moving, f"{page.url}: still moves: {moving}"


async def serious_faults(page: Page) -> list[str]:
    """Everything that axe finds serious or worse. Of a screen on which something began to move meanwhile, as
    when a message goes by itself, only what is still found afterwards."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(SCRIPT.read_text())
    for _ in range(5):
        await still(page)
        told: dict[str, Any] = await page.evaluate(RUN)
        found: list[str] = told["found"]
        if not found or not told["moved"]:
            return found
    return [*found, "and something moved each time"]
