import type { Page } from '@playwright/test';
import { holdScripts, isAwake } from '../../support/awake.ts';
import { addCredential, rowOf } from '../../support/credentials.ts';
import { unique } from '../../support/secrets.ts';
import type { Instance } from '../../support/server.ts';
import { expect, test } from '../../support/test.ts';

/** Three credentials in the list, whose scripts run; gives what their names begin with. */
async function openThree(page: Page, instance: Instance): Promise<string> {
  const prefix = unique('select');
  for (const end of ['a', 'b', 'c']) await addCredential(page, instance, { name: `${prefix}-${end}`, paths: `acme/${prefix}-${end}` });
  await page.goto(`${instance.project}/credentials?q=${prefix}`);
  await isAwake(page);
  return prefix;
}

const tick = (page: Page, name: string) => page.getByRole('checkbox', { name: `Select ${name}`, exact: true });
const all = (page: Page) => page.getByRole('checkbox', { name: 'Select all on this page', exact: true });
const isHalf = (page: Page) => all(page).evaluate((box) => (box as HTMLInputElement).indeterminate);
const told = (page: Page, sentence: string) => page.getByRole('status').filter({ hasText: sentence });

test('one tick box selects every row of the page, and none', async ({ page, instance }) => {
  const prefix = await openThree(page, instance);
  const names = ['a', 'b', 'c'].map((end) => `${prefix}-${end}`);
  await all(page).check();
  for (const name of names) await expect(tick(page, name)).toBeChecked();
  expect(await isHalf(page)).toBe(false);
  await expect(told(page, '3 selected')).toHaveCount(1);
  await tick(page, names[1]!).uncheck();
  await expect.poll(() => isHalf(page)).toBe(true);
  await expect(told(page, '2 selected')).toHaveCount(1);
  await all(page).check();
  await all(page).uncheck();
  for (const name of names) await expect(tick(page, name)).not.toBeChecked();
  await expect(page.getByRole('form', { name: 'Selected credentials' })).toBeHidden();
  await expect(told(page, 'selected')).toHaveCount(0);
});

test('what was selected before the scripts ran is selected once they run', async ({ page, instance }) => {
  const prefix = unique('early');
  for (const end of ['a', 'b']) await addCredential(page, instance, { name: `${prefix}-${end}` });
  const release = await holdScripts(page);
  await page.goto(`${instance.project}/credentials?q=${prefix}`, { waitUntil: 'domcontentloaded' });
  await all(page).check();
  release();
  for (const end of ['a', 'b']) await expect(tick(page, `${prefix}-${end}`)).toBeChecked();
  await expect(told(page, '2 selected')).toHaveCount(1);
});

test('the arrow keys lead from one tick box to the next', async ({ page, instance }) => {
  const prefix = await openThree(page, instance);
  await tick(page, `${prefix}-a`).focus();
  await page.keyboard.press('ArrowDown');
  await expect(tick(page, `${prefix}-b`)).toBeFocused();
  await page.keyboard.press('Space');
  await expect(tick(page, `${prefix}-b`)).toBeChecked();
  await page.keyboard.press('ArrowDown');
  await expect(tick(page, `${prefix}-c`)).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(tick(page, `${prefix}-b`)).toBeFocused();
});

test('a key leads from a ticked row to what is done to those that are selected', async ({ page, instance }) => {
  const prefix = await openThree(page, instance);
  const first = tick(page, `${prefix}-a`);
  await first.focus();
  await page.keyboard.press('s');
  await expect(first).toBeFocused();
  await page.keyboard.press('Space');
  await page.keyboard.press('s');
  const bar = page.getByRole('form', { name: 'Selected credentials' });
  await expect(bar.getByRole('button', { name: 'Disable', exact: true })).toBeFocused();
  // In a field it is a letter.
  await page.getByRole('searchbox').fill(prefix);
  await page.keyboard.press('s');
  await expect(page.getByRole('searchbox')).toHaveValue(`${prefix}s`);
});

test('a search as one types keeps the ticks that it finds again, and says how many it does not', async ({ page, instance }) => {
  const prefix = await openThree(page, instance);
  for (const end of ['a', 'b']) await tick(page, `${prefix}-${end}`).check();
  const field = page.getByRole('searchbox');
  await field.fill(`${prefix}-a`);
  const lost = told(page, '1 selected credential is not in these results, so it is no longer selected.');
  await expect(lost).toBeVisible();
  await expect(tick(page, `${prefix}-a`)).toBeChecked();
  await expect(told(page, '1 selected')).not.toHaveCount(0);

  await field.fill(prefix);
  await expect(rowOf(page, `${prefix}-b`)).toBeVisible();
  await expect(lost).toHaveCount(0);
  await expect(tick(page, `${prefix}-a`)).toBeChecked();
  await expect(tick(page, `${prefix}-b`)).not.toBeChecked();

  await tick(page, `${prefix}-c`).check();
  await field.fill(`${prefix}-b`);
  await expect(told(page, '2 selected credentials are not in these results, so they are no longer selected.')).toBeVisible();
  await expect(page.getByRole('form', { name: 'Selected credentials' })).toBeHidden();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('the rows are selected together there, too', async ({ page, instance }) => {
    const prefix = await openThree(page, instance);
    await page.getByText('Select all on this page', { exact: true }).click();
    await expect(tick(page, `${prefix}-c`)).toBeChecked();
    await expect(page.getByRole('form', { name: 'Selected credentials' })).toBeInViewport();
  });
});

test.describe('with a finger', () => {
  for (const width of [360, 1024]) {
    test(`the tick box and the menu of a row are large enough at ${width} px`, async ({ browser, page, instance }) => {
      const prefix = await openThree(page, instance);
      const viewport = { width, height: 800 };
      const storageState = await page.context().storageState();
      const context = await browser.newContext({ viewport, storageState, hasTouch: true, isMobile: true });
      const touched = await context.newPage();
      await touched.goto(page.url());
      const name = `${prefix}-a`;
      const box = (await tick(touched, name).boundingBox())!;
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(28);
      const menu = (await rowOf(touched, name).getByRole('button', { name: `More actions for ${name}` }).boundingBox())!;
      expect(menu.height).toBeGreaterThanOrEqual(44);
      expect((await rowOf(touched, name).boundingBox())!.height).toBeLessThanOrEqual(width < 720 ? 72 : 48);
      await context.close();
    });
  }
});
