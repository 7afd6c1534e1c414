import { everyPage } from '../support/pages.ts';
import { expect, test } from '../support/test.ts';

const PAGES = [
  'the list', 'the create dialog', 'the create dialog with a preset', 'the edit dialog', 'the dialog for another secret',
  'the delete dialog', 'a credential', 'the pipelines', 'the create dialog of pipelines', 'a pipeline', 'a guide',
];

type Shifting = { shifts: string[] };

for (const what of PAGES) {
  test(`nothing moves when the scripts of a page begin to run: ${what}`, async ({ page, instance }) => {
    const pages = await everyPage(page, instance);
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
    await page.goto(pages[what]!, { waitUntil: 'networkidle' });
    if (await page.getByRole('dialog').count()) {
      await page.waitForFunction(() => document.querySelector('dialog')?.matches(':modal'));
    }
    // What a frame moves is told in the next one.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    expect(await page.evaluate(() => (window as unknown as Shifting).shifts)).toEqual([]);
  });
}
