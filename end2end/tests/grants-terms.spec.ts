import type { Page } from '@playwright/test';
import { addCredential, expectSaid } from '../support/credentials.ts';
import { expectValues, expectWrong, fillIn } from '../support/form.ts';
import { grant, grantsOf } from '../support/granting.ts';
import { addPipeline, fetchConfig, hostsIn } from '../support/pipelines.ts';
import { unique } from '../support/secrets.ts';
import type { Instance } from '../support/server.ts';
import { expect, test } from '../support/test.ts';

/** Makes a credential and a pipeline without it; gives the credential, its registry and the token. */
async function prepare(page: Page, instance: Instance): Promise<{ name: string; host: string; token: string }> {
  const name = unique('terms');
  const host = `${name}.example.com`;
  await addCredential(page, instance, { name, registry_url: host, access: 'pull_push' });
  return { name, host, token: await addPipeline(page, instance, { name: unique('ci') }) };
}

test('a grant says its conditions, and what a run says of itself meets none of them', async ({ page, instance }) => {
  const { name, host, token } = await prepare(page, instance);
  await grant(page, instance, `${name} (${host})`, {
    'Only these repositories': 'acme/api',
    'Only from these branches': 'main, refs/tags/v*',
    'Only on these events': 'push',
    'Access for pull requests from forks': 'Pull only',
    'Last day of the grant': '2099-01-31',
  });
  const doubt = 'No trust rule of this pipeline proves a branch';
  await expectSaid(page, doubt);
  await expect(page.getByText('can now pull')).toHaveCount(0);
  const row = grantsOf(page).getByRole('row').filter({ hasText: name });
  await expect(row).toContainText(
    'only acme/api; from main, refs/tags/v*; on push; pull requests from forks can pull; until 2099-01-31',
  );

  await expect(row).toContainText(doubt);
  await expect(row.getByRole('link', { name: 'Add a trust rule' })).toHaveAttribute('href', /\/trust\/new/);

  const run = { 'Regcred-Branch': 'main', 'Regcred-Event': 'push' };
  const response = await fetchConfig(instance, token, { run });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ auths: {} });
  expect(response.headers.get('regcred-left-out')).toContain('the branch was not proven');
});

test('the terms of a grant are changed', async ({ page, instance }) => {
  const { name, host, token } = await prepare(page, instance);
  await grant(page, instance, `${name} (${host})`, { 'Only from these branches': 'main' });
  const row = grantsOf(page).getByRole('row').filter({ hasText: name });
  await expect(row).toBeVisible();
  expect(await hostsIn(await fetchConfig(instance, token))).toEqual([]);
  await row.getByRole('link', { name: `Edit the grant of ${name}` }).click();
  await expectValues(page, { 'Access': 'pull', 'Only from these branches': 'main' });
  const typed = { 'Access': 'Pull and push', 'Only from these branches': 'a b' };
  await fillIn(page, { ...typed, 'Your password': instance.account.password });
  await page.getByRole('button', { name: 'Save' }).click();
  await expectWrong(page, 'Only from these branches', 'A pattern contains a space');
  await expectValues(page, { 'Access': 'pull_push', 'Only from these branches': 'a b', 'Your password': '' });
  await fillIn(page, { 'Only from these branches': '', 'Your password': instance.account.password });
  await page.getByRole('button', { name: 'Save' }).click();
  await expectSaid(page, `The grant of ${name} was changed.`);
  await expect(row.locator('td').nth(1)).toHaveText('Pull and push');
  expect(await hostsIn(await fetchConfig(instance, token))).toEqual([host]);
});

test('what can never be delivered is doubted when it is granted', async ({ page, instance }) => {
  const name = unique('doubted');
  const host = `${name}.example.com`;
  await addCredential(page, instance, { name, registry_url: `${host}/acme` });
  await addPipeline(page, instance, { name: unique('ci') });
  const label = `${name} (${host}, pull only)`;
  await grant(page, instance, label, { 'Only these repositories': 'other/x' });
  const doubt = 'The credential is for other repositories than this grant';
  await expectSaid(page, doubt);
  const row = grantsOf(page).getByRole('row').filter({ hasText: name });
  await row.getByRole('link', { name: 'Change the grant' }).click();
  await fillIn(page, { 'Only these repositories': 'acme/api', 'Your password': instance.account.password });
  await page.getByRole('button', { name: 'Save' }).click();
  await expectSaid(page, `The grant of ${name} was changed.`);
  await expect(row).not.toContainText(doubt);
});

test('without conditions, none are listed and their fields are folded', async ({ page, instance }) => {
  const { name, host, token } = await prepare(page, instance);
  const grants = grantsOf(page);
  await expect(grants.getByLabel('Only from these branches', { exact: true })).toBeHidden();
  await fillIn(grants, { Credential: `${name} (${host})`, Access: 'Pull', 'Your password': instance.account.password });
  await grants.getByRole('button', { name: 'Grant', exact: true }).click();
  await expectSaid(page, 'can now pull');
  const row = grants.getByRole('row').filter({ hasText: name });
  await expect(row.locator('td').nth(1)).toHaveText('Pull');
  expect(await hostsIn(await fetchConfig(instance, token))).toEqual([host]);
});

test('a condition that cannot be read comes back open, with what was typed', async ({ page, instance }) => {
  const { name, host } = await prepare(page, instance);
  const typed = { 'Only from these branches': 'main release', 'Last day of the grant': '2020-01-31', 'Only on these events': 'push' };
  await grant(page, instance, `${name} (${host})`, typed);
  const grants = grantsOf(page);
  await expectWrong(grants, 'Only from these branches', 'A pattern contains a space');
  await expectWrong(grants, 'Last day of the grant', 'This date is in the past');
  await expect(grants.getByLabel('Only from these branches', { exact: true })).toBeVisible();
  await expectValues(grants, { ...typed, 'Your password': '' });
  await expect(grants.getByRole('row').filter({ hasText: name })).toHaveCount(0);
});

test('a grant of short-lived tokens delivers no secret', async ({ page, instance }) => {
  const { name, host, token } = await prepare(page, instance);
  const grants = grantsOf(page);
  await grants.getByText('Conditions', { exact: true }).click();
  await grants.getByLabel('Short-lived tokens only').check();
  await fillIn(grants, { Credential: `${name} (${host})`, Access: 'Pull', 'Your password': instance.account.password });
  await grants.getByRole('button', { name: 'Grant', exact: true }).click();
  await expect(grants.getByRole('row').filter({ hasText: name })).toContainText('tokens only');
  const response = await fetchConfig(instance, token);
  expect(await response.json()).toEqual({ auths: {} });
  expect(response.headers.get('regcred-left-out')).toContain('ask with image=');
});

test('a grant for some repositories requires the image', async ({ page, instance }) => {
  const { name, host, token } = await prepare(page, instance);
  await grant(page, instance, `${name} (${host})`, { 'Only these repositories': 'acme/api' });
  await expect(grantsOf(page).getByRole('row').filter({ hasText: name })).toContainText('only acme/api');
  const response = await fetchConfig(instance, token);
  expect(await response.json()).toEqual({ auths: {} });
  expect(response.headers.get('regcred-left-out')).toContain('ask with image=');
});
