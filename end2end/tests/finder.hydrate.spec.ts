import type { Page } from '@playwright/test';
import { hold, isAwake, isModal } from '../support/awake.ts';
import { addCredential, openNew, pathOf } from '../support/credentials.ts';
import { addPipeline } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

const field = (page: Page) => page.getByRole('searchbox', { name: 'Find anything' });

test('Ctrl K opens the finder, arrows walk through what is found, and Enter opens it', async ({ page, instance }) => {
  const name = unique('finger');
  for (const end of ['a', 'b']) await addCredential(page, instance, { name: `${name}-${end}` });
  const path = await pathOf(page, instance, `${name}-b`);
  await page.goto(`${instance.project}/credentials`);
  await isAwake(page);
  await page.keyboard.press('Control+k');
  await expect(field(page)).toBeFocused();

  let loads = 0;
  page.on('request', (request) => (loads += request.isNavigationRequest() ? 1 : 0));
  await page.keyboard.type(name);
  const found = page.getByRole('region', { name: 'Registry Credentials' }).getByRole('link');
  await expect(found).toHaveCount(2);
  await expect(page.getByRole('status')).toHaveText('2 results');
  expect(loads).toBe(0);
  await page.keyboard.press('ArrowDown');
  await expect(found.first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(found.last()).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(path);
});

test('results that come late leave the focus where it is, or give it back to the field', async ({ page, instance }) => {
  const name = unique('late');
  for (const end of ['a', 'b']) await addCredential(page, instance, { name: `${name}-${end}` });
  await page.goto(`${instance.project}/find?q=${name}`);
  await isAwake(page);
  const found = page.getByRole('region', { name: 'Registry Credentials' }).getByRole('link');
  await expect(found).toHaveCount(2);
  // The first question finds the second one again, and the second question does not.
  for (const [asked, focused] of [[`${name}-b`, found.first()], [unique('none'), field(page)]] as const) {
    const isAsked = (url: URL) => url.searchParams.get('q') === asked;
    const release = await hold(page, isAsked);
    const asking = page.waitForRequest((request) => isAsked(new URL(request.url())));
    await field(page).fill(asked);
    await asking;
    await found.last().focus();
    release();
    await expect(page).toHaveURL(new RegExp(`q=${asked}$`));
    await expect(focused).toBeFocused();
  }
});

test('Escape leads back to the search that was left', async ({ page, instance }) => {
  const name = unique('back');
  await addCredential(page, instance, { name });
  await page.goto(`${instance.project}/credentials`);
  await isAwake(page);
  await page.getByRole('searchbox').pressSequentially(name);
  await expect(page.getByText('1 credential', { exact: true })).toBeVisible();
  // The first letters may find no other one either.
  await expect(page).toHaveURL(`${instance.project}/credentials?q=${name}`);
  await page.keyboard.press('Control+k');
  await expect(page).toHaveURL(/\/find\?from=/);
  await isAwake(page);
  await field(page).pressSequentially('token');
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(`${instance.project}/credentials?q=${name}`);
});

test('outside the projects Ctrl K finds in the first one, and in the guides it searches them', async ({ page, instance }) => {
  await page.goto('/admin/keys');
  await isAwake(page);
  await page.keyboard.press('Control+k');
  await expect(field(page)).toBeFocused();
  expect(new URL(page.url()).pathname).toBe(`${instance.project}/find`);
  await page.goto('/help');
  await isAwake(page);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('searchbox', { name: 'Search the guides' })).toBeFocused();
});

test('the finder says what it found in one and the same place, also when nothing was asked before', async ({ page, instance }) => {
  const name = unique('said');
  await addCredential(page, instance, { name });
  await page.goto(`${instance.project}/find`);
  await isAwake(page);
  const said = await page.getByRole('status').elementHandle();
  await field(page).fill(name);
  await expect(page.getByRole('status')).toHaveText('1 result');
  await field(page).fill(unique('none'));
  await expect(page.getByRole('status')).toHaveText('Nothing was found. Try fewer words, or other ones.');
  expect(await said!.evaluate((element) => element.isConnected)).toBe(true);
});

test('the lists say what a search found in one and the same place', async ({ page, instance }) => {
  const name = unique('said');
  await addCredential(page, instance, { name });
  await addPipeline(page, instance, { name });
  for (const noun of ['credential', 'pipeline']) {
    await page.goto(`${instance.project}/${noun}s`);
    await isAwake(page);
    const said = page.locator('#said');
    const before = await said.elementHandle();
    await page.getByRole('searchbox').fill(name);
    await expect(said).toHaveText(`1 ${noun}`);
    await page.getByRole('searchbox').fill(unique('none'));
    await expect(said).toContainText(`No ${noun}s match.`);
    expect(await before!.evaluate((element) => element.isConnected)).toBe(true);
  }
});

test('in the finder the arrows go round the field and the results, and elsewhere they scroll', async ({ page, instance }) => {
  const name = unique('round');
  for (const end of ['a', 'b']) await addCredential(page, instance, { name: `${name}-${end}` });
  await page.goto(`${instance.project}/find?q=${name}`);
  await isAwake(page);
  const found = page.getByRole('region', { name: 'Registry Credentials' }).getByRole('link');
  await field(page).focus();
  for (const [key, next] of [
    ['ArrowDown', found.first()], ['ArrowUp', field(page)], ['ArrowUp', found.last()], ['ArrowDown', field(page)],
  ] as const) {
    await page.keyboard.press(key);
    await expect(next).toBeFocused();
  }
  const close = page.getByRole('link', { name: 'Close' });
  await close.focus();
  await page.keyboard.press('ArrowDown');
  await expect(close).toBeFocused();
});

test('Ctrl K opens the finder while Caps Lock is on', async ({ page, instance }) => {
  await page.goto(`${instance.project}/credentials`);
  await isAwake(page);
  await page.evaluate(() => {
    const init = { key: 'K', ctrlKey: true, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new KeyboardEvent('keydown', init));
  });
  await expect(page).toHaveURL(/\/find\?from=/);
});

test('Ctrl K leaves no page whose form is filled in, wherever the focus is', async ({ page }) => {
  await page.goto('/admin/issuers');
  const issuer = page.getByLabel('Issuer', { exact: true });
  await issuer.fill('https://ci.example.com');
  await page.getByRole('heading', { level: 1 }).click();
  await isAwake(page);
  const isKept = await page.evaluate(() => {
    const init = { key: 'k', ctrlKey: true, bubbles: true, cancelable: true };
    return !document.body.dispatchEvent(new KeyboardEvent('keydown', init));
  });
  expect(isKept).toBe(true);
  await expect(issuer).toHaveValue('https://ci.example.com');
  await expect(page).toHaveURL('/admin/issuers');
  // Without what was typed there is nothing to lose.
  await issuer.fill('');
  await page.keyboard.press('Control+k');
  await expect(page).toHaveURL(/\/find\?from=/);
});

test('Ctrl K throws nothing away that is typed into a form', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await isModal(page);
  const address = dialog.getByLabel('Registry URL', { exact: true });
  await address.fill('ghcr.io');
  await page.keyboard.press('Control+k');
  await page.keyboard.press('End');
  await page.keyboard.type('/acme');
  await expect(address).toHaveValue('ghcr.io/acme');
});

test('the list of keys has Ctrl K', async ({ page, instance }) => {
  await page.goto(`${instance.project}/find`);
  await isAwake(page);
  // In the field it is a letter.
  await expect(field(page)).toBeFocused();
  await field(page).blur();
  await page.keyboard.press('?');
  const keys = page.getByRole('group', { name: 'Keyboard shortcuts' });
  await expect(keys).toContainText('Ctrl K');
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
  await expect(field(page)).toBeVisible();
});
