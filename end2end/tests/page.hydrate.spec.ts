import { isAwake, isModal } from '../support/awake.ts';
import { addCredential, expectListAt, openNew, openRow, pathOf, rowOf } from '../support/credentials.ts';
import { fillIn } from '../support/form.ts';
import { unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

test('a form is sent once, however often its button is pressed, and says that it is under way', async ({ page, instance }) => {
  const name = unique('once');
  const dialog = await openNew(page, instance);
  await isModal(page);
  await fillIn(dialog, { 'Name': name, 'Registry URL': 'quay.io', 'Username': 'acme+ci', 'Password': 'a token' });
  let posts = 0;
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/rpc/credentials/create', async (route) => {
    posts += 1;
    await held;
    await route.continue();
  });
  const create = dialog.getByRole('button', { name: 'Create', exact: true });
  // Nothing of the page can be asked while another one is on its way: so it tells by itself.
  await page.exposeFunction('isBusy', () => release());
  await create.evaluate((button: HTMLButtonElement) => {
    const look = () => {
      if (button.getAttribute('aria-busy') !== 'true') return;
      for (let presses = 0; presses < 2; presses++) button.click();
      void (window as unknown as { isBusy: () => Promise<void> }).isBusy();
    };
    new MutationObserver(look).observe(button, { attributes: true });
  });
  await create.click({ noWaitAfter: true });
  await expect(page.getByText(`${name} was created`)).toBeVisible();
  expect(posts).toBe(1);
});

test('Escape asks before it throws away what was typed', async ({ page, instance }) => {
  const dialog = await openNew(page, instance);
  await isModal(page);
  const field = dialog.getByLabel('Registry URL', { exact: true });
  await field.fill('ghcr.io');
  await page.keyboard.press('Escape');
  const question = page.getByRole('alertdialog', { name: 'Discard what you typed?' });
  await expect(question).toBeVisible();
  await expect(question.getByRole('button', { name: 'Keep editing' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(question).toBeVisible();
  await question.getByRole('button', { name: 'Keep editing' }).click();
  await expect(question).toBeHidden();
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('ghcr.io');
  await page.keyboard.press('Escape');
  await question.getByRole('link', { name: 'Discard' }).click();
  await expectListAt(page, `${instance.project}/credentials`.replace(/^\//, `${instance.url}/`));
});

test('after a dialog the focus is on the link that led there', async ({ page, instance }) => {
  const name = unique('opener');
  await addCredential(page, instance, { name });
  const row = await openRow(page, instance, name);
  const edit = row.getByRole('link', { name: `Edit ${name}`, exact: true });
  await edit.click();
  await isModal(page);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(edit).toBeFocused();
});

test('keys search, add, walk the rows and tell what they do', async ({ page, instance }) => {
  const prefix = unique('walk');
  for (const end of ['a', 'b']) await addCredential(page, instance, { name: `${prefix}-${end}` });
  await page.goto(`${instance.project}/credentials?q=${prefix}`);
  await isAwake(page);

  await rowOf(page, `${prefix}-a`).getByRole('link').first().focus();
  await page.keyboard.press('ArrowDown');
  await expect(rowOf(page, `${prefix}-b`).locator(':focus')).toHaveCount(1);
  await page.keyboard.press('ArrowUp');
  await expect(rowOf(page, `${prefix}-a`).locator(':focus')).toHaveCount(1);

  await page.keyboard.press('?');
  const keys = page.getByRole('group', { name: 'Keyboard shortcuts' });
  await expect(keys).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();

  await page.keyboard.press('n');
  await expect(page.getByRole('dialog', { name: 'Add Registry' })).toBeVisible();
});

test('keys that are typed into a field are letters', async ({ page, instance }) => {
  await page.goto(`${instance.project}/credentials`);
  await isAwake(page);
  await page.getByRole('searchbox').pressSequentially('n?/');
  await expect(page.getByRole('searchbox')).toHaveValue('n?/');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a message that is put away is gone without a new page', async ({ page, instance }) => {
  const name = unique('away');
  await addCredential(page, instance, { name });
  await page.goto(await pathOf(page, instance, name));
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  const put = page.getByRole('link', { name: 'Put away' });
  await expect(put).toBeVisible();
  await expect(page).toHaveURL(/said=/);
  await isAwake(page);
  let loads = 0;
  page.on('request', (request) => (loads += request.isNavigationRequest() ? 1 : 0));
  await put.click();
  await expect(put).toHaveCount(0);
  await expect(page).not.toHaveURL(/said=/);
  expect(loads).toBe(0);
});
