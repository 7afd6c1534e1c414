import { addCredential, expectSaid, openRow, pathOf, rowOf } from '../../support/credentials.ts';
import { confirm } from '../../support/form.ts';
import { addPipeline, fetchConfig, hostsIn } from '../../support/pipelines.ts';
import { unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

test('a disabled credential is delivered to nobody until it is enabled again', async ({ page, instance }) => {
  const name = unique('switch');
  await addCredential(page, instance, { name });
  const token = await addPipeline(page, instance, { name: unique('reader'), credentials: [name] });
  const hosts = async () => hostsIn(await fetchConfig(instance, token));
  expect(await hosts()).toEqual(['registry.example.com']);

  const row = await openRow(page, instance, name);
  await row.getByRole('button', { name: `More actions for ${name}` }).click();
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Disable', exact: true }).click();
  await expectSaid(page, `${name} is disabled`);
  await expect(page).toHaveURL(new RegExp(`/credentials\\?q=${name}`));
  await expect(rowOf(page, name)).toContainText('Disabled');
  expect(await hosts()).toEqual([]);
  const left = (await fetchConfig(instance, token)).headers.get('regcred-left-out');
  expect(left).toContain('it is disabled');

  await rowOf(page, name).getByRole('button', { name: `More actions for ${name}` }).click();
  await page.getByRole('button', { name: 'Enable', exact: true }).click();
  await expect(rowOf(page, name)).toBeVisible();
  await expect(rowOf(page, name)).not.toContainText('Disabled');
  expect(await hosts()).toEqual(['registry.example.com']);
});

test('its own page disables it too, and says who did', async ({ page, instance }) => {
  const name = unique('page');
  await addCredential(page, instance, { name });
  const path = await pathOf(page, instance, name);
  await page.goto(path);
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(path));
  await expect(page.getByRole('region', { name: 'Settings' })).toContainText('Disabled');
  await page.getByRole('button', { name: 'Enable', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Settings' })).not.toContainText('Disabled');
  await page.goto(`${path}/activity`);
  const activity = page.getByRole('region', { name: 'Activity' });
  await expect(activity).toContainText(`Dana Kim disabled ${name}`);
  await expect(activity).toContainText(`Dana Kim enabled ${name}`);
});

test('the message after it takes it back', async ({ page, instance }) => {
  const name = unique('undo');
  await addCredential(page, instance, { name });
  const path = await pathOf(page, instance, name);
  await page.goto(path);
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await expectSaid(page, `${name} is disabled`);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expectSaid(page, `${name} is enabled`);
  await expect(page).toHaveURL(new RegExp(path));
  await expect(page.getByRole('button', { name: 'Disable', exact: true })).toBeVisible();
});

test('one that pipelines use is asked about first, and the dialog leads to another credential for them', async ({ page, instance }) => {
  const [name, reader] = [unique('used'), unique('reader')];
  await addCredential(page, instance, { name });
  const token = await addPipeline(page, instance, { name: reader, credentials: [name] });
  expect((await fetchConfig(instance, token)).status).toBe(200);
  const path = await pathOf(page, instance, name);
  const dialog = page.getByRole('dialog', { name: `Disable ${name}` });
  const press = async () => {
    await page.goto(path);
    await page.getByRole('button', { name: 'Disable', exact: true }).click();
    await expect(dialog).toContainText('You can enable it again at any time.');
  };
  await press();
  const row = dialog.getByRole('row').filter({ hasText: reader });
  await expect(row).toContainText('Once');
  await expect(row).toContainText(/just now|\d+ min ago/);
  await dialog.getByRole('link', { name: 'Cancel', exact: true }).click();
  await expect(page).toHaveURL(path);
  expect(await hostsIn(await fetchConfig(instance, token)), 'nothing was done').toEqual(['registry.example.com']);

  await press();
  await dialog.getByRole('link', { name: 'Move pipelines to another credential first' }).click();
  await expect(page.getByRole('dialog', { name: `Delete ${name}` })).toBeVisible();

  await press();
  await dialog.getByRole('button', { name: 'Disable', exact: true }).click();
  await expectSaid(page, `${name} is disabled`);
  await expect(page).toHaveURL(new RegExp(path));
  expect(await hostsIn(await fetchConfig(instance, token))).toEqual([]);
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expectSaid(page, `${name} is enabled`);
});

test('a deleted credential cannot be disabled, and the page says so', async ({ page, context, instance }) => {
  const name = unique('late');
  await addCredential(page, instance, { name });
  const row = await openRow(page, instance, name);
  await row.getByRole('button', { name: `More actions for ${name}` }).click();
  await expect(page.getByRole('button', { name: 'Disable', exact: true })).toBeVisible();
  const other = await context.newPage();
  await other.goto(`${await pathOf(other, instance, name)}/delete`);
  await confirm(other, 'Delete', instance.account.password);
  await expectSaid(other, `${name} was deleted.`);

  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('What you asked for does not exist or was deleted.');
});

test('the filter finds the disabled ones', async ({ page, instance }) => {
  const name = unique('filter');
  await addCredential(page, instance, { name });
  await page.goto(await pathOf(page, instance, name));
  await page.getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Enable', exact: true })).toBeVisible();
  await page.goto(`${instance.project}/credentials?q=${name}&state=disabled`);
  await expect(rowOf(page, name)).toBeVisible();
});
