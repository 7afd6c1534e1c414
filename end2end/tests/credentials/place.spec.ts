import type { Locator } from '@playwright/test';
import { addCredential, expectListAt, expectSaid, rowOf, send } from '../../support/credentials.ts';
import { confirm, expectValues, expectWrong, fillIn } from '../../support/form.ts';
import { secret, unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

test('every way out of a dialog ends on the page of the list where it was opened', async ({ page, instance }) => {
  const prefix = unique('place');
  for (let i = 1; i <= 51; i++) {
    await addCredential(page, instance, { name: `${prefix}-${String(i).padStart(2, '0')}` });
  }
  const name = `${prefix}-51`;
  await page.goto(`${instance.project}/credentials?q=${prefix}&access=pull`);
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Next' }).click();
  await expect(page).toHaveURL(/&after=/);
  const list = page.url();
  const [row, dialog] = [rowOf(page, name), page.getByRole('dialog')];
  const behind = page.locator('[inert] #results');
  // What a dialog covers has no roles.
  const expectLastPage = async (part: Locator) => {
    await expect(part.locator('a[rel=prev]')).toHaveCount(1);
    await expect(part.locator('a[rel=next]')).toHaveCount(0);
  };
  const open = async (verb: 'Edit' | 'Delete') => {
    await row.getByRole('link', { name: `${verb} ${name}`, exact: true }).click();
    await expect(page.getByRole('dialog', { name: `${verb} ${name}` })).toBeVisible();
    await expectLastPage(behind);
  };
  const expectThere = async () => {
    await expectListAt(page, list);
    await expectLastPage(page.getByRole('navigation', { name: 'Pages' }));
    await expect(row).toBeVisible();
  };

  for (const verb of ['Edit', 'Delete'] as const) {
    for (const way of ['Cancel', 'Close']) {
      await open(verb);
      await dialog.getByRole('link', { name: way, exact: true }).click();
      await expectThere();
    }
  }

  await row.getByRole('link', { name: `Edit ${name}`, exact: true }).click();
  await fillIn(dialog, { Description: 'Changed on the second page' });
  await send(dialog);
  await expectSaid(page, `${name} was saved.`);
  await expectThere();
  await expect(row).toContainText('Changed on the second page');

  await open('Edit');
  await fillIn(dialog, { Username: 'a:b' });
  await send(dialog);
  await expectWrong(dialog, 'Username', /colon/);
  await expectLastPage(behind);
  await fillIn(dialog, { Username: 'acme-ci' });
  await send(dialog);
  await expectSaid(page, `${name} was saved.`);
  await expectThere();
  await open('Edit');
  await expectValues(dialog, { Username: 'acme-ci' });
  await dialog.getByRole('link', { name: 'Cancel', exact: true }).click();
  await expectThere();

  await open('Delete');
  await dialog.getByRole('button', { name: 'Disable', exact: true }).click();
  await expectSaid(page, `${name} is disabled`);
  await expectThere();
  await expect(row).toContainText('Disabled');
});

test('what is added or deleted leaves the search as it was', async ({ page, instance }) => {
  const prefix = unique('two words');
  const [deleted, kept, added] = ['one', 'two', 'three'].map((word) => `${prefix} ${word}`) as [string, string, string];
  for (const name of [deleted, kept]) await addCredential(page, instance, { name });
  await page.goto(`${instance.project}/credentials?q=${encodeURIComponent(prefix)}&sort=changed`);
  const list = page.url();
  const dialog = page.getByRole('dialog');

  await rowOf(page, deleted).getByRole('link', { name: `Delete ${deleted}`, exact: true }).click();
  await confirm(dialog, 'Delete', instance.account.password);
  await expectSaid(page, `${deleted} was deleted.`);
  await expectListAt(page, list);
  await expect(rowOf(page, kept)).toBeVisible();
  await expect(rowOf(page, deleted)).toHaveCount(0);

  await page.getByRole('link', { name: 'Add Registry', exact: true }).click();
  // A preset changes the dialog's address, too.
  await dialog.getByRole('link', { name: 'Quay', exact: true }).click();
  await expectValues(dialog, { 'Registry URL': 'quay.io' });
  await fillIn(dialog, { Name: added, Username: 'a:b', Password: secret() });
  await send(dialog);
  await expectWrong(dialog, 'Username', /colon/);
  await fillIn(dialog, { Username: 'acme-bot', Password: secret() });
  await send(dialog);
  await expectSaid(page, `${added} was created for quay.io.`);
  await expectListAt(page, list);
  for (const name of [kept, added]) await expect(rowOf(page, name)).toBeVisible();

  await page.getByRole('link', { name: 'Add Registry', exact: true }).click();
  await dialog.getByRole('link', { name: 'Cancel', exact: true }).click();
  await expectListAt(page, list);
});

test('a dialog over an address that cannot be read closes to the whole list', async ({ page, instance }) => {
  const response = await page.goto(`${instance.project}/credentials/new?q=x&sort=sealed`);
  expect(response!.status()).toBe(400);
  await page.getByRole('dialog').getByRole('link', { name: 'Cancel', exact: true }).click();
  await expect(page).toHaveURL(`${instance.project}/credentials`);
});
