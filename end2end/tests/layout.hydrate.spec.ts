import type { Page } from '@playwright/test';
import { holdScripts, isAwake, isModal } from '../support/awake.ts';
import { everyPage } from '../support/pages.ts';
import { slowWayTo } from '../support/slow.ts';
import { expect, test } from '../support/test.ts';

const PAGES = [
  'the list', 'the create dialog', 'the create dialog with a preset', 'the edit dialog', 'the dialog for another secret',
  'the delete dialog', 'a credential', 'the pipelines', 'the create dialog of pipelines', 'a pipeline', 'a guide',
];

/** Those that are looked at while they arrive: what is drawn over a page, and the longest. */
const ARRIVING = [
  ...PAGES, 'the create dialog for a key file', 'granting a credential', 'the delete dialog of a pipeline', 'revoking a token',
  'a version that is current', 'what a pipeline received', 'the approvals', 'what the finder found',
];
/** A table whose next row is longer, or a heading that gets its second line. A dialog that moves is ten times as much. */
const MOST = 0.02;

type Shifting = { shifts: string[] };

/** Has every page of the browser note what moves on it. */
async function noteShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: string[] = [];
    (window as unknown as Shifting).shifts = shifts;
    const noted = (list: PerformanceObserverEntryList) => {
      for (const entry of list.getEntries()) {
        const { value, sources } = entry as PerformanceEntry & { value: number; sources: { node?: Node }[] };
        const moved = sources.map(({ node }) => (node instanceof Element ? `${node.tagName}.${node.className}` : node?.nodeName));
        shifts.push(`${value.toFixed(4)} ${moved.join(', ')}`);
      }
    };
    new PerformanceObserver(noted).observe({ type: 'layout-shift', buffered: true });
  });
}

/** Waits for what is drawn: what a frame moves is told in the next one. */
function twoFrames(page: Page): Promise<void> {
  return page.evaluate(() => new Promise<void>((done) => { requestAnimationFrame(() => requestAnimationFrame(() => done())); }));
}

/** What has moved, once the scripts have run. */
async function shiftsSoFar(page: Page): Promise<string[]> {
  if (await page.getByRole('dialog').count()) {
    await isModal(page);
  }
  await twoFrames(page);
  return page.evaluate(() => (window as unknown as Shifting).shifts);
}

for (const what of PAGES) {
  test(`nothing moves when the scripts of a page begin to run: ${what}`, async ({ page, instance }) => {
    const pages = await everyPage(page, instance);
    await noteShifts(page);
    const release = await holdScripts(page);
    await page.goto(pages[what]!, { waitUntil: 'domcontentloaded' });
    await twoFrames(page);
    // A busy machine draws a long page in parts, and what moves by that is the next claim's.
    await page.evaluate(() => { (window as unknown as Shifting).shifts.length = 0; });
    release();
    await isAwake(page);
    await page.waitForLoadState('networkidle');
    expect(await shiftsSoFar(page)).toEqual([]);
  });
}

for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
  test.describe(`at ${viewport.width} px`, () => {
    test.use({ viewport });

    test('no dialog moves while its page arrives bit by bit, and hardly anything else', async ({ page, instance }) => {
      test.setTimeout(120_000);
      const pages = await everyPage(page, instance);
      const way = await slowWayTo(instance);
      await noteShifts(page);
      const moved: string[] = [];
      for (const what of ARRIVING) {
        await page.goto(way.url + pages[what]!, { waitUntil: 'load' });
        const shifts = await shiftsSoFar(page);
        const sum = shifts.reduce((sum, shift) => sum + parseFloat(shift), 0);
        if (sum > MOST || shifts.some((shift) => /DIALOG|dialog/.test(shift))) moved.push(`${what}: ${shifts.join('; ')}`);
      }
      await way.close();
      expect(moved).toEqual([]);
    });
  });
}
