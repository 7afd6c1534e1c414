import type { Page } from '@playwright/test';
import { addCredential, openNew, openRow, pathOf, send } from '../../support/credentials.ts';
import { fillIn } from '../../support/form.ts';
import { unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

/** Waits until the page's own scripts have made the dialog modal. */
const isModal = (page: Page) => page.waitForFunction(() => document.querySelector('dialog')?.matches(':modal'));

test('Escape closes a dialog and leads to the list', async ({ page, instance }) => {
  const name = unique('escape');
  await addCredential(page, instance, { name });
  const path = await pathOf(page, instance, name);
  for (const address of [`${instance.project}/credentials/new`, `${path}/edit`, `${path}/delete`, `${instance.project}/pipelines/new`]) {
    await page.goto(address);
    await isModal(page);
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(/\/(credentials|pipelines)$/);
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
});

test('the focus starts on the first field and stays in the dialog', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await isModal(page);
  await expect(dialog.getByLabel('Name', { exact: true })).toBeFocused();
  for (const key of ['Tab', 'Shift+Tab']) {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press(key);
      const place = await dialog.evaluate((element) => {
        const active = document.activeElement;
        // Between its last and its first control the browser's own ones have the focus.
        return active === document.body || active === null || element.contains(active);
      });
      expect(place, `after ${presses + 1} times ${key}`).toBe(true);
    }
  }
});

test('the focus of every dialog starts in it', async ({ page, instance }) => {
  const name = unique('focus');
  await addCredential(page, instance, { name });
  const path = await pathOf(page, instance, name);
  for (const address of [`${path}/edit`, `${path}/delete`]) {
    await page.goto(address);
    await isModal(page);
    expect(await page.getByRole('dialog').evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
    await expect(page.getByRole('button', { name: 'Delete', exact: true }).and(page.locator(':focus'))).toHaveCount(0);
  }
});

test('when a form comes back, the first field that is wrong has the focus', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Name': unique('first'), 'Registry URL': 'hub.docker.com', 'Username': 'a:b' });
  await send(dialog);
  await expect(page).toHaveURL(/back=/);
  await isModal(page);
  await expect(dialog.getByLabel('Registry URL', { exact: true })).toBeFocused();
});

test('the page behind a dialog cannot be reached', async ({ page, instance }) => {
  await openNew(page, instance);
  await isModal(page);
  const behind = page.getByRole('link', { name: 'Pipelines', includeHidden: true });
  await behind.evaluate((link: HTMLElement) => link.focus());
  await expect(behind).not.toBeFocused();
});

test('after Escape, Back does not open the dialog over an empty page', async ({ page, instance }) => {
  const name = unique('back');
  await addCredential(page, instance, { name });
  const row = await openRow(page, instance, name);
  await row.getByRole('link', { name: `Edit ${name}`, exact: true }).click();
  await isModal(page);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(`${instance.project}/credentials`);
  await page.goBack();
  await expect(page.getByRole('dialog', { name: `Edit ${name}` })).toBeVisible();
  await page.goBack();
  await expect(row).toBeVisible();
});

test('what was typed before the scripts ran is kept', async ({ page, instance }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/*.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${instance.project}/credentials/new`, { waitUntil: 'commit' });
  const name = page.getByRole('dialog').getByLabel('Name', { exact: true });
  await name.fill('typed early');
  await page.getByRole('dialog').getByLabel('Registry URL', { exact: true }).fill('ghcr.io');
  release();
  await isModal(page);
  await expect(name).toHaveValue('typed early');
  await expect(page.getByRole('dialog').getByLabel('Registry URL', { exact: true })).toHaveValue('ghcr.io');
});
