/** What is true of every page of the demo. It has hundreds, so they are looked at once: scripts add no height. */
import type { Page } from '@playwright/test';
import { ANN, startDemo } from '../support/demo.ts';
import { signIn } from '../support/members.ts';
import { NOBODY } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

/** Two screens of 800 px. */
const HIGHEST = 1600;
const PROJECT = '/p/acme';
/** The page of a credential or a pipeline, to which a row of a list leads. */
const THING = new RegExp(`^${PROJECT}/(credentials|pipelines)/[0-9a-f-]{36}$`);
const LISTS = [`${PROJECT}/credentials`, `${PROJECT}/pipelines`];
/** The registry and image that most of its builds push. */
const IMAGE = 'ghcr.io/acme/api';

const isGuide = (path: string) => path.startsWith('/help');

/** The addresses of every page that the menu, the tabs, the rows and the pages of the lists lead to from here. */
async function linksOf(page: Page): Promise<string[]> {
  const hrefs = (selector: string) =>
    page.locator(selector).evaluateAll((links) => links.map((link) => {
      const { pathname, search } = new URL((link as HTMLAnchorElement).href);
      return { pathname, whole: pathname + search };
    }));
  const parts = await hrefs('.site-nav a[href], .tabs a[href]');
  const rows = await hrefs('main td a[href]');
  const pages = await hrefs('.pager a[href]');
  return [
    ...parts.map(({ pathname }) => pathname).filter((path) => !isGuide(path)),
    ...rows.map(({ pathname }) => pathname).filter((path) => THING.test(path)),
    ...pages.filter(({ pathname }) => LISTS.includes(pathname)).map(({ whole }) => whole),
  ];
}

test('no page of the demo but a guide is higher than two screens', async ({ browser }) => {
  test.setTimeout(600_000);
  const demo = await startDemo();
  const context = await browser.newContext({ baseURL: demo.url, storageState: NOBODY, viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await signIn(page, ANN, LISTS[0]!);
    await page.waitForURL(`**${LISTS[0]}`);
    const waiting = [...LISTS];
    const seen = new Set(waiting);
    const [high, pipelines]: [string[], string[]] = [[], []];
    const look = async (address: string) => {
      await page.goto(address);
      const title = await page.title();
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      if (height > HIGHEST) high.push(`${title}, ${address}: ${height} px`);
    };
    for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
      await look(address);
      if (THING.test(address) && address.includes('/pipelines/')) pipelines.push(address.split('/').at(-1)!);
      for (const link of await linksOf(page)) {
        if (!seen.has(link)) waiting.push(link);
        seen.add(link);
      }
    }
    for (const id of pipelines.slice(0, 4)) await look(`${PROJECT}/match?image=${IMAGE}&pipeline=${id}`);
    // Thirteen credentials with six parts and forty pipelines with five, the lists and the pages of the instance.
    expect(seen.size, 'the pages that were found').toBeGreaterThan(270);
    expect(high).toEqual([]);
  } finally {
    await context.close();
    await demo.stop();
  }
});
