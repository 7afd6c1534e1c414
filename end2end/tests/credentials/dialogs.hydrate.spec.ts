import { holdScripts, isModal } from '../../support/awake.ts';
import { addCredential, expectListAt, openNew, openRow, pathOf, rowOf, send } from '../../support/credentials.ts';
import { confirm, expectWrong, fillIn } from '../../support/form.ts';
import { addPipeline } from '../../support/pipelines.ts';
import { unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

test('Escape closes a dialog and leads to the list', async ({ page, instance }) => {
  const name = unique('escape');
  await addCredential(page, instance, { name });
  const path = await pathOf(page, instance, name);
  for (const address of [`${instance.project}/credentials/new`, `${path}/edit`, `${path}/secret`, `${path}/delete`, `${instance.project}/pipelines/new`]) {
    await page.goto(address);
    await isModal(page);
    await page.keyboard.press('Escape');
    await expect(page).toHaveURL(/\/(credentials|pipelines)$/);
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
});

test('Escape leads back to the search and the filters where a dialog was opened', async ({ page, instance }) => {
  const name = unique('escape');
  await addCredential(page, instance, { name });
  await page.goto(`${instance.project}/credentials?q=${name}&access=pull`);
  const list = page.url();
  for (const label of [`Edit ${name}`, `Delete ${name}`, 'Add Registry']) {
    await page.getByRole('link', { name: label, exact: true }).click();
    await isModal(page);
    await page.keyboard.press('Escape');
    await expectListAt(page, list);
    await expect(rowOf(page, name)).toBeVisible();
  }
});

test('the focus starts on the first field and stays in the dialog', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await isModal(page);
  await expect(dialog.getByLabel('Registry URL', { exact: true })).toBeFocused();
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

test('the focus starts on the name of what is edited, and where nothing is lost when something is deleted', async ({ page, instance }) => {
  const name = unique('focus');
  await addCredential(page, instance, { name });
  await addPipeline(page, instance, { name });
  const [pipeline, path] = [new URL(page.url()).pathname, await pathOf(page, instance, name)];
  const dialog = page.getByRole('dialog');
  await page.goto(`${path}/edit`);
  await isModal(page);
  await expect(dialog.getByLabel('Name', { exact: true })).toBeFocused();
  await page.goto(`${path}/delete`);
  await isModal(page);
  await expect(dialog.getByRole('heading', { name: `Delete ${name}` })).toBeFocused();
  expect(await dialog.locator('.dialog-body').evaluate((body) => body.scrollTop), 'it is read from its top').toBe(0);
  await page.goto(`${pipeline}/delete`);
  await isModal(page);
  await expect(dialog.getByRole('heading', { name: `Delete ${name}` })).toBeFocused();
});

test('the field for the name to confirm has the focus, not Cancel', async ({ page, instance }) => {
  const name = unique('typed');
  await addCredential(page, instance, { name });
  await addPipeline(page, instance, { name, credentials: [name] });
  const pipeline = new URL(page.url()).pathname;
  const dialog = page.getByRole('dialog');
  for (const path of [pipeline, await pathOf(page, instance, name)]) {
    await page.goto(`${path}/delete`);
    await confirm(dialog, 'Delete', instance.account.password);
    await expectWrong(dialog, `Type ${name} to confirm`, 'type the name exactly');
    await isModal(page);
    await expect(dialog.getByLabel(`Type ${name} to confirm`, { exact: true })).toBeFocused();
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
  const list = page.url();
  await row.getByRole('link', { name: `Edit ${name}`, exact: true }).click();
  await isModal(page);
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(list);
  await page.goBack();
  await expect(page.getByRole('dialog', { name: `Edit ${name}` })).toBeVisible();
  await page.goBack();
  await expect(row).toBeVisible();
});

test('what was typed before the scripts ran is kept', async ({ page, instance }) => {
  const release = await holdScripts(page);
  await page.goto(`${instance.project}/credentials/new`, { waitUntil: 'commit' });
  const name = page.getByRole('dialog').getByLabel('Name', { exact: true });
  await name.fill('typed early');
  await page.getByRole('dialog').getByLabel('Registry URL', { exact: true }).fill('ghcr.io');
  release();
  await isModal(page);
  await expect(name).toHaveValue('typed early');
  await expect(page.getByRole('dialog').getByLabel('Registry URL', { exact: true })).toHaveValue('ghcr.io');
});

test('Escape asks about what was typed before the scripts ran', async ({ page, instance }) => {
  const release = await holdScripts(page);
  await page.goto(`${instance.project}/credentials/new`, { waitUntil: 'domcontentloaded' });
  const field = page.getByRole('dialog').getByLabel('Registry URL', { exact: true });
  await field.fill('registry.example.com');
  release();
  await isModal(page);
  await page.keyboard.press('Escape');
  const keep = page.getByRole('alertdialog').getByRole('button', { name: 'Keep editing' });
  await expect(keep).toBeFocused();
  await keep.click();
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('registry.example.com');
});

test('who went on to the next wrong field before the scripts ran stays there', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await fillIn(dialog, { 'Name': unique('next'), 'Registry URL': 'hub.docker.com', 'Username': 'a:b' });
  const release = await holdScripts(page);
  await send(dialog);
  await expectWrong(dialog, 'Username', /colon/);
  const field = dialog.getByLabel('Username', { exact: true });
  await field.focus();
  release();
  await isModal(page);
  await expect(field).toBeFocused();
});
