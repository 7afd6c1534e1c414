import { addCredential, openRow, pathOf } from '../../support/credentials.ts';
import { unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

test('a dialog is an address: a link to it works, and a reload keeps it', async ({ page, instance }) => {
  const name = unique('address');
  await addCredential(page, instance, { name });
  const path = await pathOf(page, instance, name);
  for (const [address, title] of [[`${instance.project}/credentials/new`, 'Add Registry'], [`${path}/edit`, `Edit ${name}`], [`${path}/delete`, `Delete ${name}`]]) {
    await page.goto(address!);
    await expect(page.getByRole('dialog', { name: title! })).toBeVisible();
    await expect(page).toHaveTitle(`${title} · Regcred`);
    await page.reload();
    await expect(page.getByRole('dialog', { name: title! })).toBeVisible();
    // It is drawn over its list.
    await expect(page.getByRole('heading', { name: 'Registry Credentials', includeHidden: true, exact: true })).toBeAttached();
  }
});

test('what is behind a dialog is inert, with and without scripts', async ({ page, instance }) => {
  const name = unique('inert');
  await addCredential(page, instance, { name });
  const path = await pathOf(page, instance, name);
  const lists = [`${instance.project}/credentials`, `${instance.project}/pipelines`];
  for (const address of [`${lists[0]}/new`, `${path}/edit`, `${path}/delete`, `${lists[1]}/new`]) {
    await page.goto(address);
    await expect(page.getByRole('dialog')).toBeVisible();
    await expect(page.locator('[inert] h1')).toHaveCount(1);
    await expect(page.locator('header.site-head[inert], nav.site-nav[inert]')).toHaveCount(2);
    await expect(page.locator('[inert] dialog')).toHaveCount(0);
  }
  for (const address of [...lists, path]) {
    await page.goto(address);
    await expect(page.locator('h1')).toBeVisible();
    await expect(page.locator('[inert]')).toHaveCount(0);
  }
});

test('Back closes a dialog, and the list is as it was', async ({ page, instance }) => {
  const name = unique('back');
  await addCredential(page, instance, { name });
  const row = await openRow(page, instance, name);
  const list = page.url();
  await row.getByRole('link', { name: `Edit ${name}`, exact: true }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(list);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(row).toBeVisible();
});

for (const way of ['Close', 'Cancel']) {
  test(`${way} leads back to the list and saves nothing`, async ({ page, instance }) => {
    const name = unique('cancel');
    await addCredential(page, instance, { name });
    await page.goto(`${await pathOf(page, instance, name)}/edit`);
    await page.getByLabel('Description', { exact: true }).fill('Never saved');
    await page.getByRole('dialog').getByRole('link', { name: way, exact: true }).click();
    await expect(page).toHaveURL(`${instance.project}/credentials`);
    await expect(await openRow(page, instance, name)).not.toContainText('Never saved');
  });
}

test('Enter loses nothing where the focus of a dialog starts', async ({ page, instance }) => {
  const name = unique('enter');
  await addCredential(page, instance, { name });
  const path = await pathOf(page, instance, name);
  const dialog = page.getByRole('dialog');
  await page.goto(`${path}/edit`);
  await expect(dialog.getByLabel('Name', { exact: true })).toBeFocused();
  await page.goto(`${path}/delete`);
  await expect(dialog.getByRole('heading', { name: `Delete ${name}` })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`${path}/delete`);
  await expect(await openRow(page, instance, name)).toBeVisible();
});

test('a credential is created, edited and deleted with the keyboard alone', async ({ page, instance, javaScriptEnabled }) => {
  const name = unique('keys');
  await page.goto(`${instance.project}/credentials/new`);
  const field = (label: string) => page.getByRole('dialog').getByLabel(label, { exact: true });
  await expect(field('Name')).toBeFocused();
  await page.keyboard.type(name);
  await reach(field('Registry URL'));
  await page.keyboard.type('quay.io');
  await reach(field('Access'));
  await page.keyboard.press('ArrowDown');
  await reach(field('Username'));
  await page.keyboard.type('acme+ci');
  await reach(field('Password'));
  await page.keyboard.type('a token');
  await page.keyboard.press('Enter');
  await expect(page.getByText(`${name} was created for quay.io.`)).toBeVisible();

  await openRow(page, instance, name);
  await reach(page.getByRole('link', { name: `Delete ${name}`, exact: true }));
  await page.keyboard.press('Enter');
  const remove = page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true });
  await expect(remove).toBeVisible();
  if (javaScriptEnabled !== false) await expect(remove).not.toBeFocused();
  await reach(page.getByRole('dialog').getByLabel('Your password', { exact: true }));
  await page.keyboard.type(instance.account.password);
  await reach(remove);
  await page.keyboard.press('Enter');
  await expect(page.getByText(`${name} was deleted.`)).toBeVisible();

  async function reach(target: ReturnType<typeof field>) {
    for (let presses = 0; presses < 80; presses++) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error('The Tab key does not lead there.');
  }
});
