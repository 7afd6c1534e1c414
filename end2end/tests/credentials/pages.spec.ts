import { addCredential, expectSaid, openEdit, pathOf, send } from '../../support/credentials.ts';
import { confirm, expectWrong, fillIn } from '../../support/form.ts';
import { addPipeline, fetchConfig, hostsIn } from '../../support/pipelines.ts';
import { unique } from '../../support/secrets.ts';
import { expect, test } from '../../support/test.ts';

const TABS = {
  'Deliveries': 'deliveries', 'Versions': 'versions', 'Who can read it': 'readers', 'Activity': 'activity',
  'Connect': 'connect', 'Overview': '',
};
/** The ids of what stood on the one page there was, each with the part that it is in now. */
const OLD = { deliveries: 'deliveries', versions: 'versions', activity: 'activity', obtainers: 'readers' };

test('each part of a credential has an address of its own', async ({ page, instance }) => {
  const name = unique('parts');
  await addCredential(page, instance, { name });
  const path = await pathOf(page, instance, name);
  await page.goto(path);
  for (const [label, end] of Object.entries(TABS)) {
    const tabs = page.getByRole('navigation', { name: 'Credential', exact: true });
    await tabs.getByRole('link', { name: label, exact: true }).click();
    await expect(page).toHaveURL(end === '' ? path : `${path}/${end}`);
    await expect(tabs.getByRole('link', { name: label, exact: true })).toHaveAttribute('aria-current', 'page');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(name);
  }
  // What stood on the one page there was is still found by its address.
  for (const [id, part] of Object.entries(OLD)) {
    await page.goto(`${path}#${id}`);
    await page.locator(`a#${id}, #${id} a`).click();
    await expect(page).toHaveURL(`${path}/${part}`);
  }
});

test('a credential is granted to a pipeline from its own page', async ({ page, instance }) => {
  const [name, pipeline] = [unique('grant'), unique('late')];
  await addCredential(page, instance, { name });
  const token = await addPipeline(page, instance, { name: pipeline });
  const path = await pathOf(page, instance, name);
  await page.goto(path);
  await expect(page.getByRole('region', { name: 'Used by' })).toContainText('none has a grant for it');
  await page.getByRole('link', { name: 'Grant to a pipeline' }).click();
  const dialog = page.getByRole('dialog', { name: `Grant ${name}` });
  await fillIn(dialog, { Pipeline: pipeline, Access: 'Pull' });
  await confirm(dialog, 'Grant', 'not the password');
  await expectWrong(dialog, 'Your password', 'This is not your password');
  await expect(dialog.getByLabel('Pipeline', { exact: true }).locator('option:checked')).toHaveText(pipeline);
  await confirm(dialog, 'Grant', instance.account.password);
  await expectSaid(page, `${pipeline} can now pull with ${name}.`);
  await expect(page).toHaveURL(new RegExp(path));
  await expect(page.getByRole('region', { name: 'Used by' }).getByRole('row').filter({ hasText: pipeline })).toContainText('Pull');
  expect(await hostsIn(await fetchConfig(instance, token))).toEqual(['registry.example.com']);

  await page.getByRole('link', { name: 'Activity', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Activity' })).toContainText(`Dana Kim granted it to ${pipeline}`);
  await page.getByRole('link', { name: 'Connect', exact: true }).click();
  await expect(page.getByRole('navigation', { name: 'Pipeline', exact: true })).toContainText(pipeline);
  await expect(page.getByRole('region', { name: 'How to use it' })).toContainText(instance.url);
});

test('one line is one fetch, and all that is known of it is behind it', async ({ page, instance }) => {
  const [name, pipeline] = [unique('lines'), unique('ci')];
  await addCredential(page, instance, { name });
  const token = await addPipeline(page, instance, { name: pipeline, credentials: [name] });
  const run = { 'Regcred-Run': 'run-7', 'Regcred-Branch': 'main', 'Regcred-Commit': '0a1b2c3d4e5f' };
  await fetchConfig(instance, token, { run });
  await fetchConfig(instance, token, { intent: 'push' });
  await page.goto(`${await pathOf(page, instance, name)}/deliveries`);
  const rows = page.getByRole('region', { name: 'Fetches' }).getByRole('row');
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(1).getByText('Left out', { exact: true })).toBeVisible();
  await expect(rows.nth(2)).toContainText('main@0a1b2c3d run-7');
  await expect(rows.nth(2).getByText('127.0.0.1')).toBeHidden();
  await rows.nth(2).locator('summary').click();
  await expect(rows.nth(2).getByText('127.0.0.1')).toBeVisible();
  await expect(rows.nth(2).getByText(`${name}, version 1: delivered · asked for`)).toBeVisible();
});

test('nothing is destroyed by one click', async ({ page, instance }) => {
  const name = unique('asked');
  await addCredential(page, instance, { name });
  const dialog = await openEdit(page, instance, name);
  await fillIn(dialog, { Password: 'another token' });
  await send(dialog);
  await expectSaid(page, `${name} was saved.`);
  const versions = `${await pathOf(page, instance, name)}/versions`;
  await page.goto(versions);
  await page.getByRole('link', { name: 'Destroy version 1' }).click();
  await expect(page.getByRole('dialog')).toContainText('No pipeline has received version 1.');
  await page.getByRole('dialog').getByRole('link', { name: 'Cancel', exact: true }).click();
  await expect(page).toHaveURL(versions);
  await expect(page.getByRole('link', { name: 'Make version 1 current' })).toBeVisible();
});
