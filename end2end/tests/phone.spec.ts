import { expectNoSideScroll } from '../support/axe.ts';
import { addCredential, openRow, pathOf } from '../support/credentials.ts';
import { addPipeline, fetchConfig, pathOfPipeline } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

/** What a finger can hit, in px: WCAG 2.2, target size. */
const SMALLEST = 24;
/** Two lines and what is round them. */
const TWO_LINES = 72;
/** What tells one name from another, in px. */
const NAME_ROOM = 96;

test.use({ viewport: { width: 390, height: 844 } });

test('a name in the list of credentials is high enough to hit, however long it is', async ({ page, instance }) => {
  for (const name of [unique('n'), `${unique('long')}-${'registry-of-a-team-'.repeat(4)}`]) {
    await addCredential(page, instance, { name });
    const row = await openRow(page, instance, name);
    const box = (await row.getByRole('link', { name, exact: true }).boundingBox())!;
    expect(box.height, name).toBeGreaterThanOrEqual(SMALLEST);
    expect(box.x + box.width, name).toBeLessThanOrEqual(390);
    expect((await row.boundingBox())!.height).toBeLessThanOrEqual(TWO_LINES);
    await expectNoSideScroll(page, name);
  }
});

test('at 360 px a name has room in both lists, however long the state beside it is', async ({ page, instance }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const name = `${unique('room')}-${'registry-of-a-team-'.repeat(3)}`;
  const soon = new Date(Date.now() + 25 * 86_400_000).toISOString().slice(0, 10);
  await addCredential(page, instance, { name, expires_on: soon });
  const token = await addPipeline(page, instance, { name, credentials: [name] });
  await fetchConfig(instance, token);
  for (const list of ['credentials', 'pipelines']) {
    await page.goto(`${instance.project}/${list}?q=${name}`);
    const link = (await page.getByRole('main').getByRole('link', { name, exact: true }).boundingBox())!;
    expect(link.width, list).toBeGreaterThanOrEqual(NAME_ROOM);
    await expectNoSideScroll(page, list);
  }
});

test('a name has its line to itself, and the state below it is whole', async ({ page, instance }) => {
  const name = `${unique('whole')}-${'registry-of-a-team-'.repeat(3)}`;
  const soon = new Date(Date.now() + 25 * 86_400_000).toISOString().slice(0, 10);
  await addCredential(page, instance, { name, expires_on: soon });
  for (const width of [360, 390]) {
    await page.setViewportSize({ width, height: 740 });
    const row = await openRow(page, instance, name);
    const link = (await row.getByRole('link', { name, exact: true }).boundingBox())!;
    expect(link.width, `${width} px`).toBeGreaterThanOrEqual(2 * NAME_ROOM);
    const state = row.getByText(/^Expires in \d+ days$/);
    const shown = (await state.boundingBox())!;
    expect(shown.y, 'below the name').toBeGreaterThanOrEqual(link.y + link.height);
    const isCut = await state.evaluate((dot) => dot.parentElement!.scrollWidth > dot.parentElement!.clientWidth);
    expect(isCut, `${width} px`).toBe(false);
    await expectNoSideScroll(page, `the list at ${width} px`);
  }
  // Nothing has to be done about a date that is far away: it takes no line of its own.
  const fine = unique('fine');
  const late = new Date(Date.now() + 250 * 86_400_000).toISOString().slice(0, 10);
  await addCredential(page, instance, { name: fine, expires_on: late });
  const row = await openRow(page, instance, fine);
  expect((await row.boundingBox())!.height).toBeLessThanOrEqual(TWO_LINES);
});

test('a host has all the room of its line, however long the state above it is', async ({ page, instance }) => {
  const name = `${unique('host')}-${'registry-of-a-team-'.repeat(2)}`;
  const late = new Date(Date.now() + 250 * 86_400_000).toISOString().slice(0, 10);
  await addCredential(page, instance, { name, registry_url: 'registry.example.com:5000', expires_on: late });
  for (const width of [360, 390]) {
    await page.setViewportSize({ width, height: 844 });
    const row = await openRow(page, instance, name);
    const [host, used] = [row.locator('td').nth(1), row.locator('td').nth(3)];
    await expect(host).toHaveText('registry.example.com:5000');
    const { isCut, y } = await host.evaluate((cell) => ({ isCut: cell.scrollWidth > cell.clientWidth, y: cell.getBoundingClientRect().y }));
    expect(isCut, `${width} px`).toBe(false);
    // What stands at the end of the line has some room to the border.
    const end = await used.evaluate((cell) => {
      const text = document.createRange();
      text.selectNodeContents(cell);
      return text.getBoundingClientRect().right;
    });
    const outer = (await row.boundingBox())!;
    expect(outer.x + outer.width - end, `${width} px`).toBeGreaterThanOrEqual(8);
    const link = (await row.getByRole('link', { name, exact: true }).boundingBox())!;
    expect(y, 'below the name').toBeGreaterThanOrEqual(link.y + link.height);
    expect(outer.height).toBeLessThanOrEqual(TWO_LINES);
    await expectNoSideScroll(page, `the list at ${width} px`);
  }
});

test('the menu of a row stands at the end of the line of its name', async ({ page, instance }) => {
  const name = unique('menu');
  await addCredential(page, instance, { name });
  const row = await openRow(page, instance, name);
  const link = (await row.getByRole('link', { name, exact: true }).boundingBox())!;
  const menu = (await row.getByRole('button', { name: `More actions for ${name}` }).boundingBox())!;
  const outer = (await row.boundingBox())!;
  expect(menu.height).toBeGreaterThanOrEqual(SMALLEST);
  expect(Math.abs(menu.y + menu.height / 2 - (link.y + link.height / 2)), 'in one line').toBeLessThanOrEqual(4);
  expect(outer.x + outer.width - (menu.x + menu.width), 'at its end').toBeLessThanOrEqual(16);
});

test('what says that a fetch opens stays in its first line', async ({ page, instance }) => {
  const [name, credential] = [unique('failed'), unique('failed')];
  await addCredential(page, instance, { name: credential });
  const token = await addPipeline(page, instance, { name, credentials: [credential] });
  const delivery = (await fetchConfig(instance, token)).headers.get('regcred-fetch')!;
  const report = await fetch(`${instance.url}/api/v1/deliveries/${delivery}/outcome`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ outcome: 'failed' }),
  });
  expect(report.ok, await report.text()).toBe(true);
  await page.goto(`${pathOfPipeline(page)}/deliveries`);
  const fetched = page.getByRole('region', { name: 'Fetches' }).locator('summary').filter({ hasText: 'Reported: failed' });
  await expect(fetched).toBeVisible();
  const [top, end] = await fetched.evaluate((summary) => {
    const { position, top, right } = getComputedStyle(summary, '::after');
    return position === 'absolute' ? [Number.parseFloat(top), Number.parseFloat(right)] : [NaN, NaN];
  });
  expect(top).toBeLessThanOrEqual(12);
  expect(end).toBeLessThanOrEqual(8);
  await expectNoSideScroll(page, 'the fetches');
});

test('a pipeline in the list is two lines', async ({ page, instance }) => {
  const [name, credential] = [unique('two'), unique('two')];
  await addCredential(page, instance, { name: credential });
  const token = await addPipeline(page, instance, { name, credentials: [credential] });
  await fetchConfig(instance, token);
  await page.goto(`${instance.project}/pipelines?q=${name}`);
  const row = page.locator('tbody > tr').filter({ has: page.getByRole('link', { name, exact: true }) });
  expect((await row.boundingBox())!.height).toBeLessThanOrEqual(TWO_LINES);
  const link = row.getByRole('link', { name, exact: true });
  expect((await link.boundingBox())!.height).toBeGreaterThanOrEqual(SMALLEST);
  await expect(row.getByText('1 token')).toBeVisible();
  await expect(row.getByText('just now').first()).toBeVisible();
  await expectNoSideScroll(page, 'the pipelines');
  await link.click();
  await expect(page.getByRole('link', { name: 'Delete', exact: true })).toBeVisible();
});

test('no tab is out of sight', async ({ page, instance }) => {
  const name = unique('tabs');
  await addCredential(page, instance, { name });
  await addPipeline(page, instance, { name, credentials: [name] });
  const pipeline = pathOfPipeline(page);
  for (const [address, label] of [[await pathOf(page, instance, name), 'Credential'], [pipeline, 'Pipeline']] as const) {
    await page.goto(address);
    const tabs = page.getByRole('navigation', { name: label, exact: true }).getByRole('link');
    for (const tab of await tabs.all()) {
      const { x, width } = (await tab.boundingBox())!;
      expect(x, address).toBeGreaterThanOrEqual(0);
      expect(x + width, address).toBeLessThanOrEqual(390);
    }
    await expectNoSideScroll(page, address);
  }
});

test('a cell that says nothing has no label', async ({ page, instance }) => {
  await addPipeline(page, instance, { name: unique('silent') });
  await page.goto(`${pathOfPipeline(page)}/activity`);
  const created = page.getByRole('row').filter({ hasText: 'created the pipeline' });
  await expect(created.locator('[data-label="What"]')).toBeVisible();
  // A cell that is not there is hidden, too.
  await expect(created.locator('[data-label="Details"]')).toHaveCount(1);
  await expect(created.locator('[data-label="Details"]')).toBeHidden();
});

test('a time runs on with who did it', async ({ page, instance }) => {
  await addPipeline(page, instance, { name: unique('on') });
  await page.goto(`${pathOfPipeline(page)}/identity`);
  const made = page.locator('[data-label="Created"]').first();
  const { time, by } = await made.evaluate((cell) => {
    const [time, by] = [cell.querySelector('time')!, cell.querySelector('.muted')!];
    return { time: time.getBoundingClientRect().bottom, by: by.getBoundingClientRect().top };
  });
  expect(by).toBeLessThan(time);
});
