import type { Page } from '@playwright/test';
import { addCredential, expectSaid, openEdit, pathOf } from '../support/credentials.ts';
import { confirm, fillIn } from '../support/form.ts';
import { addMember, signIn } from '../support/members.ts';
import { addPipeline, fetchConfig, readToken, signInFor } from '../support/pipelines.ts';
import { secret, unique } from '../support/secrets.ts';
import { expect, test } from '../support/test.ts';

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

test('a token that is newer than the approval waits for another approval', async ({ page, stranger, instance }) => {
  const [name, password] = [unique('guarded'), secret()];
  const host = `${name}.example.com`;
  await addCredential(page, instance, { name, registry_url: host, access: 'pull_push', is_protected: 'true', password });
  const token = await addPipeline(page, instance, { name: unique('ci'), credentials: [name] });
  const pipeline = new URL(page.url()).pathname;
  const received = async (by: string) => signInFor(await (await fetchConfig(instance, by)).json(), host);
  const kim = await addMember(instance, 'maintainer');
  const approve = async () => {
    await stranger.getByRole('link', { name: `Approve ${name}` }).click();
    await expect(region(stranger, 'Tokens and trust rules').getByRole('row')).not.toHaveCount(0);
    await confirm(stranger, 'Approve', kim.password);
    await expectSaid(stranger, `can use ${name} until`);
  };
  await signIn(stranger, kim, pipeline);
  await approve();
  expect(await received(token)).toEqual(['acme-bot', password]);

  await page.goto(`${pipeline}/identity`);
  await page.getByText('Create another token').click();
  await confirm(page, 'Create token', instance.account.password);
  const newer = await readToken(page);
  await expect(region(page, 'Tokens')).toContainText(`needs a new approval to receive ${name}`);
  await page.goto(pipeline);
  await expect(region(page, 'Grants')).toContainText('newer tokens and rules need approval');
  expect(await received(newer)).toBeUndefined();
  expect(await received(token), 'what was approved goes on').toEqual(['acme-bot', password]);
  await page.goto(await pathOf(page, instance, name));
  await expect(region(page, 'Waiting for approval')).toContainText('Token');

  await stranger.goto(pipeline);
  await approve();
  await stranger.goto(`${pipeline}/identity`);
  await expect(region(stranger, 'Tokens')).toBeVisible();
  await expect(region(stranger, 'Tokens')).not.toContainText('needs a new approval');
  expect(await received(newer)).toEqual(['acme-bot', password]);
});

test('lowering a guard waits for a second person', async ({ page, stranger, instance }) => {
  const name = unique('guarded');
  await addCredential(page, instance, { name, access: 'pull_push', is_protected: 'true' });
  const path = await pathOf(page, instance, name);
  const dialog = await openEdit(page, instance, name);
  await fillIn(dialog, { Description: 'For releases' });
  await dialog.getByLabel('Protected', { exact: true }).uncheck();
  await dialog.getByRole('button', { name: 'Save Changes' }).click();
  await expectSaid(page, 'wait for another member');
  await page.goto(path);
  const change = region(page, 'Change waiting for approval');
  await expect(change.getByRole('row').filter({ hasText: 'Protected' })).toContainText('Yes');
  await expect(change.getByRole('button', { name: 'Approve', exact: true })).toHaveCount(0);
  await expect(page.getByRole('main')).toContainText('For releases');

  const kim = await addMember(instance, 'maintainer');
  await signIn(stranger, kim, path);
  await confirm(region(stranger, 'Change waiting for approval'), 'Approve', kim.password);
  await expectSaid(stranger, `The change of ${name} was approved`);
  await expect(region(stranger, 'Change waiting for approval')).toHaveCount(0);
});
