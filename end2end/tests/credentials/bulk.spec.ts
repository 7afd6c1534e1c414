import type { Page } from '@playwright/test';
import { expectAccessible, expectNoSideScroll } from '../../support/axe.ts';
import { addCredential, expectListAt, expectSaid, pathOf, rowOf } from '../../support/credentials.ts';
import { confirm } from '../../support/form.ts';
import { addMember, signIn } from '../../support/members.ts';
import { addPipeline, fetchConfig, hostsIn } from '../../support/pipelines.ts';
import { unique } from '../../support/secrets.ts';
import type { Instance } from '../../support/server.ts';
import { expect, test } from '../../support/test.ts';

/** Three credentials, and the list of them by their last change; gives their names. */
async function openThree(page: Page, instance: Instance): Promise<string[]> {
  const prefix = unique('bulk');
  const names: string[] = [];
  for (const end of ['a', 'b', 'c']) {
    const name = `${prefix}-${end}`;
    // Few registries: other tests choose one in the filter, which lists so many and no more.
    await addCredential(page, instance, { name, registry_url: `${end}.example.com`, paths: `acme/${name}` });
    names.push(name);
  }
  await page.goto(`${instance.project}/credentials?q=${prefix}&sort=changed`);
  return names;
}

const tick = (page: Page, name: string) => page.getByRole('checkbox', { name: `Select ${name}`, exact: true });
const bar = (page: Page) => page.getByRole('form', { name: 'Selected credentials' });

test('what is selected is disabled, and the message after it takes it back', async ({ page, instance }) => {
  const names = await openThree(page, instance);
  const [a, b, c] = names as [string, string, string];
  const list = page.url();
  const token = await addPipeline(page, instance, { name: unique('reader'), credentials: names });
  const hosts = async () => hostsIn(await fetchConfig(instance, token));
  expect(await hosts()).toHaveLength(3);
  await page.goto(list);

  await expect(bar(page)).toBeHidden();
  await tick(page, a).check();
  await tick(page, b).check();
  await expect(bar(page)).toBeVisible();
  await bar(page).getByRole('button', { name: 'Disable', exact: true }).click();
  // They were delivered just now.
  await page.getByRole('dialog').getByRole('button', { name: 'Disable 2 credentials', exact: true }).click();
  await expectSaid(page, '2 credentials were disabled: pipelines no longer receive them.');
  await expectListAt(page, list);
  for (const name of [a, b]) await expect(rowOf(page, name)).toContainText('Disabled');
  await expect(rowOf(page, c)).not.toContainText('Disabled');
  await expect(tick(page, a)).not.toBeChecked();
  await expect(bar(page)).toBeHidden();
  expect(await hosts()).toEqual(['c.example.com']);

  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expectSaid(page, '2 credentials were enabled: pipelines with a grant receive them again.');
  await expectListAt(page, list);
  for (const name of names) await expect(rowOf(page, name)).not.toContainText('Disabled');
  expect(await hosts()).toHaveLength(3);
});

test('what is selected is enabled, and what is so already is left', async ({ page, instance }) => {
  const [a, b] = (await openThree(page, instance)) as [string, string];
  await tick(page, a).check();
  await bar(page).getByRole('button', { name: 'Disable', exact: true }).click();
  await expectSaid(page, `${a} is disabled: pipelines no longer receive it.`);
  for (const name of [a, b]) await tick(page, name).check();
  await bar(page).getByRole('button', { name: 'Enable', exact: true }).click();
  await expectSaid(page, `${a} is enabled: pipelines with a grant receive it again. 1 was already enabled.`);
  await expect(rowOf(page, a)).not.toContainText('Disabled');
});

test('what was deleted meanwhile is told, and the others are disabled', async ({ page, context, instance }) => {
  const [a, b] = (await openThree(page, instance)) as [string, string];
  for (const name of [a, b]) await tick(page, name).check();
  const other = await context.newPage();
  await other.goto(`${await pathOf(other, instance, b)}/delete`);
  await confirm(other, 'Delete', instance.account.password);
  await expectSaid(other, `${b} was deleted.`);
  await bar(page).getByRole('button', { name: 'Disable', exact: true }).click();
  await expectSaid(page, `${a} is disabled: pipelines no longer receive it. 1 no longer exists.`);
});

test('some that are in use are asked about first, and Cancel leads back to what was selected', async ({ page, instance }) => {
  const names = await openThree(page, instance);
  const [a, b, c] = names as [string, string, string];
  const list = page.url();
  const reader = unique('reader');
  const token = await addPipeline(page, instance, { name: reader, credentials: [a] });
  expect((await fetchConfig(instance, token)).status).toBe(200);
  const dialog = page.getByRole('dialog', { name: 'Disable 2 credentials' });
  await page.goto(list);
  for (const name of [a, b]) await tick(page, name).check();
  await bar(page).getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(dialog).toContainText('One of them is in use');
  const row = dialog.getByRole('row').filter({ hasText: reader });
  await expect(row).toContainText('Once');
  await expect(row).toContainText(/just now|\d+ min ago/);
  await expect(dialog).toContainText(a);
  await expect(dialog).not.toContainText(b);
  await dialog.getByRole('link', { name: 'Cancel', exact: true }).click();
  await expect(dialog).toHaveCount(0);
  for (const name of [a, b]) await expect(tick(page, name)).toBeChecked();
  await expect(tick(page, c)).not.toBeChecked();
  for (const name of names) await expect(rowOf(page, name)).not.toContainText('Disabled');

  // Whom nobody uses is not asked about.
  await page.goto(list);
  for (const name of [b, c]) await tick(page, name).check();
  await bar(page).getByRole('button', { name: 'Disable', exact: true }).click();
  await expectSaid(page, '2 credentials were disabled: pipelines no longer receive them.');
});

test('Enter in the search or in a tick box disables nothing', async ({ page, instance }) => {
  const [a] = (await openThree(page, instance)) as [string];
  const list = page.url();
  await tick(page, a).check();
  await tick(page, a).press('Enter');
  await expect(tick(page, a)).toBeChecked();
  await expect(rowOf(page, a)).not.toContainText('Disabled');
  await page.getByRole('searchbox').fill(a);
  await page.getByRole('searchbox').press('Enter');
  await expect(page).toHaveURL(new RegExp(`[?&]q=${a}`));
  await expect(rowOf(page, a)).not.toContainText('Disabled');

  // Whatever was pressed before, the button of the bar works.
  await page.goto(list);
  await tick(page, a).check();
  await tick(page, a).press('Enter');
  await bar(page).getByRole('button', { name: 'Disable', exact: true }).click();
  await expectSaid(page, `${a} is disabled`);
});

test('the menu of a row opens beside a ticked box', async ({ page, instance }) => {
  const [a] = (await openThree(page, instance)) as [string];
  await tick(page, a).check();
  await rowOf(page, a).getByRole('button', { name: `More actions for ${a}` }).click();
  await page.getByRole('link', { name: 'View details', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(a);
});

test('fifty that are ticked in a search are disabled, and Undo leads back to the search', async ({ page, instance }) => {
  const prefix = unique('fifty');
  for (let i = 0; i < 51; i++) await addCredential(page, instance, { name: `${prefix}-${i}`, paths: `acme/${prefix}-${i}` });
  await page.goto(`${instance.project}/credentials?q=${prefix}`);
  const list = page.url();
  const ticks = page.getByRole('checkbox', { name: `Select ${prefix}` });
  await expect(ticks).toHaveCount(50);
  for (const one of await ticks.all()) await one.check();
  await bar(page).getByRole('button', { name: 'Disable', exact: true }).click();
  await expectSaid(page, '50 credentials were disabled: pipelines no longer receive them.');
  await expectListAt(page, list);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expectSaid(page, '50 credentials were enabled: pipelines with a grant receive them again.');
  await expectListAt(page, list);
  await expect(page.getByRole('row').filter({ hasText: 'Disabled' })).toHaveCount(0);
});

test('a viewer sees no tick boxes', async ({ page, stranger, instance }) => {
  const [a] = (await openThree(page, instance)) as [string];
  const { pathname, search } = new URL(page.url());
  await signIn(stranger, await addMember(instance, 'viewer'), pathname + search);
  await expect(rowOf(stranger, a)).toBeVisible();
  await expect(stranger.getByRole('main').getByRole('checkbox')).toHaveCount(0);
  await expect(stranger.getByRole('button', { name: 'Disable', exact: true })).toHaveCount(0);
});

test('after Back the bar is there if a row is ticked, and only then', async ({ page, instance }) => {
  const [a] = (await openThree(page, instance)) as [string];
  const list = page.url();
  await tick(page, a).check();
  await rowOf(page, a).getByRole('link', { name: a, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(a);
  await page.goBack();
  await expect(page).toHaveURL(list);
  await expect(rowOf(page, a)).toBeVisible();
  const isTicked = await tick(page, a).isChecked();
  await expect(bar(page)).toBeVisible({ visible: isTicked });
});

test('a ticked row is marked in light, in dark and with forced colours', async ({ page, instance }) => {
  const [a, b] = (await openThree(page, instance)) as [string, string];
  await tick(page, a).check();
  const ground = (name: string) => rowOf(page, name).getByRole('cell').first().evaluate((cell) => getComputedStyle(cell).backgroundColor);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await ground(a), colorScheme).not.toBe(await ground(b));
    await expect(bar(page).getByRole('button', { name: 'Disable', exact: true })).toBeInViewport();
  }
  await page.emulateMedia({ forcedColors: 'active' });
  const line = (name: string) => rowOf(page, name).evaluate((row) => getComputedStyle(row).outlineStyle);
  expect([await line(a), await line(b)]).toEqual(['solid', 'none']);
  await expect(bar(page)).toBeInViewport();
});

test('the bar counts what is ticked', async ({ page, instance }) => {
  const names = await openThree(page, instance);
  // What a style sheet writes is in no element: so it is looked for where a screen reader finds it.
  const session = await page.context().newCDPSession(page);
  const expression = `document.querySelector('.selectable > p')`;
  const { result } = await session.send('Runtime.evaluate', { expression });
  const isRead = async (words: string) => {
    const { nodes } = await session.send('Accessibility.queryAXTree', { objectId: result.objectId!, role: 'StaticText' });
    return nodes.some(({ name }) => String(name?.value).trim() === words);
  };
  for (const name of names) await tick(page, name).check();
  await expect.poll(() => isRead('3')).toBe(true);
  await tick(page, names[0]!).uncheck();
  await expect.poll(() => isRead('2')).toBe(true);
  expect(await isRead('3')).toBe(false);
});

test('the bar comes before the rows for who tabs, and stands below them', async ({ page, instance }) => {
  const [a] = (await openThree(page, instance)) as [string];
  await tick(page, a).check();
  const enable = bar(page).getByRole('button', { name: 'Enable', exact: true });
  await enable.focus();
  await page.keyboard.press('Tab');
  // The heads of the columns come next, and then the rows.
  const isInTable = () => page.evaluate(() => document.activeElement!.closest('table.rows') !== null);
  expect(await isInTable()).toBe(true);
  await page.keyboard.press('Shift+Tab');
  await expect(enable).toBeFocused();
  const rows = (await page.locator('table.rows').boundingBox())!;
  const below = (await bar(page).boundingBox())!;
  expect(below.y).toBeGreaterThanOrEqual(rows.y + rows.height);
  const count = (await page.locator('.selectable > p').boundingBox())!;
  expect(Math.abs(count.y - below.y), 'one bar').toBeLessThanOrEqual(1);
  expect(Math.abs(count.height - below.height), 'one bar').toBeLessThanOrEqual(1);
});

test('the bar has nothing that axe finds', async ({ scannable, instance }) => {
  const [a] = (await openThree(scannable, instance)) as [string];
  await tick(scannable, a).check();
  await expect(bar(scannable)).toBeVisible();
  await expectAccessible(scannable, 'the list with a row selected');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('the tick box stands before the name and is large enough to hit', async ({ page, instance }) => {
    const [a] = (await openThree(page, instance)) as [string];
    const box = (await tick(page, a).boundingBox())!;
    const name = (await rowOf(page, a).getByRole('link', { name: a, exact: true }).boundingBox())!;
    expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(24);
    expect(box.x + box.width).toBeLessThanOrEqual(name.x);
    expect(Math.abs(box.y + box.height / 2 - name.y - name.height / 2)).toBeLessThanOrEqual(4);
    await tick(page, a).check();
    await expect(bar(page)).toBeInViewport();
    await expectNoSideScroll(page, 'the list with a row selected');
  });

  test('the bar covers nothing that has the focus, down to the last row', async ({ page, instance }) => {
    const prefix = unique('covered');
    for (let i = 10; i < 26; i++) await addCredential(page, instance, { name: `${prefix}-${i}` });
    await page.goto(`${instance.project}/credentials?q=${prefix}`);
    await tick(page, `${prefix}-10`).check();
    for (let i = 10; i < 26; i++) {
      const name = `${prefix}-${i}`;
      const more = rowOf(page, name).getByRole('button', { name: `More actions for ${name}` });
      for (const control of [tick(page, name), rowOf(page, name).getByRole('link', { name, exact: true }), more]) {
        await control.focus();
        const { y, height } = (await control.boundingBox())!;
        expect(y + height, name).toBeLessThanOrEqual((await bar(page).boundingBox())!.y);
      }
    }
  });
});
