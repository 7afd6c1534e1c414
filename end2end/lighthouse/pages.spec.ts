import { chromium, expect, test, type Page } from '@playwright/test';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import base from '../playwright.config.ts';
import { ANN, startDemo } from '../support/demo.ts';
import { signIn } from '../support/members.ts';
import { everyPage } from '../support/pages.ts';
import { MARKS, measure } from './measure.ts';

/** Only the pages whose name has one of these words, where some were asked for. */
const wanted = new RegExp(process.env.REGCRED_PAGES ?? '');
/** Pages of somebody who is not signed in. */
const OF_STRANGERS = ['signing in', 'a set-up link that was used'];

test('every page has its scores', async () => {
  const demo = await startDemo();
  const profile = await mkdtemp(join(tmpdir(), 'regcred-lighthouse-'));
  const { args, ...options } = base.use!.launchOptions!;
  // Lighthouse opens pages of its own, so it needs the browser's own cookies and not those of a context beside them.
  const context = await chromium.launchPersistentContext(profile, {
    ...options, args: [...args!, '--remote-debugging-port=0'], baseURL: demo.url, locale: 'en-GB', timezoneId: 'UTC',
  });
  const failed: string[] = [];
  try {
    const port = Number((await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n')[0]);
    const page = await context.newPage();
    await signIn(page, ANN, '/p/acme/credentials');
    await page.waitForURL('**/p/acme/credentials');
    const instance = { ...demo, data: '', output: () => '', account: ANN, project: '/p/acme', state: await context.storageState() };
    const pages = Object.entries(await everyPage(page, instance)).filter(([what]) => wanted.test(what));
    expect(pages, 'the pages that were asked for').not.toEqual([]);
    console.log(row('page', 'perf.', 'access.', 'practices', 'SEO'));
    for (const [what, address] of pages) {
      if (OF_STRANGERS.includes(what)) await context.clearCookies();
      const status = await statusOf(page, address);
      const { scores, problems } = await measure(new URL(address, demo.url).href, port, status >= 400);
      console.log([row(what, ...Object.values(scores)), ...problems.map((line) => `    ${line}`)].join('\n'));
      if (problems.length > 0 || Object.entries(MARKS).some(([one, mark]) => scores[one as keyof typeof MARKS] < mark)) failed.push(what);
      await context.clearCookies();
      await context.addCookies(instance.state.cookies);
    }
  } finally {
    await context.close();
    await demo.stop();
    await rm(profile, { recursive: true, force: true });
  }
  expect(failed, 'pages that are below a mark').toEqual([]);
});

/** What the server says to the page, which for some is no 200 on purpose. */
async function statusOf(page: Page, address: string): Promise<number> {
  const response = await page.goto(address);
  await page.goto('about:blank');
  return response!.status();
}

const row = (what: string, ...scores: (string | number)[]) => what.padEnd(52) + scores.map((one) => String(one).padStart(10)).join('');
